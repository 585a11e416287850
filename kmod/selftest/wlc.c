// SPDX-License-Identifier: GPL-2.0
/*
 * Both ways to find it against another search that looks at every server: after
 * each of many random changes of loads, and of servers going down and coming back,
 * they must name the same one.
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
	{ 16, { 1 } },
	{ 17, { 1 } },
	{ 100, { 1 } },
	{ 1000, { 5 } },
};

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
		load = 256ULL * atomic_read(&server->active) +
		       atomic_read(&server->inactive);
		if (best >= 0 && load * weight_of(w, best) >=
				 least * weight_of(w, i))
			continue;
		best = i;
		least = load;
	}

	return best;
}

/* As the data path would: mostly a connection for the one that was picked. */
static void __init change_something(struct test_pool *t, struct rnd_state *rnd)
{
	struct drlb_server *server = &t->servers[prandom_u32_state(rnd) % t->n];
	int picked = test_pool_pick(t, NULL);

	switch (prandom_u32_state(rnd) % 8) {
	case 0:
		server->egress = server->egress == &t->up ? &t->down : &t->up;
		break;
	case 1:
		atomic_set(&server->inactive, prandom_u32_state(rnd) % 1024);
		break;
	case 2:
		atomic_set(&server->active, prandom_u32_state(rnd) % 4);
		break;
	case 3:
		if (atomic_add_unless(&server->active, -1, 0))
			atomic_inc(&server->inactive);
		break;
	default:
		if (picked < 0)
			return;
		server = &t->servers[picked];
		atomic_inc(&server->active);
	}
	rcu_read_lock();
	drlb_sched_recount(server);
	rcu_read_unlock();
}

/* However few they are. */
static bool __init with_tournament(struct test_pool *t)
{
	if (!t->pool->winners && tournament_prepare(t->pool))
		return false;
	drlb_pool_enter(t->pool);

	return true;
}

static bool __init least_is_picked(const struct weights *w, bool tournament)
{
	struct drlb_sched_conf conf = { .sched = &drlb_sched_wlc };
	struct rnd_state rnd;
	struct test_pool t;
	bool good;
	int i;

	prandom_seed_state(&rnd, w->n);
	good = test_pool_init(&t, &conf, w, AF_INET);
	if (good && (tournament || t.pool->winners))
		good = with_tournament(&t);
	for (i = 0; good && i < CHANGES; i++) {
		change_something(&t, &rnd);
		good = test_pool_pick(&t, NULL) == least_loaded(&t, w);
	}
	test_pool_exit(&t);

	return good;
}

/* One that is down is not picked although nobody has said so yet. */
static bool __init search_helps_out(void)
{
	static const struct weights three = { 3, { 1, 1, 1 } };
	struct drlb_sched_conf conf = { .sched = &drlb_sched_wlc };
	struct test_pool t;
	bool good;

	good = test_pool_init(&t, &conf, &three, AF_INET6);
	good = good && with_tournament(&t) && test_pool_pick(&t, NULL) == 0;
	t.up.state = DRLB_SERVER_UNREACHABLE;
	good = good && test_pool_pick(&t, NULL) == -1;
	t.servers[2].egress = &t.down;
	t.down.state = DRLB_SERVER_LOCAL;
	good = good && test_pool_pick(&t, NULL) == 2;
	test_pool_exit(&t);

	return good;
}

/* Loads that were there before count in a new pool. */
static bool __init loads_are_taken_along(void)
{
	static const struct weights four = { 4, { 1, 1, 1, 1 } };
	struct drlb_sched_conf conf = { .sched = &drlb_sched_wlc };
	struct test_pool t;
	bool good;
	int i;

	good = test_pool_init(&t, &conf, &four, AF_INET);
	for (i = 0; good && i < 4; i++)
		atomic_set(&t.servers[i].active, i == 2 ? 1 : 10 + i);
	good = good && with_tournament(&t) && test_pool_pick(&t, NULL) == 2;
	test_pool_exit(&t);

	return good;
}

bool __init drlb_sched_wlc_selftest(void)
{
	struct selftest st = { .name = "sched_wlc" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wlc_weights); i++) {
		check(&st, least_is_picked(&wlc_weights[i], false));
		check(&st, least_is_picked(&wlc_weights[i], true));
	}
	check(&st, search_helps_out());
	check(&st, loads_are_taken_along());

	return check_all_good(&st);
}
