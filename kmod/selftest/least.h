/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SELFTEST_LEAST_H
#define _DRLB_SELFTEST_LEAST_H

/*
 * The search and the tournament against another search that looks at every
 * server: after each of many random changes of loads, and of servers going down
 * and coming back, all must name the same one.
 */
#include <linux/kernel.h>
#include <linux/prandom.h>

#include "pool.h"

#define CHANGES		2000

static const struct weights least_weights[] = {
	{ 1, { 1 } },
	{ 2, { 1, 1 } },
	{ 2, { 3, 1 } },
	{ 3, { 1, 1, 1 } },
	{ 4, { 1, 2, 3, 4 } },
	{ 5, { 0, 4, 0, 3, 0 } },
	{ 7, { 1, 1, 1, 1, 1, 1, 1 } },
	{ 10, { 65535, 1, 2, 1, 1, 100, 1, 7, 7, 1 } },
	{ 3, { 2147483647, 2147483646, 1073741824 } },
	{ 16, { 1 } },
	{ 17, { 1 } },
	{ 100, { 1 } },
	{ 1000, { 5 } },
};

/* The right answer: a server's number, or -1. */
typedef int (*right_fn)(const struct test_pool *t, const struct weights *w);

/* True if @a / @b is less than @c / @d, by their continued fractions. */
static inline bool __init fraction_is_less(u64 a, u64 b, u64 c, u64 d)
{
	u64 left, right, left_rest, right_rest;

	for (;;) {
		left = div64_u64_rem(a, b, &left_rest);
		right = div64_u64_rem(c, d, &right_rest);
		if (left != right)
			return left < right;
		if (!left_rest || !right_rest)
			return left_rest < right_rest;

		/* The rests compare as their reciprocals do the other way. */
		a = d;
		c = b;
		b = right_rest;
		d = left_rest;
	}
}

static inline bool __init may_be_picked(const struct test_pool *t,
					const struct weights *w, u32 i)
{
	return weight_of(w, i) && t->servers[i].egress != &t->down;
}

/* Costs by weight are compared as fractions; of equals the first has it. */
static inline int __init
least_cost(const struct test_pool *t, const struct weights *w,
	   u64 (*cost_of)(const struct drlb_server *server), bool by_weight)
{
	u64 cost, least = 0;
	int best = -1;
	u32 i;

	for (i = 0; i < t->n; i++) {
		if (!may_be_picked(t, w, i))
			continue;
		cost = cost_of(&t->servers[i]);
		if (best >= 0 &&
		    !fraction_is_less(cost, by_weight ? weight_of(w, i) : 1,
				      least,
				      by_weight ? weight_of(w, best) : 1))
			continue;
		best = i;
		least = cost;
	}

	return best;
}

/* IPVS's overhead: an active connection counts as itself and 256 more. */
static inline u64 __init right_overhead(const struct drlb_server *server)
{
	u64 active = atomic_read(&server->load.active);

	return (active << 8) + active + atomic_read(&server->load.inactive);
}

static inline u64 __init right_delay(const struct drlb_server *server)
{
	return 1ULL + atomic_read(&server->load.active);
}

/* As the data path would: mostly a connection for the one that was picked. */
static bool __init change_something(struct test_pool *t, struct rnd_state *rnd)
{
	struct drlb_server *server = &t->servers[prandom_u32_state(rnd) % t->n];
	int picked = test_pool_pick(t, NULL);

	switch (prandom_u32_state(rnd) % 8) {
	case 0:
		server->egress = server->egress == &t->up ? &t->down : &t->up;
		return test_pool_refresh(t);
	case 1:
		atomic_set(&server->load.inactive,
			   prandom_u32_state(rnd) % 1024);
		break;
	case 2:
		atomic_set(&server->load.active, prandom_u32_state(rnd) % 4);
		break;
	case 3:
		if (atomic_add_unless(&server->load.active, -1, 0))
			atomic_inc(&server->load.inactive);
		break;
	default:
		if (picked < 0)
			return true;
		server = &t->servers[picked];
		atomic_inc(&server->load.active);
	}
	rcu_read_lock();
	drlb_load_changed(&server->load);
	rcu_read_unlock();

	return true;
}

