// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual services. Whatever changes a service's servers first writes down the
 * set as it is to be, builds the pool for it, and only then lets packets and
 * the lists see it: a failure on the way leaves everything as it was.
 */
#include "service/service.h"
#include "base/hash.h"
#include "base/memory.h"

#include <linux/list_sort.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/addrconf.h>
#include <net/route.h>

/* Indices into a pool are 16 bits, and one value means none. */
#define SERVERS_MAX	(U16_MAX - 1)

static __always_inline u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct drlb_service_key *key = data;
	const u64 *secret = drlb_hash_secret;

	return drlb_fold(drlb_fold(get_unaligned((u64 *)&key->addr.all[0]) ^
				   secret[0],
				   get_unaligned((u64 *)&key->addr.all[2]) ^
				   secret[1] ^ (u64)seed << 32) ^
			 get_unaligned((u32 *)&key->port), secret[2]);
}

static __always_inline int key_cmp(struct rhashtable_compare_arg *arg,
				   const void *obj)
{
	const struct drlb_service_key *key = arg->key;
	const struct drlb_service *svc = obj;

	return key->addr.all[0] != svc->key.addr.all[0] ||
	       get_unaligned((u32 *)&key->port) !=
	       get_unaligned((u32 *)&svc->key.port) ||
	       key->addr.all[1] != svc->key.addr.all[1] ||
	       key->addr.all[2] != svc->key.addr.all[2] ||
	       key->addr.all[3] != svc->key.addr.all[3];
}

static const struct rhashtable_params service_params = {
	.key_len		= sizeof(struct drlb_service_key),
	.key_offset		= offsetof(struct drlb_service, key),
	.head_offset		= offsetof(struct drlb_service, node),
	.hashfn			= key_hash,
	.obj_cmpfn		= key_cmp,
	.automatic_shrinking	= true,
};

struct drlb_service *drlb_service_find(struct drlb_net *dn,
				       const struct drlb_packet *pkt)
{
	struct drlb_service_key key = { .family = pkt->family };
	struct drlb_service *svc;

	if (pkt->family == AF_INET) {
		key.addr.ip = pkt->key4.daddr;
		key.port = pkt->key4.dport;
		key.protocol = pkt->key4.protocol;
	} else {
		key.addr.in6 = pkt->key6.daddr;
		key.port = pkt->key6.dport;
		key.protocol = pkt->key6.protocol;
	}

	svc = rhashtable_lookup(&dn->services, &key, service_params);
	if (svc || !READ_ONCE(dn->anyport))
		return svc;

	key.port = 0;
	return rhashtable_lookup(&dn->services, &key, service_params);
}

struct drlb_service *drlb_service_get(struct drlb_net *dn,
				      const struct drlb_service_key *key,
				      struct netlink_ext_ack *extack)
{
	struct drlb_service *svc;

	lockdep_assert_held(&dn->lock);

	svc = rhashtable_lookup_fast(&dn->services, key, service_params);
	if (!svc)
		NL_SET_ERR_MSG(extack, "there is no such service");

	return svc;
}

static int addr_cmp(const union nf_inet_addr *a, const union nf_inet_addr *b)
{
	return memcmp(a, b, sizeof(*a));
}

static bool addr_is_host(u8 family, const union nf_inet_addr *addr)
{
	if (family == AF_INET)
		return drlb_addr4_is_host(addr->ip);

	return drlb_addr6_is_host(&addr->in6) &&
	       !(ipv6_addr_type(&addr->in6) & IPV6_ADDR_LINKLOCAL);
}

static bool vip_is_here(struct drlb_net *dn, const struct drlb_service_key *key)
{
	if (key->family == AF_INET)
		return inet_addr_type(dn->net, key->addr.ip) == RTN_LOCAL;

	return ipv6_chk_addr(dn->net, &key->addr.in6, NULL, 0);
}

/* Not an error: the address may come later, by keepalived for instance. */
static void warn_vip(struct drlb_net *dn, const struct drlb_service_key *key,
		     struct netlink_ext_ack *extack)
{
	if (!vip_is_here(dn, key))
		NL_SET_ERR_MSG(extack,
			       "the virtual IP is not an address of this host: nobody answers ARP or neighbour solicitations for it until it is added");
}

