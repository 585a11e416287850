// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table. An entry dies by expiry, by an administrator, or
 * because a packet found it useless; nothing but a packet creates one. Expired
 * entries are no use to anyone from that moment on (lookups look at the time),
 * so that the collector which frees them need not hurry.
 */
#include "conn.h"
#include "sched.h"
#include "server.h"

#include <linux/slab.h>
#include <net/ipv6.h>

/* Entries that the collector looks at before it lets others run, and the part
 * of the table, as a divisor, that it looks at each second.
 */
#define GC_SLICE	256
#define GC_PART		4
#define GC_MIN		8192

static struct kmem_cache *cache4 __ro_after_init;
static struct kmem_cache *cache6 __ro_after_init;

static u32 table4_hash(const void *key, u32 len, u32 seed)
{
	return drlb_key4_hash(key, seed);
}

static int table4_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct drlb_conn4 *conn = obj;

	return !drlb_key4_equal(arg->key, &conn->base.node);
}

static u32 table6_hash(const void *key, u32 len, u32 seed)
{
	return drlb_key6_hash(key, seed);
}

static int table6_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct drlb_conn6 *conn = obj;

	return !drlb_key6_equal(arg->key, &conn->base.node);
}

static const struct rhashtable_params table4_params = {
	.key_len		= sizeof(union drlb_key4),
	.key_offset		= offsetof(struct drlb_conn4, key),
	.head_offset		= offsetof(struct drlb_conn4, base.node),
	.hashfn			= table4_hash,
	.obj_cmpfn		= table4_cmp,
	.min_size		= 1024,
	.automatic_shrinking	= true,
};

static const struct rhashtable_params table6_params = {
	.key_len		= sizeof(union drlb_key6),
	.key_offset		= offsetof(struct drlb_conn6, key),
	.head_offset		= offsetof(struct drlb_conn6, base.node),
	.hashfn			= table6_hash,
	.obj_cmpfn		= table6_cmp,
	.min_size		= 1024,
	.automatic_shrinking	= true,
};

bool drlb_conn_full(const struct drlb_net *dn, u32 state)
{
	const struct drlb_conns *conns = &dn->conns;

	if (drlb_conn_number(conns) >= READ_ONCE(dn->settings.conn_max))
		return true;

	return state == DRLB_CONNECTION_SYN_RECV &&
	       atomic_read(&conns->half_open) >=
	       READ_ONCE(dn->settings.half_open_max);
}

static bool state_active(u32 state)
{
	return state == DRLB_CONNECTION_SYN_RECV ||
	       state == DRLB_CONNECTION_ESTABLISHED;
}

static void account_add(struct drlb_net *dn, struct drlb_server *server,
			u32 state)
{
	atomic_inc(state_active(state) ? &server->active : &server->inactive);
	if (state == DRLB_CONNECTION_SYN_RECV)
		atomic_inc(&dn->conns.half_open);
}

/* The connection's last use of @server, unless it stays counted otherwise. */
static void account_sub(struct drlb_net *dn, struct drlb_server *server,
			u32 state)
{
	if (state == DRLB_CONNECTION_SYN_RECV)
		atomic_dec(&dn->conns.half_open);
	atomic_dec(state_active(state) ? &server->active : &server->inactive);
}

static void conn_free4(struct rcu_head *rcu)
{
	struct drlb_conn *conn = container_of(rcu, struct drlb_conn, rcu);

	kmem_cache_free(cache4, container_of(conn, struct drlb_conn4, base));
}

static void conn_free6(struct rcu_head *rcu)
{
	struct drlb_conn *conn = container_of(rcu, struct drlb_conn, rcu);

	kmem_cache_free(cache6, container_of(conn, struct drlb_conn6, base));
}

/* Insert, or return what is there already under the key. */
static struct drlb_conn *conn_insert(struct drlb_conns *conns,
				     struct drlb_conn *conn, u8 family)
{
	if (family == AF_INET)
		return rhashtable_lookup_get_insert_fast(&conns->table4,
							 &conn->node,
							 table4_params);

	return rhashtable_lookup_get_insert_fast(&conns->table6, &conn->node,
						 table6_params);
}

static struct drlb_conn *conn_alloc(const struct drlb_packet *pkt)
{
	struct drlb_conn4 *conn4;
	struct drlb_conn6 *conn6;

	if (pkt->family == AF_INET) {
		conn4 = kmem_cache_alloc(cache4, GFP_ATOMIC | __GFP_NOWARN);
		if (!conn4)
			return NULL;
		conn4->key = pkt->key4;
		return &conn4->base;
	}

