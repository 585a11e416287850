// SPDX-License-Identifier: GPL-2.0
/* Random arrivals and departures against IPVS's rule, read as a person would. */
#include <linux/prandom.h>

#include "check.h"

static int crossings __initdata;

static void __init count_crossing(struct drlb_load *load)
{
	crossings++;
}

static void __init load_step(struct drlb_load *load, struct rnd_state *rnd)
{
	atomic_t *which = prandom_u32_state(rnd) % 2 ? &load->active :
						       &load->inactive;

	if (prandom_u32_state(rnd) % 2)
		atomic_inc(which);
	else
		atomic_add_unless(which, -1, 0);
	rcu_read_lock();
	drlb_load_changed(load);
	rcu_read_unlock();
}

static bool __init follows_rule(u32 upper, u32 lower)
{
	struct drlb_load load = { .crossed = count_crossing };
	struct rnd_state rnd;
	bool full = false, before, good = true;
	int changes = 0, i;
	u32 n;

	prandom_seed_state(&rnd, upper + lower);
	crossings = 0;
	rcu_read_lock();
	drlb_load_set_thresholds(&load, upper, lower);
	rcu_read_unlock();
	for (i = 0; i < 2000 && good; i++) {
		load_step(&load, &rnd);
		n = atomic_read(&load.active) + atomic_read(&load.inactive);
		before = full;
		if (n >= upper)
			full = true;
		else if (lower ? n < lower : n * 4 < upper * 3)
			full = false;
		changes += full != before;
		good = load.full == full && crossings == changes;
	}

	/* Other thresholds hold at once, and none at all, too. */
	atomic_set(&load.active, 10);
	atomic_set(&load.inactive, 0);
	rcu_read_lock();
	drlb_load_set_thresholds(&load, 10, 0);
	good = good && load.full;
	drlb_load_set_thresholds(&load, 100, 50);
	good = good && !load.full;
	drlb_load_set_thresholds(&load, 1, 0);
	good = good && load.full;
	drlb_load_set_thresholds(&load, 0, 0);
	rcu_read_unlock();

	return good && !load.full;
}

bool __init drlb_load_selftest(void)
{
	static const u32 thresholds[][2] = {
		{ 1, 0 }, { 1, 1 }, { 2, 0 }, { 3, 0 }, { 4, 0 }, { 4, 2 },
		{ 5, 0 }, { 7, 7 }, { 8, 1 }, { 10, 0 }, { 20, 19 },
	};
	struct selftest st = { .name = "load" };
	int i;

	for (i = 0; i < ARRAY_SIZE(thresholds); i++)
		check(&st, follows_rule(thresholds[i][0], thresholds[i][1]));

	return check_all_good(&st);
}