static int check_server(struct drlb_net *dn,
			const struct drlb_service_key *key,
			const struct drlb_server_conf *conf, bool of_many,
			struct netlink_ext_ack *extack)
{
	if (!addr_is_host(key->family, &conf->addr)) {
		NL_SET_ERR_MSG(extack,
			       "a server's address must be a host's: not zero, loopback, link-local, multicast or broadcast");
		return -EINVAL;
	}
	if (nf_inet_addr_cmp(&conf->addr, &key->addr)) {
		NL_SET_ERR_MSG(extack,
			       "the address is the virtual IP, which all servers have: give the server's own");
		return -EINVAL;
	}

	return drlb_egress_check(dn, key->family, &conf->addr, of_many, extack);
}

static struct drlb_server *server_find(struct drlb_service *svc,
				       const union nf_inet_addr *addr)
{
	struct drlb_server *server;

	list_for_each_entry(server, &svc->servers, list) {
		if (nf_inet_addr_cmp(&server->addr, addr))
			return server;
	}

	return NULL;
}

static struct drlb_server *server_get(struct drlb_service *svc,
				      const union nf_inet_addr *addr,
				      struct netlink_ext_ack *extack)
{
	struct drlb_server *server = server_find(svc, addr);

	if (!server)
		NL_SET_ERR_MSG(extack, "the service has no such server");

	return server;
}

static struct drlb_member *members_alloc(u32 n)
{
	return kvmalloc_array(max(n, 1U), sizeof(struct drlb_member),
			      GFP_KERNEL);
}

/* The set as it is; @room for that many more. */
static struct drlb_member *members_of(struct drlb_service *svc, u32 room)
{
	struct drlb_member *members = members_alloc(svc->servers_n + room);
	struct drlb_server *server;
	u32 n = 0;

	if (!members)
		return NULL;

	list_for_each_entry(server, &svc->servers, list) {
		members[n].server = server;
		members[n++].weight = server->weight;
	}

	return members;
}

/* In none of the service's lists: made for a set that is not published yet. */
static bool server_is_fresh(const struct drlb_server *server)
{
	return list_empty(&server->list);
}

static void members_free(struct drlb_member *members, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (server_is_fresh(members[i].server))
			drlb_server_destroy(members[i].server);
	}
	kvfree(members);
}

static struct drlb_server *server_make(struct drlb_net *dn,
				       struct drlb_service *svc,
				       const union nf_inet_addr *addr)
{
	return drlb_server_find_retired(svc, addr) ?:
	       drlb_server_create(dn, svc, addr);
}

static int check_number(const struct drlb_sched_conf *conf, u32 n,
			struct netlink_ext_ack *extack)
{
	if (n <= SERVERS_MAX && (!conf->sched->adopts || n <= conf->table_size))
		return 0;

	NL_SET_ERR_MSG(extack,
		       "too many servers: more than the scheduler's table has slots");

	return -ERANGE;
}

static void pool_retire(struct drlb_net *dn, struct drlb_pool *pool)
{
	if (dn->pool_latest == pool)
		dn->pool_latest = NULL;
	drlb_pool_retire(pool);
}

/* Make @members, sorted by address, the service's servers and @conf its
 * scheduler. Consumes @members, whatever happens.
 */
static int service_commit(struct drlb_net *dn, struct drlb_service *svc,
			  const struct drlb_sched_conf *conf,
			  struct drlb_member *members, u32 n)
{
	struct drlb_server *server, *next;
	struct drlb_pool *pool;
	LIST_HEAD(removed);
	u32 i;

	/* Many services often have the same servers. */
	pool = drlb_pool_create(conf, &svc->cursor, members, n,
				svc->key.family, dn->pool_latest);
	if (IS_ERR(pool)) {
		members_free(members, n);
		return PTR_ERR(pool);
	}

	list_for_each_entry(server, &svc->servers, list)
		RCU_INIT_POINTER(server->entry, NULL);
	list_splice_init(&svc->servers, &removed);
	for (i = 0; i < n; i++) {
		server = members[i].server;
		if (READ_ONCE(server->dead))
			drlb_server_revive(server);
		server->weight = members[i].weight;
		list_move_tail(&server->list, &svc->servers);
	}
	svc->servers_n = n;
	svc->conf = *conf;

	drlb_pool_enter(pool);
	pool_retire(dn, rcu_replace_pointer(svc->pool, pool,
					    lockdep_is_held(&dn->lock)));
	dn->pool_latest = pool;
	list_for_each_entry_safe(server, next, &removed, list)
		drlb_server_retire(dn, server);