	conn6 = kmem_cache_alloc(cache6, GFP_ATOMIC | __GFP_NOWARN);
	if (!conn6)
		return NULL;
	conn6->key = pkt->key6;
	return &conn6->base;
}

static void conn_free(struct drlb_conn *conn, u8 family)
{
	if (family == AF_INET)
		conn_free4(&conn->rcu);
	else
		conn_free6(&conn->rcu);
}

struct drlb_conn *drlb_conn_create(struct drlb_net *dn,
				   const struct drlb_packet *pkt,
				   struct drlb_server *server, u32 state)
{
	struct drlb_conn *conn, *other;
	u32 now = drlb_conn_now();
	int attempt;

	conn = conn_alloc(pkt);
	if (unlikely(!conn))
		return NULL;

	conn->server = server;
	conn->state = state;
	conn->created = now;
	conn->expires = now + READ_ONCE(dn->timeout[state]);

	/* Counted first: once it is in the table anyone may kill it. */
	account_add(dn, server, state);
	drlb_sched_recount(server);
	for (attempt = 0; attempt < 2; attempt++) {
		other = conn_insert(&dn->conns, conn, pkt->family);
		if (likely(!other)) {
			drlb_traffic_conn(server->traffic);
			return conn;
		}
		if (IS_ERR(other))
			break;
		if (!drlb_conn_expired(other, now))
			break;
		drlb_conn_kill(dn, other, pkt->family);
	}

	account_sub(dn, server, state);
	drlb_sched_recount(server);
	conn_free(conn, pkt->family);

	return IS_ERR(other) || drlb_conn_expired(other, now) ? NULL : other;
}

void drlb_conn_change(struct drlb_net *dn, struct drlb_conn *conn, u32 from,
		      u32 to)
{
	if (cmpxchg(&conn->state, from, to) != from)
		return;

	account_add(dn, conn->server, to);
	account_sub(dn, conn->server, from);
	if (state_active(from) != state_active(to))
		drlb_sched_recount(conn->server);
}

/* Who removes it from the table has killed it: so there never is a dead one in
 * it, in the way of the next under the same key.
 */
static bool conn_remove(struct drlb_net *dn, struct drlb_conn *conn, u8 family)
{
	int err;

	err = family == AF_INET ?
	      rhashtable_remove_fast(&dn->conns.table4, &conn->node,
				     table4_params) :
	      rhashtable_remove_fast(&dn->conns.table6, &conn->node,
				     table6_params);
	if (err)
		return false;

	account_sub(dn, conn->server, xchg(&conn->state, DRLB_CONN_DEAD));
	drlb_sched_recount(conn->server);

	return true;
}

bool drlb_conn_kill(struct drlb_net *dn, struct drlb_conn *conn, u8 family)
{
	if (!conn_remove(dn, conn, family))
		return false;

	call_rcu(&conn->rcu, family == AF_INET ? conn_free4 : conn_free6);

	return true;
}

/* Those that a walk removes. RCU's callbacks run in softirq, where a great many
 * of them would keep packets waiting: a walk frees its own ones itself.
 */
struct conn_grave {
	struct rcu_head *list4;
	struct rcu_head *list6;
};

static bool conn_bury(struct drlb_net *dn, struct drlb_conn *conn, u8 family,
		      struct conn_grave *grave)
{
	struct rcu_head **list = family == AF_INET ? &grave->list4 :
						     &grave->list6;

	if (!conn_remove(dn, conn, family))
		return false;

	conn->rcu.next = *list;
	*list = &conn->rcu;

	return true;
}

static void grave_free(struct rcu_head *list, rcu_callback_t free)
{
	struct rcu_head *next;
	unsigned int n;

	for (n = 1; list; list = next, n++) {
		next = list->next;
		free(list);
		if (n % GC_SLICE == 0)
			cond_resched();
	}
}

/* Context: process, sleeps. */
static void grave_empty(struct conn_grave *grave)
{
	if (!grave->list4 && !grave->list6)
		return;

	synchronize_rcu();
	grave_free(grave->list4, conn_free4);
	grave_free(grave->list6, conn_free6);
}

bool drlb_conn_describe(const struct drlb_conn *conn, u8 family,
			struct drlb_conn_info *info)
{
	u32 now = drlb_conn_now();
	u32 state = READ_ONCE(conn->state);

	if (state == DRLB_CONN_DEAD || drlb_conn_expired(conn, now))
		return false;

	memset(info, 0, sizeof(*info));
	info->family = family;
	info->state = state;
	info->expires_ms = jiffies_to_msecs(READ_ONCE(conn->expires) - now);
	info->age_ms = jiffies_to_msecs(now - conn->created);
	info->server = conn->server->addr;

