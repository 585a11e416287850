// SPDX-License-Identifier: GPL-2.0
#include "least.h"

static int __init ovf_right(const struct test_pool *t, const struct weights *w)
{
	int best = -1;
	u32 i;

	for (i = 0; i < t->n; i++) {
		if (!may_be_picked(t, w, i) ||
		    atomic_read(&t->servers[i].load.active) > weight_of(w, i))
			continue;
		if (best < 0 || weight_of(w, i) > weight_of(w, best))
			best = i;
	}

	return best;
}

bool __init drlb_sched_ovf_selftest(void)
{
	struct selftest st = { .name = "sched_ovf" };

	check_loads(&st, &drlb_sched_ovf, ovf_right);

	return check_all_good(&st);
}
