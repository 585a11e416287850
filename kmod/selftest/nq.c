// SPDX-License-Identifier: GPL-2.0
#include "least.h"

static int __init nq_right(const struct test_pool *t, const struct weights *w)
{
	u32 i;

	for (i = 0; i < t->n; i++) {
		if (may_be_picked(t, w, i) &&
		    !atomic_read(&t->servers[i].load.active))
			return i;
	}

	return least_cost(t, w, right_delay, true);
}

bool __init drlb_sched_nq_selftest(void)
{
	struct selftest st = { .name = "sched_nq" };

	check_loads(&st, &drlb_sched_nq, nq_right);

	return check_all_good(&st);
}
