// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table. An entry dies by expiry, by an administrator, or
 * because a packet found it useless; only a packet creates one. walk.c has
 * everything that looks at many of them.
 */
#include "conn/conn.h"

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

static atomic_t *load_count(struct drlb_load *load, u32 state)
{
	return drlb_states[state].active ? &load->active : &load->inactive;
}

static void unproven_add(struct drlb_conns *conns, u32 state, int n)
{
	if (drlb_states[state].unproven)
		atomic_add(n, &conns->unproven[drlb_states[state].proto]);
}

static inline void account_add(struct drlb_conns *conns,
			       struct drlb_load *load, u32 state)
{
	atomic_inc(load_count(load, state));
	unproven_add(conns, state, 1);
}

/* The connection's last use of @load, unless it stays counted otherwise. */
static void account_sub(struct drlb_conns *conns, struct drlb_load *load,
			u32 state)
{
	unproven_add(conns, state, -1);
	atomic_dec(load_count(load, state));
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

/* Insert, or return the entry that is there already under the key. */
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
		conn4->key = pkt->key.v4;
		return &conn4->base;
	}

	conn6 = kmem_cache_alloc(cache6, GFP_ATOMIC | __GFP_NOWARN);
	if (!conn6)
		return NULL;
	conn6->key = pkt->key.v6;
	return &conn6->base;
}

static void conn_free(struct drlb_conn *conn, u8 family)
{
	if (family == AF_INET)
		drlb_conn_free4(&conn->rcu);
	else
		drlb_conn_free6(&conn->rcu);
}

struct drlb_conn *drlb_conn_create(struct drlb_conns *conns,
				   const struct drlb_packet *pkt,
				   struct drlb_load *load, u32 state,
				   u32 timeout)
{
	struct drlb_conn *conn, *other;
	u32 now = drlb_conn_now();
	int attempt;

	conn = conn_alloc(pkt);
	if (unlikely(!conn))
		return NULL;

	conn->load = load;
	conn->state = state;
	conn->created = drlb_conn_age_now();
	conn->expires = now + timeout;

	/* Counted first: once it is in the table anyone may kill it. */
	account_add(conns, load, state);
	drlb_load_changed(load);
	for (attempt = 0; attempt < 2; attempt++) {
		other = conn_insert(conns, conn, pkt->family);
		if (likely(!other))
			return conn;
		if (IS_ERR(other) || !drlb_conn_expired(other, now))
			break;
		drlb_conn_kill(conns, other, pkt->family);
	}

	account_sub(conns, load, state);
	drlb_load_changed(load);
	conn_free(conn, pkt->family);

	return NULL;
}

void drlb_conn_change(struct drlb_conns *conns, struct drlb_conn *conn,
		      u32 from, u32 to)
{
	if (cmpxchg(&conn->state, from, to) != from)
		return;

	/* Nobody recounts a load that stays as it was: it must not be another
	 * one in between either.
	 */
	if (drlb_states[from].active == drlb_states[to].active) {
		unproven_add(conns, to, 1);
		unproven_add(conns, from, -1);
		return;
	}
	account_add(conns, conn->load, to);
	account_sub(conns, conn->load, from);
	drlb_load_changed(conn->load);
}

/* Only the remover marks an entry dead, so the table never holds a dead entry
 * that blocks its key.
 */
bool drlb_conn_remove(struct drlb_conns *conns, struct drlb_conn *conn,
		      u8 family)
{
	int err;

	err = family == AF_INET ?
	      rhashtable_remove_fast(&conns->table4, &conn->node,
				     table4_params) :
	      rhashtable_remove_fast(&conns->table6, &conn->node,
				     table6_params);
	if (err)
		return false;

	account_sub(conns, conn->load, xchg(&conn->state, DRLB_CONN_DEAD));
	drlb_load_changed(conn->load);

	return true;
}

bool drlb_conn_kill(struct drlb_conns *conns, struct drlb_conn *conn,
		    u8 family)
{
	if (!drlb_conn_remove(conns, conn, family))
		return false;

	call_rcu(&conn->rcu,
		 family == AF_INET ? drlb_conn_free4 : drlb_conn_free6);

	return true;
}

int drlb_conn_tables_init(struct drlb_conns *conns)
{
	int err;

	err = rhashtable_init(&conns->table4, &table4_params);
	if (err)
		return err;

	err = rhashtable_init(&conns->table6, &table6_params);
	if (err)
		rhashtable_destroy(&conns->table4);

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

void drlb_conn_tables_exit(struct drlb_conns *conns)
{
	rhashtable_free_and_destroy(&conns->table4, conn_destroy4, NULL);
	rhashtable_free_and_destroy(&conns->table6, conn_destroy6, NULL);
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

/* After rcu_barrier(): the last ones that were killed are freed by RCU. */
void drlb_conn_cache_exit(void)
{
	kmem_cache_destroy(cache6);
	kmem_cache_destroy(cache4);
}

#ifdef DRLB_SELFTEST
#include "selftest/conn.c"
#endif
