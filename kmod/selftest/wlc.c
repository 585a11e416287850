// SPDX-License-Identifier: GPL-2.0
#include "least.h"

static int __init wlc_right(const struct test_pool *t, const struct weights *w)
{
	return least_cost(t, w, right_overhead, true);
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
		if (drlb_least_less(load[0], weight[0], load[1], weight[1]) !=
		    fraction_is_less(load[0], weight[0], load[1], weight[1]))
			return false;
	}

	return true;
}

bool __init drlb_sched_wlc_selftest(void)
{
	struct selftest st = { .name = "sched_wlc" };

	check_loads(&st, &drlb_sched_wlc, wlc_right);
	check(&st, products_are_exact(1));
	check(&st, products_are_exact(2));

	return check_all_good(&st);
}