	dn->generation++;
	kvfree(members);

	return 0;
}

static int conf_cmp(const void *a, const void *b)
{
	return addr_cmp(&((const struct drlb_server_conf *)a)->addr,
			&((const struct drlb_server_conf *)b)->addr);
}

/* Sort a wanted set, which mostly is in order already. */
static void sort_servers(struct drlb_service_change *change)
{
	u32 i;

	for (i = 1; i < change->servers_n; i++) {
		if (conf_cmp(&change->servers[i - 1], &change->servers[i]) <= 0)
			continue;
		sort(change->servers, change->servers_n,
		     sizeof(*change->servers), conf_cmp, NULL);
		return;
	}
}

/* Sort a wanted set and see that it makes sense. */
static int check_servers(struct drlb_net *dn, struct drlb_service_change *change,
			 struct netlink_ext_ack *extack)
{
	u32 i;
	int err;

	sort_servers(change);
	for (i = 0; i < change->servers_n; i++) {
		change->culprit = change->servers[i].origin;
		if (i && nf_inet_addr_cmp(&change->servers[i - 1].addr,
					  &change->servers[i].addr)) {
			NL_SET_ERR_MSG(extack, "the server is given twice");
			return -EEXIST;
		}
		err = check_server(dn, &change->key, &change->servers[i],
				   true, extack);
		if (err)
			return err;
	}
	change->culprit = NULL;

	return 0;
}

static int server_order(void *priv, const struct list_head *a,
			const struct list_head *b)
{
	return addr_cmp(&list_entry(a, struct drlb_server, list)->addr,
			&list_entry(b, struct drlb_server, list)->addr);
}

/* The server at @addr in @list, or NULL. Both list and calls go by the address:
 * @at, at first the beginning, follows.
 */
static struct drlb_server *server_seek(struct list_head *list,
				       struct list_head **at,
				       const union nf_inet_addr *addr)
{
	struct drlb_server *server;

	for (; *at != list; *at = (*at)->next) {
		server = list_entry(*at, struct drlb_server, list);
		if (addr_cmp(&server->addr, addr) >= 0)
			return addr_cmp(&server->addr, addr) ? NULL : server;
	}

	return NULL;
}

/* The members of a wanted set, in its order, which is the lists'. */
static struct drlb_member *members_wanted(struct drlb_net *dn,
					  struct drlb_service *svc,
					  const struct drlb_service_change *change)
{
	struct drlb_member *members = members_alloc(change->servers_n);
	struct list_head *have, *past;
	struct drlb_server *server;
	u32 i;

	if (!members)
		return ERR_PTR(-ENOMEM);

	list_sort(NULL, &svc->retired, server_order);
	have = svc->servers.next;
	past = svc->retired.next;
	for (i = 0; i < change->servers_n; i++) {
		const struct drlb_server_conf *want = &change->servers[i];

		server = server_seek(&svc->servers, &have, &want->addr) ?:
			 server_seek(&svc->retired, &past, &want->addr) ?:
			 drlb_server_create(dn, svc, &want->addr);
		if (IS_ERR(server)) {
			members_free(members, i);
			return ERR_CAST(server);
		}
		members[i].server = server;
		members[i].weight = want->weight;
	}

	return members;
}

static void change_conf(struct drlb_sched_conf *conf,
			const struct drlb_service_change *change)
{
	if (change->has & DRLB_HAS_SCHED)
		conf->sched = change->conf.sched;
	if (change->has & DRLB_HAS_TABLE_SIZE)
		conf->table_size = change->conf.table_size;
	if (change->has & DRLB_HAS_HASH)
		conf->hash = change->conf.hash;
}

static int check_service(struct drlb_net *dn,
			 const struct drlb_service_key *key,
			 struct netlink_ext_ack *extack)
{
	if (rhashtable_lookup_fast(&dn->services, key, service_params)) {
		NL_SET_ERR_MSG(extack,
			       "the service exists already; \"set\" changes it");
		return -EEXIST;
	}
	if (!addr_is_host(key->family, &key->addr)) {
		NL_SET_ERR_MSG(extack,
			       "a virtual IP must be a host's address: not zero, loopback, link-local, multicast or broadcast");
		return -EINVAL;
	}

	return 0;
}

