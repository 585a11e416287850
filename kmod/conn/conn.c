// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table. An entry dies by expiry, by an administrator, or
 * because a packet found it useless; nothing but a packet creates one. What looks
 * at many of them is in conn_walk.c.
 */
#include "conn/conn.h"
#include "sched/sched.h"
#include "server/server.h"

#include <linux/slab.h>

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

static void half_open_add(struct drlb_net *dn, u32 state, int n)
{
	if (state == DRLB_CONNECTION_SYN_RECV)
		atomic_add(n, &dn->conns.half_open);
}

static void account_add(struct drlb_net *dn, struct drlb_server *server,
			u32 state)
{
	atomic_inc(state_active(state) ? &server->active : &server->inactive);
	half_open_add(dn, state, 1);
}

/* The connection's last use of @server, unless it stays counted otherwise. */
static void account_sub(struct drlb_net *dn, struct drlb_server *server,
			u32 state)
{
	half_open_add(dn, state, -1);
	atomic_dec(state_active(state) ? &server->active : &server->inactive);
}

void drlb_conn_free4(struct rcu_head *rcu)
{
	struct drlb_conn *conn = container_of(rcu, struct drlb_conn, rcu);

	kmem_cache_free(cache4, container_of(conn, struct drlb_conn4, base));
}

void drlb_conn_free6(struct rcu_head *rcu)
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
		drlb_conn_free4(&conn->rcu);
	else
		drlb_conn_free6(&conn->rcu);
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

	/* Nobody recounts what a server has for what comes to the same: it must
	 * not be otherwise meanwhile either.
	 */
	if (state_active(from) == state_active(to)) {
		half_open_add(dn, to, 1);
		half_open_add(dn, from, -1);
		return;
	}
	account_add(dn, conn->server, to);
	account_sub(dn, conn->server, from);
	drlb_sched_recount(conn->server);
}

/* Who removes it from the table has killed it: so there never is a dead one in
 * it, in the way of the next under the same key.
 */
bool drlb_conn_remove(struct drlb_net *dn, struct drlb_conn *conn, u8 family)
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
	if (!drlb_conn_remove(dn, conn, family))
		return false;

	call_rcu(&conn->rcu,
		 family == AF_INET ? drlb_conn_free4 : drlb_conn_free6);

	return true;
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
	drlb_conns_collector_init(dn);

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
	drlb_conns_collector_exit(dn);
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

#ifdef DRLB_SELFTEST
#include "selftest/conn.c"
#endif
