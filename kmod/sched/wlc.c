// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted least connections: the server with the least overhead for its
 * weight.
 */
#include "sched/least.h"

static const struct drlb_least wlc_least = {
	.cost		= drlb_least_overhead,
	.by_weight	= true,
	.floor		= 0,
};

static void wlc_recount(const struct drlb_live *live, u32 index)
{
	drlb_least_recount(&wlc_least, live, index);
}

static struct drlb_server *wlc_pick(const struct drlb_pool *pool,
				    const struct drlb_live *live,
				    const struct drlb_packet *pkt)
{
	return drlb_least_pick(&wlc_least, live);
}

const struct drlb_sched drlb_sched_wlc = {
	.name		= "wlc",
	.about		= "weighted least connections: the least loaded for its weight",
	.prepare	= drlb_least_prepare,
	.recount	= wlc_recount,
	.pick		= wlc_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/wlc.c"
#endif
