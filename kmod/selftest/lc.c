// SPDX-License-Identifier: GPL-2.0
#include "least.h"

static int __init lc_right(const struct test_pool *t, const struct weights *w)
{
	return least_cost(t, w, right_overhead, false);
}

bool __init drlb_sched_lc_selftest(void)
{
	struct selftest st = { .name = "sched_lc" };

	check_loads(&st, &drlb_sched_lc, lc_right);

	return check_all_good(&st);
}
