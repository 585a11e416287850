// SPDX-License-Identifier: GPL-2.0
/*
 * Shares are counted over whole cycles from several starts, one of them where
 * the cursor changes its sign. "Spread over the cycle" is taken to mean: a
 * server's turns in a row are at most one more than they must be, and none
 * waits longer than three of its average intervals.
 */
#include <linux/kernel.h>

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
	struct drlb_sched_conf conf = { .sched = &drlb_sched_wrr };
	struct test_pool t;
	bool good;
	int i;

	good = test_pool_init(&t, &conf, w, AF_INET) && cycle_is_spread(&t, w);
	for (i = 0; good && i < ARRAY_SIZE(starts); i++)
		good = cycle_is_exact(&t, w, 0, starts[i]);
	test_pool_exit(&t);

	return good;
}

/* In each way of being down, and removed from the service. */
static bool __init downs_hold(const struct wrr_down *d)
{
	struct drlb_sched_conf conf = { .sched = &drlb_sched_wrr };
	struct test_pool t;
	bool good;
	u32 i;

	good = test_pool_init(&t, &conf, &d->weights, AF_INET6);
	for (i = 0; good && i < t.n; i++) {
		if (is_down(d->down, i))
			t.servers[i].egress = &t.down;
	}
	for (i = 0; good && i < ARRAY_SIZE(starts); i++)
		good = cycle_is_exact(&t, &d->weights, d->down, starts[i]);

	t.down.state = DRLB_SERVER_NO_ROUTE;
	t.up.state = DRLB_SERVER_RESOLVING;
	good = good && cycle_is_exact(&t, &d->weights, d->down, 0);

	t.down.state = DRLB_SERVER_LOCAL;
	good = good && cycle_is_exact(&t, &d->weights, 0, 0);
	for (i = 0; good && i < t.n; i++)
		t.servers[i].dead = is_down(d->down, i);
	good = good && cycle_is_exact(&t, &d->weights, d->down, 0);

	t.up.state = DRLB_SERVER_UNREACHABLE;
	t.down.state = DRLB_SERVER_UNREACHABLE;
	good = good && test_pool_pick(&t, NULL) == -1;
	test_pool_exit(&t);

	return good;
}

static bool __init empty_pool_picks_nobody(void)
{
	static const struct weights none = { 2, { 0, 0 } };
	struct drlb_sched_conf conf = { .sched = &drlb_sched_wrr };
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
	for (i = 0; i < ARRAY_SIZE(wrr_downs); i++)
		check(&st, downs_hold(&wrr_downs[i]));
	check(&st, empty_pool_picks_nobody());

	return check_all_good(&st);
}
