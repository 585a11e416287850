// SPDX-License-Identifier: GPL-2.0
/*
 * Least connections: the server with the least overhead. Weights other than 0
 * do not matter.
 */
#include "sched/least.h"

static const struct drlb_least lc_least = {
	.cost		= drlb_least_overhead,
	.floor		= 0,
};

static void lc_recount(const struct drlb_live *live, u32 index)
{
	drlb_least_recount(&lc_least, live, index);
}

static struct drlb_server *lc_pick(const struct drlb_pool *pool,
				   const struct drlb_live *live,
				   const struct drlb_packet *pkt)
{
	return drlb_least_pick(&lc_least, live);
}

const struct drlb_sched drlb_sched_lc = {
	.name		= "lc",
	.about		= "least connections: the least loaded, whatever its weight",
	.prepare	= drlb_least_prepare,
	.recount	= lc_recount,
	.pick		= lc_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/lc.c"
#endif