/* One that no packet ever saw. */
static void service_destroy(struct drlb_net *dn, struct drlb_service *svc)
{
	struct drlb_server *server, *next;

	list_for_each_entry_safe(server, next, &svc->servers, list)
		drlb_server_destroy(server);
	/* Where the servers' states are followed. */
	pool_retire(dn, rcu_dereference_protected(svc->pool,
						  lockdep_is_held(&dn->lock)));
	kfree(svc);
}

static int service_insert(struct drlb_net *dn, struct drlb_service *svc)
{
	int err;

	err = xa_alloc_cyclic(&dn->service_ids, &svc->id, svc, xa_limit_32b,
			      &dn->service_next, GFP_KERNEL);
	if (err < 0)
		return err;

	err = rhashtable_insert_fast(&dn->services, &svc->node, service_params);
	if (err) {
		xa_erase(&dn->service_ids, svc->id);
		return err;
	}
	if (!svc->key.port)
		WRITE_ONCE(dn->anyport, dn->anyport + 1);

	return 0;
}

static void service_remove(struct drlb_net *dn, struct drlb_service *svc)
{
	struct drlb_server *server, *next;

	if (!svc->key.port)
		WRITE_ONCE(dn->anyport, dn->anyport - 1);
	rhashtable_remove_fast(&dn->services, &svc->node, service_params);
	xa_erase(&dn->service_ids, svc->id);

	list_for_each_entry_safe(server, next, &svc->servers, list) {
		drlb_server_retire(dn, server);
		cond_resched();
	}
	list_for_each_entry_safe(server, next, &svc->retired, list) {
		server->service = NULL;
		list_del_init(&server->list);
	}
	pool_retire(dn, rcu_dereference_protected(svc->pool,
						  lockdep_is_held(&dn->lock)));
	kfree_rcu(svc, rcu);
	dn->generation++;
}

int drlb_service_add(struct drlb_net *dn, struct drlb_service_change *change,
		     struct netlink_ext_ack *extack)
{
	struct drlb_sched_conf conf = {
		.sched = &drlb_sched_wlc,
		.table_size = DRLB_TABLE_SIZE_DEFAULT,
	};
	struct drlb_member *members;
	struct drlb_service *svc;
	int err;

	lockdep_assert_held(&dn->lock);

	change_conf(&conf, change);
	err = check_service(dn, &change->key, extack) ?:
	      check_number(&conf, change->servers_n, extack) ?:
	      check_servers(dn, change, extack);
	if (err)
		return err;
	if (change->check)
		goto out;

	svc = kzalloc(sizeof(*svc), DRLB_GFP_CONFIG);
	if (!svc)
		return -ENOMEM;

	svc->key = change->key;
	INIT_LIST_HEAD(&svc->servers);
	INIT_LIST_HEAD(&svc->retired);

	members = members_wanted(dn, svc, change);
	if (IS_ERR(members)) {
		kfree(svc);
		return PTR_ERR(members);
	}
	err = service_commit(dn, svc, &conf, members, change->servers_n);
	if (err) {
		kfree(svc);
		return err;
	}

	err = service_insert(dn, svc);
	if (err) {
		service_destroy(dn, svc);
		return err;
	}
out:
	warn_vip(dn, &change->key, extack);

	return 0;
}

int drlb_service_set(struct drlb_net *dn, struct drlb_service_change *change,
		     struct netlink_ext_ack *extack)
{
	struct drlb_member *members;
	struct drlb_sched_conf conf;
	struct drlb_service *svc;
	u32 n;
	int err;

	svc = drlb_service_get(dn, &change->key, extack);
	if (!svc)
		return -ENOENT;

	conf = svc->conf;
	change_conf(&conf, change);
	n = change->replace ? change->servers_n : svc->servers_n;
	err = check_number(&conf, n, extack) ?:
	      check_servers(dn, change, extack);
	if (err || change->check)
		return err;

	members = change->replace ? members_wanted(dn, svc, change) :
				    members_of(svc, 0) ?: ERR_PTR(-ENOMEM);
	if (IS_ERR(members))
		return PTR_ERR(members);

	return service_commit(dn, svc, &conf, members, n);
}

int drlb_service_del(struct drlb_net *dn, const struct drlb_service_key *key,
		     bool check, struct netlink_ext_ack *extack)
{
	struct drlb_service *svc = drlb_service_get(dn, key, extack);

	if (!svc)
		return -ENOENT;
	if (!check)
		service_remove(dn, svc);

	return 0;
}

