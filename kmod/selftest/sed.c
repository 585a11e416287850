// SPDX-License-Identifier: GPL-2.0
#include "least.h"

static int __init sed_right(const struct test_pool *t, const struct weights *w)
{
	return least_cost(t, w, right_delay, true);
}

bool __init drlb_sched_sed_selftest(void)
{
	struct selftest st = { .name = "sched_sed" };

	check_loads(&st, &drlb_sched_sed, sed_right);

	return check_all_good(&st);
}