	if (family == AF_INET) {
		const union drlb_key4 *key = drlb_conn_key4(conn);

		info->protocol = key->protocol;
		info->client.ip = key->saddr;
		info->vip.ip = key->daddr;
		info->client_port = key->sport;
		info->vip_port = key->dport;
	} else {
		const union drlb_key6 *key = drlb_conn_key6(conn);

		info->protocol = key->protocol;
		info->client.in6 = key->saddr;
		info->vip.in6 = key->daddr;
		info->client_port = key->sport;
		info->vip_port = key->dport;
	}

	return true;
}

static bool client_matches(const struct drlb_conn_info *info,
			   const struct drlb_conn_filter *filter)
{
	u8 prefix = filter->client_prefix;

	if (info->family == AF_INET)
		return !prefix || !((info->client.ip ^ filter->client.ip) &
				    htonl(~0U << (32 - prefix)));

	return ipv6_prefix_equal(&info->client.in6, &filter->client.in6,
				 prefix);
}

bool drlb_conn_matches(const struct drlb_conn_info *info,
		       const struct drlb_conn_filter *filter)
{
	u32 mask = filter->mask;

	if (mask & DRLB_MATCH_FAMILY && info->family != filter->family)
		return false;
	if (mask & DRLB_MATCH_PROTOCOL && info->protocol != filter->protocol)
		return false;
	if (mask & DRLB_MATCH_STATE && info->state != filter->state)
		return false;
	if (mask & DRLB_MATCH_CLIENT && !client_matches(info, filter))
		return false;
	if (mask & DRLB_MATCH_CLIENT_PORT &&
	    info->client_port != filter->client_port)
		return false;
	if (mask & DRLB_MATCH_VIP &&
	    !nf_inet_addr_cmp(&info->vip, &filter->vip))
		return false;
	if (mask & DRLB_MATCH_VIP_PORT && info->vip_port != filter->vip_port)
		return false;
	if (mask & DRLB_MATCH_SERVER &&
	    !nf_inet_addr_cmp(&info->server, &filter->server))
		return false;

	return true;
}

void drlb_conn_walk_init(struct drlb_conns *conns, struct drlb_conn_walk *walk)
{
	rhashtable_walk_enter(&conns->table4, &walk->iter);
	walk->family = AF_INET;
	walk->restarted = false;
}

void drlb_conn_walk_start(struct drlb_conn_walk *walk)
	__acquires(RCU)
{
	if (!walk->family)
		rcu_read_lock();
	else if (rhashtable_walk_start_check(&walk->iter))
		walk->restarted = true;
}

void drlb_conn_walk_stop(struct drlb_conn_walk *walk)
	__releases(RCU)
{
	if (walk->family)
		rhashtable_walk_stop(&walk->iter);
	else
		rcu_read_unlock();
}

struct drlb_conn *drlb_conn_walk_next(struct drlb_conns *conns,
				      struct drlb_conn_walk *walk)
	__must_hold(RCU)
{
	struct drlb_conn *conn;

	while (walk->family) {
		conn = rhashtable_walk_next(&walk->iter);
		if (conn == ERR_PTR(-EAGAIN)) {
			walk->restarted = true;
			continue;
		}
		if (conn)
			return conn;

		rhashtable_walk_stop(&walk->iter);
		rhashtable_walk_exit(&walk->iter);
		if (walk->family == AF_INET6) {
			walk->family = 0;
			rcu_read_lock();
		} else {
			walk->family = AF_INET6;
			rhashtable_walk_enter(&conns->table6, &walk->iter);
			rhashtable_walk_start(&walk->iter);
		}
	}

	return NULL;
}

struct drlb_conn *drlb_conn_walk_again(struct drlb_conns *conns,
				       struct drlb_conn_walk *walk)
{
	struct drlb_conn *conn;

	conn = walk->family ? rhashtable_walk_peek(&walk->iter) : NULL;
	if (!IS_ERR_OR_NULL(conn))
		return conn;
	if (IS_ERR(conn))
		walk->restarted = true;

	return drlb_conn_walk_next(conns, walk);
}

void drlb_conn_walk_exit(struct drlb_conn_walk *walk)
{
	if (walk->family)
		rhashtable_walk_exit(&walk->iter);
}

/* Look at some entries, and remove them if there is a @grave; false when the
 * walk is over.
 */
static bool sweep_slice(struct drlb_net *dn, struct drlb_conn_walk *walk,
			const struct drlb_conn_filter *filter,
			struct conn_grave *grave, u64 *count)
{
	unsigned int left = GC_SLICE;
	struct drlb_conn_info info;
	struct drlb_conn *conn;