static bool __init least_is_picked(const struct weights *w,
				   const struct drlb_sched *sched,
				   right_fn right)
{
	struct drlb_pool_conf conf = { .sched = sched };
	struct rnd_state rnd;
	struct test_pool t;
	bool good;
	int i;

	prandom_seed_state(&rnd, w->n);
	good = test_pool_init(&t, &conf, w, AF_INET) &&
	       !test_pool_live(&t)->winners ==
	       (sched->prepare == drlb_least_prepare &&
		w->n <= DRLB_LEAST_SEARCH_MAX);
	for (i = 0; good && i < CHANGES; i++) {
		good = change_something(&t, &rnd) &&
		       test_pool_pick(&t, NULL) == right(&t, w);
	}
	test_pool_exit(&t);

	return good;
}

/* One that is down is not picked although the live set is behind. */
static bool __init the_usable_are_found(const struct drlb_sched *sched)
{
	static const struct weights three = { 3, { 1, 1, 1 } };
	struct drlb_pool_conf conf = { .sched = sched };
	struct test_pool t;
	bool good;

	good = test_pool_init(&t, &conf, &three, AF_INET6) &&
	       test_pool_pick(&t, NULL) == 0;
	t.servers[0].egress = &t.down;
	good = good && test_pool_pick(&t, NULL) == 1;
	t.servers[2].egress = &t.down;
	drlb_egress_set_state(&t.down, DRLB_SERVER_LOCAL);
	drlb_egress_set_state(&t.up, DRLB_SERVER_UNREACHABLE);
	t.servers[0].dead = true;
	good = good && test_pool_pick(&t, NULL) == 2;
	drlb_egress_set_state(&t.down, DRLB_SERVER_UNREACHABLE);
	good = good && test_pool_refresh(&t) &&
	       test_pool_pick(&t, NULL) == -1;
	test_pool_exit(&t);

	return good;
}

/* Loads that were there before count in a new live set. */
static bool __init __maybe_unused loads_are_taken_along(const struct drlb_sched *sched)
{
	static const struct weights four = { 4, { 1, 1, 1, 1 } };
	struct drlb_pool_conf conf = { .sched = sched };
	struct test_pool t;
	bool good;
	int i;

	good = test_pool_init(&t, &conf, &four, AF_INET);
	for (i = 0; good && i < 4; i++)
		atomic_set(&t.servers[i].load.active, i == 2 ? 1 : 10 + i);
	good = good && test_pool_refresh(&t) && test_pool_pick(&t, NULL) == 2;
	test_pool_exit(&t);

	return good;
}

/* A discipline, and its tournament however few servers there are */
static void __init check_least(struct selftest *st,
			       const struct drlb_sched *sched, right_fn right)
{
	struct drlb_sched tournament = *sched;
	unsigned int i;

	tournament.prepare = drlb_least_prepare_tournament;
	for (i = 0; i < ARRAY_SIZE(least_weights); i++) {
		check(st, least_is_picked(&least_weights[i], sched, right));
		check(st, least_is_picked(&least_weights[i], &tournament,
					  right));
	}
	check(st, the_usable_are_found(sched));
	check(st, the_usable_are_found(&tournament));
}

/* The same for one that goes by loads */
static void __init __maybe_unused check_loads(struct selftest *st,
					      const struct drlb_sched *sched,
					      right_fn right)
{
	struct drlb_sched tournament = *sched;

	tournament.prepare = drlb_least_prepare_tournament;
	check_least(st, sched, right);
	check(st, loads_are_taken_along(sched));
	check(st, loads_are_taken_along(&tournament));
}

#endif /* _DRLB_SELFTEST_LEAST_H */
