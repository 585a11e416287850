// SPDX-License-Identifier: GPL-2.0
/*
 * The model knows the server that had the last turn and nothing else: the next
 * turn is that of the first one behind it, by address, that can be used then.
 */
#include <linux/kernel.h>
#include <linux/prandom.h>

#include "pool.h"

#define RR_STEPS	4000

static const struct weights rr_ten = { 10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } };

/**
 * struct rr_test - turns, and changes between them
 * @t: the pool
 * @w: weights, of which some are 0
 * @last: the server that had the last turn, or -1 before the first
 */
struct rr_test {
	struct test_pool t;
	struct weights w;
	int last;
};

static const struct drlb_pool_conf rr_conf = { .sched = &drlb_sched_rr };

static bool __init rr_usable(const struct rr_test *r, u32 i)
{
	return r->w.weight[i] && r->t.servers[i].egress == &r->t.up;
}

/* The one whose turn it is, or -1 if none can be used. */
static int __init rr_next(const struct rr_test *r)
{
	u32 i, server;

	for (i = 1; i <= r->w.n; i++) {
		server = (r->last + i) % r->w.n;
		if (rr_usable(r, server))
			return server;
	}

	return -1;
}

/* Before the first turn any may be the next. */
static bool __init rr_turn(struct rr_test *r)
{
	int got = test_pool_pick(&r->t, NULL);
	bool good;

	good = r->last < 0 || got == rr_next(r);
	if (got >= 0) {
		r->last = got;
		r->t.picked[got]++;
	}

	return good;
}

static bool __init rr_flip(struct rr_test *r, u32 i)
{
	struct drlb_server *server = &r->t.servers[i];

	server->egress = server->egress == &r->t.up ? &r->t.down : &r->t.up;

	return test_pool_refresh(&r->t);
}

/* Quiesce a server or let it come back. */
static bool __init rr_quiesce(struct rr_test *r, u32 i)
{
	r->w.weight[i] = !r->w.weight[i];

	return test_pool_change(&r->t, &rr_conf, &r->w, AF_INET);
}

static bool __init rr_test_init(struct rr_test *r, u32 n)
{
	r->w = rr_ten;
	r->w.n = n;
	r->last = -1;

	return test_pool_init(&r->t, &rr_conf, &r->w, AF_INET);
}

/* Weights other than 0 make no difference. */
static bool __init all_have_turns(void)
{
	static const struct weights uneven = { 5, { 1, 100, 7, 2147483647, 2 } };
	struct rr_test r;
	bool good;
	u32 i;

	good = rr_test_init(&r, 5) &&
	       test_pool_change(&r.t, &rr_conf, &uneven, AF_INET);
	r.w = uneven;
	for (i = 0; good && i < 100; i++)
		good = rr_turn(&r);
	for (i = 0; good && i < 5; i++)
		good = r.t.picked[i] == 20;
	test_pool_exit(&r.t);

	return good;
}

/* Several changes may come between two turns, and may leave no server. */
static bool __init turns_go_on(u32 n, u32 seed)
{
	struct rnd_state rnd;
	struct rr_test r;
	bool good;
	u32 i;

	prandom_seed_state(&rnd, seed);
	good = rr_test_init(&r, n);
	for (i = 0; good && i < RR_STEPS; i++) {
		switch (prandom_u32_state(&rnd) % 4) {
		case 0:
			good = rr_flip(&r, prandom_u32_state(&rnd) % n);
			break;
		case 1:
			good = rr_quiesce(&r, prandom_u32_state(&rnd) % n);
			break;
		default:
			good = rr_turn(&r);
		}
	}
	test_pool_exit(&r.t);

	return good;
}

/* Before each connection one server goes and comes back. */
static bool __init shares_stay_even(u32 moving)
{
	struct rr_test r;
	bool good;
	u32 i;

	good = rr_test_init(&r, 4);
	for (i = 0; good && i < 24; i++)
		good = rr_quiesce(&r, moving) && rr_quiesce(&r, moving) &&
		       rr_turn(&r);
	for (i = 0; good && i < 4; i++)
		good = r.t.picked[i] == 6;
	test_pool_exit(&r.t);

	return good;
}

/* A live set that is behind: the turns of a server that is down are skipped,
 * but for those of eight in a row.
 */
static bool __init turns_are_skipped(void)
{
	struct rr_test r;
	bool good;
	u32 i;

	good = rr_test_init(&r, 4) && rr_turn(&r);
	r.t.servers[2].egress = &r.t.down;
	for (i = 0; good && i < 30; i++)
		good = rr_turn(&r);
	good = good && !r.t.picked[2];
	drlb_egress_set_state(&r.t.up, DRLB_SERVER_UNREACHABLE);
	good = good && test_pool_pick(&r.t, NULL) >= 0;
	r.t.servers[2].egress = &r.t.up;
	good = good && test_pool_refresh(&r.t) &&
	       test_pool_pick(&r.t, NULL) == -1;
	test_pool_exit(&r.t);

	return good;
}

bool __init drlb_sched_rr_selftest(void)
{
	struct selftest st = { .name = "sched_rr" };
	u32 i;

	check(&st, all_have_turns());
	for (i = 1; i <= LISTED; i++)
		check(&st, turns_go_on(i, i));
	for (i = 0; i < 4; i++)
		check(&st, shares_stay_even(i));
	check(&st, turns_are_skipped());

	return check_all_good(&st);
}