	drlb_conn_walk_start(walk);
	while (left--) {
		conn = drlb_conn_walk_next(&dn->conns, walk);
		if (!conn)
			break;
		if (!drlb_conn_describe(conn, walk->family, &info) ||
		    !drlb_conn_matches(&info, filter))
			continue;
		if (!grave || conn_bury(dn, conn, walk->family, grave))
			(*count)++;
	}
	drlb_conn_walk_stop(walk);

	return walk->family;
}

u64 drlb_conn_sweep(struct drlb_net *dn, const struct drlb_conn_filter *filter,
		    bool kill)
{
	struct conn_grave grave = {};
	struct drlb_conn_walk walk;
	u64 count = 0;

	drlb_conn_walk_init(&dn->conns, &walk);
	while (sweep_slice(dn, &walk, filter, kill ? &grave : NULL, &count))
		cond_resched();
	drlb_conn_walk_exit(&walk);
	grave_empty(&grave);

	return count;
}

/* Remove the expired among the next entries. False at the end of the tables. */
static bool gc_slice(struct drlb_net *dn, struct conn_grave *grave)
{
	struct drlb_conn_walk *walk = &dn->conns.walk;
	unsigned int left = GC_SLICE;
	u32 now = drlb_conn_now();
	struct drlb_conn *conn;

	drlb_conn_walk_start(walk);
	while (left--) {
		conn = drlb_conn_walk_next(&dn->conns, walk);
		if (!conn)
			break;
		if (drlb_conn_expired(conn, now))
			conn_bury(dn, conn, walk->family, grave);
	}
	drlb_conn_walk_stop(walk);

	return walk->family;
}

static void drlb_conn_gc(struct work_struct *work)
{
	struct drlb_net *dn = container_of(to_delayed_work(work),
					   struct drlb_net, conns.gc);
	int left = max_t(int, GC_MIN, drlb_conn_number(&dn->conns) / GC_PART);
	struct conn_grave grave = {};

	for (; left > 0; left -= GC_SLICE) {
		if (!gc_slice(dn, &grave)) {
			drlb_conn_walk_exit(&dn->conns.walk);
			drlb_conn_walk_init(&dn->conns, &dn->conns.walk);
			break;
		}
		cond_resched();
	}
	grave_empty(&grave);

	if (READ_ONCE(dn->hooked) || drlb_conn_number(&dn->conns))
		drlb_conns_collect(dn);
}

void drlb_conns_collect(struct drlb_net *dn)
{
	queue_delayed_work(system_power_efficient_wq, &dn->conns.gc, HZ);
}

int drlb_conns_init(struct drlb_net *dn)
{
	int err;

	err = rhashtable_init(&dn->conns.table4, &table4_params);
	if (err)
		return err;

	err = rhashtable_init(&dn->conns.table6, &table6_params);
	if (err)
		goto err_table4;

	atomic_set(&dn->conns.half_open, 0);
	drlb_conn_walk_init(&dn->conns, &dn->conns.walk);
	INIT_DELAYED_WORK(&dn->conns.gc, drlb_conn_gc);

	return 0;

err_table4:
	rhashtable_destroy(&dn->conns.table4);
	return err;
}

static void conn_destroy4(void *ptr, void *arg)
{
	kmem_cache_free(cache4, ptr);
}

static void conn_destroy6(void *ptr, void *arg)
{
	kmem_cache_free(cache6, ptr);
}

void drlb_conns_exit(struct drlb_net *dn)
{
	cancel_delayed_work_sync(&dn->conns.gc);
	drlb_conn_walk_exit(&dn->conns.walk);
	rhashtable_free_and_destroy(&dn->conns.table4, conn_destroy4, NULL);
	rhashtable_free_and_destroy(&dn->conns.table6, conn_destroy6, NULL);
}

int __init drlb_conn_cache_init(void)
{
	BUILD_BUG_ON(IS_ENABLED(CONFIG_64BIT) &&
		     sizeof(struct drlb_conn4) > 64);

	cache4 = KMEM_CACHE(drlb_conn4, SLAB_HWCACHE_ALIGN);
	if (!cache4)
		return -ENOMEM;

	cache6 = KMEM_CACHE(drlb_conn6, 0);
	if (!cache6) {
		kmem_cache_destroy(cache4);
		return -ENOMEM;
	}

	return 0;
}

/* After rcu_barrier(): what was killed last is freed by RCU. */
void drlb_conn_cache_exit(void)
{
	kmem_cache_destroy(cache6);
	kmem_cache_destroy(cache4);
}
