// SPDX-License-Identifier: GPL-2.0
/*
 * Shares are counted over whole cycles from several starts, one of them where
 * the cursor changes its sign. "Spread over the cycle" is taken to mean: a
 * server's turns in a row are at most one more than they must be, and none
 * waits longer than three of its average intervals.
 */
#include <linux/gcd.h>
#include <linux/kernel.h>
#include <linux/prandom.h>

#include "pool.h"

#define STRIDES	2000

static const s64 starts[] = { 0, 1, 987654321, S64_MAX - 2 };

static const struct weights wrr_weights[] = {
	{ 1, { 1 } },
	{ 2, { 1, 1 } },
	{ 2, { 3, 1 } },
	{ 2, { 3, 4 } },
	{ 3, { 5, 3, 1 } },
	{ 3, { 10, 6, 2 } },
	{ 4, { 7, 11, 13, 17 } },
	{ 5, { 0, 4, 0, 3, 0 } },
	{ 3, { 1, 50, 50 } },
	{ 3, { 64, 64, 63 } },
	{ 4, { 48, 47, 49, 48 } },
	{ 5, { 31, 29, 37, 41, 23 } },
	{ 2, { 65535, 1 } },
	{ 1000, { 1 } },
	{ 1000, { 3 } },
};

/* Some servers are down, of which others must not notice anything. */
static const struct wrr_down {
	struct weights weights;
	u32 down;		/* bit i: the i-th */
} wrr_downs[] = {
	{ { 2, { 1, 1 } },			0x1 },
	{ { 3, { 1, 1, 1 } },			0x2 },
	{ { 3, { 5, 3, 1 } },			0x1 },
	{ { 3, { 5, 3, 1 } },			0x4 },
	{ { 4, { 1, 1, 1, 1 } },		0x6 },
	{ { 10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } },	0x2a5 },
	{ { 5, { 7, 11, 13, 17, 5 } },		0x8 },
	{ { 2, { 65535, 1 } },			0x1 },
	{ { 3, { 0, 1, 0 } },			0x5 },
};

/* A walk by this stride is back where it began after all slots, no sooner. */
static bool __init stride_visits_all(u32 weight)
{
	u64 stride = drlb_wrr_stride(weight);
	u64 slot = 0;
	u32 steps = 0;

	if (!stride || (stride >= weight && weight > 1))
		return false;

	do {
		slot += stride;
		if (slot >= weight)
			slot -= weight;
		steps++;
	} while (slot && steps <= weight);

	return steps == weight;
}

static bool __init strides_visit_all(void)
{
	u32 weight;

	for (weight = 1; weight <= STRIDES; weight++) {
		if (!stride_visits_all(weight))
			return false;
	}

	return stride_visits_all(65535) && stride_visits_all(65536) &&
	       stride_visits_all(510510);
}

static bool __init is_down(u32 down, u32 i)
{
	return i < LISTED && down & BIT(i);
}

/* As many turns as the weights of all that are up: each gets its own. */
static bool __init cycle_is_exact(struct test_pool *t, const struct weights *w,
				  u32 down, s64 start)
{
	u32 turns = 0, i;
	int got;

	memset(t->picked, 0, t->n * sizeof(*t->picked));
	atomic64_set(&t->cursor, start);
	for (i = 0; i < t->n; i++) {
		if (!is_down(down, i))
			turns += weight_of(w, i);
	}

	while (turns--) {
		got = test_pool_pick(t, NULL);
		if (got < 0)
			return false;
		t->picked[got]++;
	}

	for (i = 0; i < t->n; i++) {
		if (t->picked[i] != (is_down(down, i) ? 0 : weight_of(w, i)))
			return false;
	}

	return true;
}

/* Over two cycles, which shows the seam between them. */
static bool __init cycle_is_spread(struct test_pool *t, const struct weights *w)
{
	u32 sum = weight_sum(w), run = 0, turn;
	int got, last = -1;

	atomic64_set(&t->cursor, 0);
	memset(t->picked, 0, t->n * sizeof(*t->picked));
	for (turn = 1; turn <= 2 * sum; turn++) {
		u64 weight;

		got = test_pool_pick(t, NULL);
		if (got < 0)
			return false;

		weight = weight_of(w, got);
		run = got == last ? run + 1 : 1;
		if (weight < sum && run > DIV_ROUND_UP(weight, sum - weight) + 1)
			return false;
		if ((turn - t->picked[got]) * weight > 3 * (u64)sum)
			return false;
		t->picked[got] = turn;
		last = got;
	}

	return true;
}

