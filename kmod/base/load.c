// SPDX-License-Identifier: GPL-2.0
/*
 * Thresholds, as IPVS has them: a server with @upper connections, active or not,
 * is full and gets no new ones before it has fewer than @lower.
 */
#include "base/load.h"

#include <linux/bottom_half.h>
#include <linux/math.h>

/* Each CPU that changes the numbers, or the result, then reads both once more:
 * the last one to do so finds them in accord, or makes them so.
 */
void drlb_load_judge(struct drlb_load *load)
{
	bool full, is_full;
	u32 n, upper;

	for (;;) {
		full = READ_ONCE(load->full);
		upper = READ_ONCE(load->upper);
		n = drlb_load_active(load) + drlb_load_inactive(load);
		is_full = upper && n >= (full ? READ_ONCE(load->lower) : upper);
		if (is_full == full)
			return;
		if (cmpxchg(&load->full, full, is_full) == full)
			load->crossed(load);
	}
}

void drlb_load_set_thresholds(struct drlb_load *load, u32 upper, u32 lower)
{
	WRITE_ONCE(load->lower, lower ?: upper - upper / 4);
	WRITE_ONCE(load->upper, upper);
	smp_mb(); /* as after a change of the numbers */
	local_bh_disable();
	drlb_load_judge(load);
	local_bh_enable();
}

#ifdef DRLB_SELFTEST
#include "selftest/load.c"
#endif
