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
	BUILD_BUG_ON(offsetof(struct drlb_load, inactive) !=
		     DRLB_COUNTS_INACTIVE * sizeof(atomic_t) ||
		     offsetof(struct drlb_load, persistent) !=
		     DRLB_COUNTS_PERSISTENT * sizeof(atomic_t));

	return (atomic_t *)load + drlb_states[state].counts;
}

static void unproven_add(struct drlb_conns *conns, u32 state, int n)
{
	if (drlb_states[state].unproven)
		atomic_add(n, &conns->unproven[drlb_states[state].budget]);
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

/* @other has the key of @conn, or is an error. */
static noinline struct drlb_conn *
conn_insert_again(struct drlb_conns *conns, struct drlb_conn *conn,
		  struct drlb_conn *other, u8 family)
{
	if (!IS_ERR(other) && drlb_conn_is_over(other, drlb_conn_now())) {
		drlb_conn_kill(conns, other, family);
		if (!conn_insert(conns, conn, family))
			return conn;
	}

	account_sub(conns, conn->load, conn->state);
	drlb_load_changed(conn->load);
	conn_free(conn, family);

	return NULL;
}

/* Flat, since the compiler may make functions of rhashtable's code otherwise,
 * for half a hundred instructions more.
 */
__attribute__((flatten)) struct drlb_conn *
drlb_conn_create(struct drlb_conns *conns, const struct drlb_packet *pkt,
		 struct drlb_load *load, u32 state, u32 timeout,
		 union drlb_conn_own own)
{
	struct drlb_conn *conn = conn_alloc(pkt);
	struct drlb_conn *other;

	if (unlikely(!conn))
		return NULL;

	conn->load = load;
	conn->state = state;
	conn->created = drlb_conn_age_now();
	conn->expires = drlb_conn_now() + timeout;
	conn->own = own;
	refcount_set(&conn->holders, 2);

	/* Counted first: once it is in the table anyone may kill it. */
	account_add(conns, load, state);
	drlb_load_changed(load);
	other = conn_insert(conns, conn, pkt->family);
	if (unlikely(other))
		return conn_insert_again(conns, conn, other, pkt->family);

	return conn;
}

static void conn_free_later(struct drlb_conn *conn, u8 family)
{
	call_rcu(&conn->rcu,
		 family == AF_INET ? drlb_conn_free4 : drlb_conn_free6);
}

/* The last one to hold it finds it out of the table. */
void drlb_conn_unhold(struct drlb_conn *template, u8 family)
{
	if (refcount_dec_and_test(&template->holders))
		conn_free_later(template, family);
}

void drlb_conn_prove(struct drlb_conns *conns, struct drlb_conn *template)
{
	/* Valid if the template lives still when its state changes. */
	u32 lasting = READ_ONCE(template->own.lasting);

	if (cmpxchg(&template->state, DRLB_CONNECTION_PERSISTENT_NEW,
		    DRLB_CONNECTION_PERSISTENT) !=
	    DRLB_CONNECTION_PERSISTENT_NEW)
		return;

	unproven_add(conns, DRLB_CONNECTION_PERSISTENT_NEW, -1);
	drlb_conn_renew(template, drlb_conn_now(), lasting);
}

void drlb_conn_change(struct drlb_conns *conns, struct drlb_conn *conn,
		      u32 from, u32 to)
{
	/* Valid if the connection lives still when its state changes. */
	struct drlb_conn *template = READ_ONCE(conn->own.template);

	if (cmpxchg(&conn->state, from, to) != from)
		return;

	if (unlikely(template) && drlb_states[from].unproven &&
	    !drlb_states[to].unproven)
		drlb_conn_prove(conns, template);

	/* Nobody recounts a load that stays as it was: it must not be another
	 * one in between either.
	 */
	if (drlb_states[from].counts == drlb_states[to].counts) {
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
		      u8 family, bool *last)
{
	u32 state;
	int err;

	err = family == AF_INET ?
	      rhashtable_remove_fast(&conns->table4, &conn->node,
				     table4_params) :
	      rhashtable_remove_fast(&conns->table6, &conn->node,
				     table6_params);
	if (err)
		return false;

	state = xchg(&conn->state, DRLB_CONN_DEAD);
	account_sub(conns, conn->load, state);
	drlb_load_changed(conn->load);

	*last = true;
	if (unlikely(drlb_state_is_persistent(state)))
		*last = refcount_dec_and_test(&conn->holders);
	else if (unlikely(conn->own.template))
		drlb_conn_unhold(conn->own.template, family);

	return true;
}

bool drlb_conn_kill(struct drlb_conns *conns, struct drlb_conn *conn,
		    u8 family)
{
	bool last;

	if (!drlb_conn_remove(conns, conn, family, &last))
		return false;
	if (last)
		conn_free_later(conn, family);

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

/* A template goes with the last one that holds it, whichever comes first. */
static void conn_destroy(struct drlb_conn *conn, u8 family)
{
	if (drlb_state_is_persistent(conn->state)) {
		drlb_conn_unhold(conn, family);
		return;
	}
	if (conn->own.template)
		drlb_conn_unhold(conn->own.template, family);
	conn_free(conn, family);
}

static void conn_destroy4(void *ptr, void *arg)
{
	conn_destroy(ptr, AF_INET);
}

static void conn_destroy6(void *ptr, void *arg)
{
	conn_destroy(ptr, AF_INET6);
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
