// SPDX-License-Identifier: GPL-2.0
/*
 * What twos picks is drawn by chance: it is compared with the shares that two
 * draws by weight give, which are known.
 */
#include <linux/kernel.h>

#include "pool.h"

#define DRAWS		20000

static const struct weights twos_weights = { 4, { 1, 0, 2, 1 } };

/* Draw and count. True if none but the servers in @may was picked. */
static bool __init draw_many(struct test_pool *t, u32 may)
{
	int got, i;

	memset(t->picked, 0, t->n * sizeof(*t->picked));
	for (i = 0; i < DRAWS; i++) {
		got = test_pool_pick(t, NULL);
		if (got < 0 || !(may & BIT(got)))
			return false;
		t->picked[got]++;
	}

	return true;
}

/* True if a share is @sixteenths / 16. The binomial's standard deviation is 71
 * at the most; this is seven of them.
 */
static bool __init share_is(const struct test_pool *t, u32 i, u32 sixteenths)
{
	return abs((int)t->picked[i] - (int)(DRAWS / 16 * sixteenths)) < 500;
}

/* Equal loads for the weights: the first draw has it, by weight. */
static bool __init equals_share_by_weight(void)
{
	struct drlb_pool_conf conf = { .sched = &drlb_sched_twos };
	struct test_pool t;
	bool good;

	good = test_pool_init(&t, &conf, &twos_weights, AF_INET) &&
	       draw_many(&t, 0xd) && share_is(&t, 0, 4) &&
	       share_is(&t, 2, 8) && share_is(&t, 3, 4);
	test_pool_exit(&t);

	return good;
}

/* The least loaded has all pairs of draws with it in them: 1 - (3/4)^2 = 7/16.
 * The most loaded has those of itself alone: 1/16.
 */
static bool __init the_less_loaded_has_it(void)
{
	struct drlb_pool_conf conf = { .sched = &drlb_sched_twos };
	struct test_pool t;
	bool good;

	good = test_pool_init(&t, &conf, &twos_weights, AF_INET6);
	if (good) {
		atomic_set(&t.servers[0].load.active, 1);
		atomic_set(&t.servers[2].load.active, 4);
		atomic_set(&t.servers[3].load.active, 3);
	}
	good = good && draw_many(&t, 0xd) && share_is(&t, 0, 7) &&
	       share_is(&t, 2, 8) && share_is(&t, 3, 1);
	test_pool_exit(&t);

	return good;
}

/* The live set is behind: of a pair the usable one is picked, and from a pair
 * without one the next server.
 */
static bool __init the_usable_are_drawn(void)
{
	struct drlb_pool_conf conf = { .sched = &drlb_sched_twos };
	struct test_pool t;
	bool good;

	good = test_pool_init(&t, &conf, &twos_weights, AF_INET);
	if (good)
		t.servers[2].dead = true;
	good = good && draw_many(&t, 0x9);
	if (good)
		t.servers[0].egress = &t.down;
	good = good && draw_many(&t, 0x8) && test_pool_refresh(&t) &&
	       draw_many(&t, 0x8);
	test_pool_exit(&t);

	return good;
}

bool __init drlb_sched_twos_selftest(void)
{
	struct selftest st = { .name = "sched_twos" };

	check(&st, equals_share_by_weight());
	check(&st, the_less_loaded_has_it());
	check(&st, the_usable_are_drawn());

	return check_all_good(&st);
}
