/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SELFTEST_POOL_H
#define _DRLB_SELFTEST_POOL_H

#include <linux/slab.h>

#include "server/pool.h"
#include "check.h"

#define LISTED	10

/* Servers' weights. More of them than can be listed are all like the first. */
struct weights {
	u32 n;
	u32 weight[LISTED];
};

/**
 * struct test_pool - a pool with servers of its own
 * @up: the next hop of those that can be reached
 * @down: and of those that cannot
 * @servers: 10.0.0.1 or 2001:db8::1 and those that follow
 * @cursor: the pool's
 * @pool: what a service would have
 * @n: number of servers
 * @picked: how often each was picked
 */
struct test_pool {
	struct drlb_egress up;
	struct drlb_egress down;
	struct drlb_server *servers;
	atomic64_t cursor;
	struct drlb_pool *pool;
	u32 n;
	u32 *picked;
};

static u32 __init weight_of(const struct weights *w, u32 i)
{
	return w->weight[w->n > LISTED ? 0 : i];
}

static inline u64 __init weight_sum(const struct weights *w)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < w->n; i++)
		sum += weight_of(w, i);

	return sum;
}

static void __init address(union nf_inet_addr *addr, u8 family, u32 i)
{
	memset(addr, 0, sizeof(*addr));
	if (family == AF_INET) {
		addr->ip = htonl(0x0a000000 + i);
		return;
	}

	addr->in6.s6_addr32[0] = htonl(0x20010db8);
	addr->in6.s6_addr32[3] = htonl(i);
}

static inline const struct drlb_live *__init
test_pool_live(const struct test_pool *t)
{
	return rcu_dereference_protected(t->pool->live, true);
}

/* Let the live set catch up with the servers, as the next-hop work does. */
static inline bool __init test_pool_refresh(struct test_pool *t)
{
	struct drlb_live *live;

	live = drlb_live_create(t->pool, test_pool_live(t));
	if (IS_ERR(live))
		return false;

	drlb_pool_set_live(t->pool, live);

	return true;
}

/* A pool in place of the one there is, with the weights @w, as a change of the
 * configuration makes it. False if there is no memory.
 */
static inline bool __init test_pool_change(struct test_pool *t,
					   const struct drlb_pool_conf *conf,
					   const struct weights *w, u8 family)
{
	struct drlb_pool *pool, *before = t->pool;
	struct drlb_member *members;
	struct drlb_live *live;
	u32 i;

	members = kvcalloc(w->n, sizeof(*members), GFP_KERNEL);
	if (!members)
		return false;

	for (i = 0; i < w->n; i++) {
		members[i].server = &t->servers[i];
		members[i].weight = weight_of(w, i);
		t->servers[i].weight = weight_of(w, i);
	}
	pool = drlb_pool_create(conf, &t->cursor, members, w->n, family,
				before);
	kvfree(members);
	if (IS_ERR(pool))
		return false;

	live = drlb_live_create(pool, before ? test_pool_live(t) : NULL);
	if (IS_ERR(live)) {
		drlb_pool_destroy(pool);
		return false;
	}

	rcu_assign_pointer(pool->live, live);
	drlb_pool_enter(pool);
	drlb_pool_destroy(before);
	t->pool = pool;

	return true;
}

static inline void __init test_pool_exit(struct test_pool *t)
{
	drlb_pool_destroy(t->pool);
	kvfree(t->picked);
	kvfree(t->servers);
}

/* False if there is no memory. To be followed by exit in any case. */
static inline bool __init test_pool_init(struct test_pool *t,
					 const struct drlb_pool_conf *conf,
					 const struct weights *w, u8 family)
{
	u32 i;

	memset(t, 0, sizeof(*t));
	drlb_egress_set_state(&t->up, DRLB_SERVER_UP);
	drlb_egress_set_state(&t->down, DRLB_SERVER_UNREACHABLE);
	t->n = w->n;
	t->servers = kvcalloc(w->n, sizeof(*t->servers), GFP_KERNEL);
	t->picked = kvcalloc(w->n, sizeof(*t->picked), GFP_KERNEL);
	if (!t->servers || !t->picked)
		return false;

	for (i = 0; i < w->n; i++) {
		address(&t->servers[i].load.addr, family, i + 1);
		t->servers[i].egress = &t->up;
	}

	return test_pool_change(t, conf, w, family);
}

/* The number of the server that a packet gets, or -1. */
static inline int __init test_pool_pick(struct test_pool *t,
					const struct drlb_packet *pkt)
{
	const struct drlb_sched *sched = t->pool->conf.sched;
	const struct drlb_live *live = test_pool_live(t);
	const struct drlb_server *server;

	server = live->n ? sched->pick(t->pool, live, pkt) : NULL;

	return server ? server - t->servers : -1;
}

#endif /* _DRLB_SELFTEST_POOL_H */
