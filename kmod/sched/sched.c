// SPDX-License-Identifier: GPL-2.0
#include "sched/sched.h"

#include <linux/kernel.h>
#include <linux/string.h>

static const struct drlb_sched *const disciplines[] = {
	&drlb_sched_wlc,
	&drlb_sched_rr,
	&drlb_sched_wrr,
	&drlb_sched_lc,
	&drlb_sched_sed,
	&drlb_sched_nq,
	&drlb_sched_fo,
	&drlb_sched_ovf,
	&drlb_sched_twos,
	&drlb_sched_sh,
	&drlb_sched_dh,
	&drlb_sched_mh,
};

const struct drlb_sched *drlb_sched_at(unsigned int i)
{
	return i < ARRAY_SIZE(disciplines) ? disciplines[i] : NULL;
}

const struct drlb_sched *drlb_sched_find(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(disciplines); i++) {
		if (!strcmp(disciplines[i]->name, name))
			return disciplines[i];
	}

	return NULL;
}