static bool __init weights_hold(const struct weights *w)
{
	struct drlb_pool_conf conf = { .sched = &drlb_sched_wrr };
	struct test_pool t;
	bool good;
	int i;

	good = test_pool_init(&t, &conf, w, AF_INET) && cycle_is_spread(&t, w);
	for (i = 0; good && i < ARRAY_SIZE(starts); i++)
		good = cycle_is_exact(&t, w, 0, starts[i]);
	test_pool_exit(&t);

	return good;
}

/* In each way of being down. */
static bool __init downs_hold(const struct wrr_down *d)
{
	struct drlb_pool_conf conf = { .sched = &drlb_sched_wrr };
	struct test_pool t;
	bool good;
	u32 i;

	good = test_pool_init(&t, &conf, &d->weights, AF_INET6);
	for (i = 0; good && i < t.n; i++) {
		if (is_down(d->down, i))
			t.servers[i].egress = &t.down;
	}
	good = good && test_pool_refresh(&t);
	for (i = 0; good && i < ARRAY_SIZE(starts); i++)
		good = cycle_is_exact(&t, &d->weights, d->down, starts[i]);

	drlb_egress_set_state(&t.down, DRLB_SERVER_NO_ROUTE);
	drlb_egress_set_state(&t.up, DRLB_SERVER_RESOLVING);
	good = good && test_pool_refresh(&t) &&
	       cycle_is_exact(&t, &d->weights, d->down, 0);
	drlb_egress_set_state(&t.down, DRLB_SERVER_NO_NEIGHBOUR);
	good = good && test_pool_refresh(&t) &&
	       cycle_is_exact(&t, &d->weights, d->down, 0);

	drlb_egress_set_state(&t.down, DRLB_SERVER_LOCAL);
	good = good && test_pool_refresh(&t) &&
	       cycle_is_exact(&t, &d->weights, 0, 0);

	drlb_egress_set_state(&t.up, DRLB_SERVER_UNREACHABLE);
	drlb_egress_set_state(&t.down, DRLB_SERVER_UNREACHABLE);
	good = good && test_pool_refresh(&t) &&
	       test_pool_pick(&t, NULL) == -1;
	test_pool_exit(&t);

	return good;
}

/* The server that the turns from @start on come to if all that are removed are
 * skipped: the first one that is not, or the eighth.
 */
static int __init turn_after_removed(struct test_pool *t, u32 down, s64 start)
{
	u32 i;
	int got;

	for (i = 0; i < t->n; i++)
		t->servers[i].dead = false;
	atomic64_set(&t->cursor, start);
	for (i = 0; i < 8; i++) {
		got = test_pool_pick(t, NULL);
		if (got < 0 || !is_down(down, got))
			break;
	}

	return got;
}

/* A live set that is behind: servers were removed from the service. */
static bool __init removed_are_skipped(const struct wrr_down *d)
{
	struct drlb_pool_conf conf = { .sched = &drlb_sched_wrr };
	struct test_pool t;
	int turn, due;
	bool good;
	u32 i;

	good = test_pool_init(&t, &conf, &d->weights, AF_INET);
	for (turn = 0; good && turn < 200; turn++) {
		due = turn_after_removed(&t, d->down, turn);
		for (i = 0; i < t.n; i++)
			t.servers[i].dead = is_down(d->down, i);
		atomic64_set(&t.cursor, turn);
		good = test_pool_pick(&t, NULL) == due;
	}
	test_pool_exit(&t);

	return good;
}

static u64 __init sum_modulo(u64 a, u64 b, u64 modulus)
{
	return a + b < modulus ? a + b : a + b - modulus;
}

/* By doubling and adding, which never needs more than one bit more. */
static u64 __init product_modulo(u64 a, u64 b, u64 modulus)
{
	u64 product = 0;

	for (; a; a /= 2) {
		if (a & 1)
			product = sum_modulo(product, b, modulus);
		b = sum_modulo(b, b, modulus);
	}

	return product;
}

/* The first and the last slots of a cycle too large to be walked, and some
 * between; the step has no divisor in common with it and is not far from the
 * golden section.
 */