void drlb_service_flush(struct drlb_net *dn)
{
	struct drlb_service *svc;
	unsigned long id;

	lockdep_assert_held(&dn->lock);

	xa_for_each(&dn->service_ids, id, svc)
		service_remove(dn, svc);
}

int drlb_service_server_add(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack)
{
	struct drlb_service *svc = drlb_service_get(dn, key, extack);
	struct drlb_member *members;
	struct drlb_server *server;
	u32 i;
	int err;

	if (!svc)
		return -ENOENT;
	if (server_find(svc, &conf->addr)) {
		NL_SET_ERR_MSG(extack,
			       "the server exists already; \"set\" changes it");
		return -EEXIST;
	}
	err = check_number(&svc->conf, svc->servers_n + 1, extack) ?:
	      check_server(dn, key, conf, false, extack);
	if (err || check)
		return err;

	members = members_of(svc, 1);
	if (!members)
		return -ENOMEM;
	server = server_make(dn, svc, &conf->addr);
	if (IS_ERR(server)) {
		kvfree(members);
		return PTR_ERR(server);
	}

	for (i = svc->servers_n; i; i--) {
		if (addr_cmp(&members[i - 1].server->addr, &conf->addr) < 0)
			break;
		members[i] = members[i - 1];
	}
	members[i].server = server;
	members[i].weight = conf->weight;

	return service_commit(dn, svc, &svc->conf, members, svc->servers_n + 1);
}

int drlb_service_server_set(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack)
{
	struct drlb_service *svc = drlb_service_get(dn, key, extack);
	struct drlb_member *members;
	struct drlb_server *server;
	u32 i;

	if (!svc)
		return -ENOENT;
	server = server_get(svc, &conf->addr, extack);
	if (!server)
		return -ENOENT;
	if (check)
		return 0;

	members = members_of(svc, 0);
	if (!members)
		return -ENOMEM;
	for (i = 0; members[i].server != server; i++)
		;
	if (conf->weighted)
		members[i].weight = conf->weight;

	return service_commit(dn, svc, &svc->conf, members, svc->servers_n);
}

int drlb_service_server_del(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack)
{
	struct drlb_service *svc = drlb_service_get(dn, key, extack);
	struct drlb_member *members;
	struct drlb_server *server;
	u32 i;

	if (!svc)
		return -ENOENT;
	server = server_get(svc, &conf->addr, extack);
	if (!server)
		return -ENOENT;
	if (check)
		return 0;

	members = members_of(svc, 0);
	if (!members)
		return -ENOMEM;
	for (i = 0; members[i].server != server; i++)
		;
	memmove(&members[i], &members[i + 1],
		(svc->servers_n - i - 1) * sizeof(*members));

	return service_commit(dn, svc, &svc->conf, members, svc->servers_n - 1);
}

void drlb_service_totals(const struct drlb_service *svc,
			 struct drlb_totals *totals, u32 *active, u32 *inactive)
{
	const struct list_head *const lists[] = { &svc->servers, &svc->retired };
	const struct drlb_server *server;
	struct drlb_totals one;
	int i;

	*totals = svc->past;
	*active = 0;
	*inactive = 0;
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		list_for_each_entry(server, lists[i], list) {
			drlb_server_totals(server, &one);
			drlb_totals_add(totals, &one);
			*active += atomic_read(&server->active);
			*inactive += atomic_read(&server->inactive);
		}
	}
}

void drlb_service_zero(struct drlb_service *svc)
{
	struct drlb_server *server;

	memset(&svc->past, 0, sizeof(svc->past));
	list_for_each_entry(server, &svc->servers, list) {
		drlb_server_zero(server);
		cond_resched();
	}
	list_for_each_entry(server, &svc->retired, list) {
		drlb_server_zero(server);
		cond_resched();
	}
}

int drlb_services_init(struct drlb_net *dn)
{
	BUILD_BUG_ON(sizeof(struct drlb_service_key) != 20);

	xa_init_flags(&dn->service_ids, XA_FLAGS_ALLOC1);

	return rhashtable_init(&dn->services, &service_params);
}

void drlb_services_exit(struct drlb_net *dn)
{
	mutex_lock(&dn->lock);
	drlb_service_flush(dn);
	mutex_unlock(&dn->lock);

	rhashtable_destroy(&dn->services);
	xa_destroy(&dn->service_ids);
}
