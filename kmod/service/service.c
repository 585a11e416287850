// SPDX-License-Identifier: GPL-2.0
/* Virtual services: finding them, and their sums. */
#include "service/service.h"
#include "base/compat.h"
#include "base/hash.h"
#include "base/table.h"

#include <linux/rhashtable.h>

static __always_inline u32 key_hash(const struct drlb_service_key *key,
				    u32 seed)
{
	const u64 *secret = drlb_hash_secret;

	return drlb_fold(drlb_fold(get_unaligned((u64 *)&key->addr.all[0]) ^
				   secret[0],
				   get_unaligned((u64 *)&key->addr.all[2]) ^
				   secret[1] ^ (u64)seed << 32) ^
			 get_unaligned((u32 *)&key->port), secret[2]);
}

static __always_inline bool keys_equal(const struct drlb_service_key *key,
				       const struct drlb_service_key *other)
{
	return key->addr.all[0] == other->addr.all[0] &&
	       get_unaligned((u32 *)&key->port) ==
	       get_unaligned((u32 *)&other->port) &&
	       key->addr.all[1] == other->addr.all[1] &&
	       key->addr.all[2] == other->addr.all[2] &&
	       key->addr.all[3] == other->addr.all[3];
}

static __always_inline bool node_has_key(const struct drlb_service_key *key,
					 const struct rhash_head *node)
{
	return keys_equal(key, &container_of(node, struct drlb_service,
					     node)->key);
}

static u32 table_hash(const void *key, u32 len, u32 seed)
{
	return key_hash(key, seed);
}

static int table_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct drlb_service *svc = obj;

	return !keys_equal(arg->key, &svc->key);
}

#define PARAMS(member)							\
	{								\
		.key_len	= sizeof(struct drlb_service_key),	\
		.key_offset	= offsetof(struct drlb_service, key),	\
		.head_offset	= offsetof(struct drlb_service, member), \
		.hashfn		= table_hash,				\
		.obj_cmpfn	= table_cmp,				\
		.automatic_shrinking = true,				\
	}

const struct rhashtable_params drlb_service_params = PARAMS(node);
const struct rhashtable_params drlb_gone_params = PARAMS(gone_node);

static __always_inline struct drlb_service *
find(struct drlb_services *services, const struct drlb_service_key *key)
{
	struct rhash_head *node = DRLB_TABLE_LOOKUP(&services->table, key,
						    key_hash, node_has_key);

	return node ? container_of(node, struct drlb_service, node) : NULL;
}

/* Few packets have a mark, and the others would pay for its place in registers. */
noinline struct drlb_service *drlb_service_marked(struct drlb_services *services,
					 u8 family, u32 mark)
{
	struct drlb_service_key key = drlb_service_key_of_mark(family, mark);

	return find(services, &key);
}

struct drlb_service *drlb_service_find(struct drlb_services *services,
				       const struct drlb_packet *pkt, u32 mark)
{
	struct drlb_service_key key = {
		.family = pkt->family,
		.protocol = drlb_packet_protocol(pkt),
	};
	struct drlb_service *svc;

	if (unlikely(mark) && READ_ONCE(services->marks)) {
		svc = drlb_service_marked(services, pkt->family, mark);
		if (svc)
			return svc;
	}

	if (pkt->family == AF_INET) {
		key.addr.ip = pkt->key.v4.daddr;
		key.port = pkt->key.v4.dport;
	} else {
		key.addr.in6 = pkt->key.v6.daddr;
		key.port = pkt->key.v6.dport;
	}

	svc = find(services, &key);
	if (svc || !READ_ONCE(services->anyport))
		return svc;

	key.port = 0;
	return find(services, &key);
}

struct drlb_service *drlb_service_get(struct drlb_services *services,
				      const struct drlb_service_key *key)
{
	lockdep_assert_held(&services->lock);

	return rhashtable_lookup_fast(&services->table, key,
				      drlb_service_params);
}

struct drlb_server *drlb_service_server(struct drlb_service *svc,
					const union nf_inet_addr *addr)
{
	return drlb_server_find(&svc->servers, addr);
}

void drlb_service_server_conf(const struct drlb_server *server,
			      struct drlb_server_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->addr = *drlb_server_addr(server);
	conf->weight = server->weight;
	conf->upper = server->load.upper;
	conf->lower = server->lower;
}

void drlb_service_totals(const struct drlb_service *svc,
			 struct drlb_totals *totals, struct drlb_gauges *now)
{
	const struct list_head *const lists[] = { &svc->servers, &svc->retired };
	const struct drlb_server *server;
	struct drlb_gauges gauges;
	struct drlb_totals one;
	int i;

	*totals = svc->past;
	memset(now, 0, sizeof(*now));
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		list_for_each_entry(server, lists[i], list) {
			drlb_server_totals(server, &one);
			drlb_totals_add(totals, &one);
			drlb_server_gauges(server, &gauges);
			now->active += gauges.active;
			now->inactive += gauges.inactive;
			now->persistent += gauges.persistent;
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

int drlb_services_init(struct drlb_services *services, struct net *net,
		       struct drlb_egresses *egresses, const u32 *timeout)
{
	int err;

	BUILD_BUG_ON(sizeof(struct drlb_service_key) != 20);

	services->net = net;
	services->egresses = egresses;
	services->timeout = timeout;
	mutex_init(&services->lock);
	xa_init_flags(&services->ids, XA_FLAGS_ALLOC1);
	INIT_LIST_HEAD(&services->retired);
	INIT_DELAYED_WORK(&services->reap, drlb_services_reap);
	spin_lock_init(&services->dirty_lock);
	INIT_LIST_HEAD(&services->dirty);
	INIT_DELAYED_WORK(&services->refresh, drlb_services_refresh);

	err = rhashtable_init(&services->table, &drlb_service_params);
	if (err)
		return err;

	err = rhashtable_init(&services->gone, &drlb_gone_params);
	if (err)
		rhashtable_destroy(&services->table);

	return err;
}

void drlb_services_exit(struct drlb_services *services)
{
	drlb_services_reap_all(services);
	cancel_delayed_work_sync(&services->refresh);
	rhashtable_destroy(&services->gone);
	rhashtable_destroy(&services->table);
	xa_destroy(&services->ids);
	mutex_destroy(&services->lock);
}
