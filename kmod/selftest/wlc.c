// SPDX-License-Identifier: GPL-2.0
/*
 * The search and the tournament against another search that looks at every
 * server: after each of many random changes of loads, and of servers going down
 * and coming back, all must name the same one.
 */
#include <linux/kernel.h>
#include <linux/prandom.h>

#include "pool.h"

#define CHANGES		2000

static const struct weights wlc_weights[] = {
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

/* A tournament however few they are. */
static const struct drlb_sched wlc_tournament = {
	.name		= "wlc",
	.prepare	= tournament_prepare,
	.recount	= wlc_recount,
	.pick		= wlc_pick,
};

/* True if @a / @b is less than @c / @d, by their continued fractions. */
static bool __init fraction_is_less(u64 a, u64 b, u64 c, u64 d)
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

/* Loads by weight are compared as fractions; of equals the first has it. */
static int __init least_loaded(const struct test_pool *t,
			       const struct weights *w)
{
	u64 load, least = 0;
	int best = -1;
	u32 i;

	for (i = 0; i < t->n; i++) {
		const struct drlb_server *server = &t->servers[i];

		if (!weight_of(w, i) || server->egress == &t->down)
			continue;
		load = 256ULL * atomic_read(&server->load.active) +
		       atomic_read(&server->load.inactive);
		if (best >= 0 && !fraction_is_less(load, weight_of(w, i), least,
						   weight_of(w, best)))
			continue;
		best = i;
		least = load;
	}

	return best;
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
				   const struct drlb_sched *sched)
{
	struct drlb_pool_conf conf = { .sched = sched };
	struct rnd_state rnd;
	struct test_pool t;
	bool good;
	int i;

	prandom_seed_state(&rnd, w->n);
	good = test_pool_init(&t, &conf, w, AF_INET) &&
	       !test_pool_live(&t)->winners ==
	       (sched == &drlb_sched_wlc && w->n <= SEARCH_MAX);
	for (i = 0; good && i < CHANGES; i++) {
		good = change_something(&t, &rnd) &&
		       test_pool_pick(&t, NULL) == least_loaded(&t, w);
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
static bool __init loads_are_taken_along(const struct drlb_sched *sched)
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

/* Loads of 39 bits by weights of 31. Every other pair is equal, or as nearly
 * as it gets, so that the lowest bits of the products decide.
 */
static bool __init products_are_exact(u32 seed)
{
	u64 load[2], factor;
	struct rnd_state rnd;
	u32 weight[2], i, j;

	prandom_seed_state(&rnd, seed);
	for (i = 0; i < CHANGES; i++) {
		factor = prandom_u32_state(&rnd) % 256;
		for (j = 0; j < 2; j++) {
			weight[j] = 1 + prandom_u32_state(&rnd) %
					DRLB_WEIGHT_MAX;
			load[j] = (u64)prandom_u32_state(&rnd) * 128;
			if (i & 1)
				load[j] = weight[j] * factor +
					  prandom_u32_state(&rnd) % 2;
		}
		if (load_is_less(load[0], weight[0], load[1], weight[1]) !=
		    fraction_is_less(load[0], weight[0], load[1], weight[1]))
			return false;
	}

	return true;
}

bool __init drlb_sched_wlc_selftest(void)
{
	struct selftest st = { .name = "sched_wlc" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wlc_weights); i++) {
		check(&st, least_is_picked(&wlc_weights[i], &drlb_sched_wlc));
		check(&st, least_is_picked(&wlc_weights[i], &wlc_tournament));
	}
	check(&st, the_usable_are_found(&drlb_sched_wlc));
	check(&st, the_usable_are_found(&wlc_tournament));
	check(&st, loads_are_taken_along(&drlb_sched_wlc));
	check(&st, loads_are_taken_along(&wlc_tournament));
	check(&st, products_are_exact(1));
	check(&st, products_are_exact(2));

	return check_all_good(&st);
}