static bool __init large_cycle_holds(u64 weight)
{
	u64 stride = drlb_wrr_stride(weight), forth = 0, back = 0, turn;
	u64 golden = div_u64(div_u64(weight, 1000) * 618034, 1000);
	struct rnd_state rnd;
	u32 i;

	if (stride >= weight || gcd(stride, weight) != 1 ||
	    abs((s64)(stride - golden)) > 2000 + div_u64(weight, 1000000))
		return false;

	prandom_seed_state(&rnd, weight);
	for (i = 0; i < 1000; i++) {
		if (turn_slot(i, stride, weight) != forth)
			return false;
		forth = sum_modulo(forth, stride, weight);

		back = sum_modulo(back, weight - stride, weight);
		if (turn_slot(weight - 1 - i, stride, weight) != back)
			return false;

		div64_u64_rem((u64)prandom_u32_state(&rnd) << 32 |
			      prandom_u32_state(&rnd), weight, &turn);
		if (turn_slot(turn, stride, weight) !=
		    product_modulo(turn, stride, weight))
			return false;
	}

	return true;
}

static const u64 large_cycles[] = {
	2147483647, 3221225471, U32_MAX - 1, U32_MAX, U32_MAX + 1ULL,
	U32_MAX + 2ULL, 3 * 2147483647ULL, 10 * 2147483647ULL - 1,
	65534 * 2147483647ULL, 65534 * 2147483646ULL + 1, 1ULL << 46,
};

/* Weights whose cycle is too long to be counted whole. */
static const struct weights large_weights[] = {
	{ 2, { 2147483647, 1073741824 } },
	{ 2, { 2147483647, 2147483646 } },
	{ 3, { 2147483647, 2147483647, 2147483646 } },
	{ 4, { 2147483647, 1, 2147483646, 1000000000 } },
	{ 10, { 2147483647, 2147483646, 2147483645, 2147483644, 2147483643,
		2147483642, 2147483641, 2147483640, 2147483639, 715827882 } },
};

/* In any part of the cycle a server's turns are its share, but for a few. */
static bool __init shares_hold(const struct weights *w, s64 start)
{
	struct drlb_pool_conf conf = { .sched = &drlb_sched_wrr };
	u64 sum = weight_sum(w);
	struct test_pool t;
	int turn, got, i;
	bool good;

	good = test_pool_init(&t, &conf, w, AF_INET);
	atomic64_set(&t.cursor, start);
	for (turn = 1; good && turn <= 3000; turn++) {
		got = test_pool_pick(&t, NULL);
		good = got >= 0;
		if (!good)
			break;
		t.picked[got]++;
		for (i = 0; i < t.n; i++) {
			s64 due = (u64)turn * w->weight[i];

			good &= abs((s64)(t.picked[i] * sum) - due) <=
				4 * (s64)sum;
		}
	}
	test_pool_exit(&t);

	return good;
}

/* It is their ratio that counts. */
static bool __init large_ratio_is_small(void)
{
	static const struct weights w = { 2, { 2147483646, 1073741823 } };
	struct drlb_pool_conf conf = { .sched = &drlb_sched_wrr };
	struct test_pool t;
	bool good;
	int i;

	good = test_pool_init(&t, &conf, &w, AF_INET6) &&
	       test_pool_live(&t)->weight == 3;
	for (i = 0; good && i < 300; i++)
		t.picked[test_pool_pick(&t, NULL)]++;
	good = good && t.picked[0] == 200 && t.picked[1] == 100;
	test_pool_exit(&t);

	return good;
}

static bool __init empty_pool_picks_nobody(void)
{
	static const struct weights none = { 2, { 0, 0 } };
	struct drlb_pool_conf conf = { .sched = &drlb_sched_wrr };
	struct test_pool t;
	bool good;

	good = test_pool_init(&t, &conf, &none, AF_INET) &&
	       test_pool_pick(&t, NULL) == -1;
	test_pool_exit(&t);

	return good;
}

bool __init drlb_sched_wrr_selftest(void)
{
	struct selftest st = { .name = "sched_wrr" };
	unsigned int i;

	check(&st, strides_visit_all());
	for (i = 0; i < ARRAY_SIZE(wrr_weights); i++)
		check(&st, weights_hold(&wrr_weights[i]));
	for (i = 0; i < ARRAY_SIZE(wrr_downs); i++) {
		check(&st, downs_hold(&wrr_downs[i]));
		check(&st, removed_are_skipped(&wrr_downs[i]));
	}
	for (i = 0; i < ARRAY_SIZE(large_cycles); i++)
		check(&st, large_cycle_holds(large_cycles[i]));
	for (i = 0; i < ARRAY_SIZE(large_weights); i++) {
		check(&st, shares_hold(&large_weights[i], 0));
		check(&st, shares_hold(&large_weights[i], 98765432109876LL));
	}
	check(&st, large_ratio_is_small());
	check(&st, empty_pool_picks_nobody());

	return check_all_good(&st);
}
