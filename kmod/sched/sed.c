// SPDX-License-Identifier: GPL-2.0
/*
 * Shortest expected delay: the server that would have the fewest active
 * connections for its weight with this one more.
 */
#include "sched/least.h"

static u64 sed_cost(const struct drlb_server *server)
{
	return (u64)atomic_read(&server->load.active) + 1;
}

static const struct drlb_least sed_least = {
	.cost		= sed_cost,
	.by_weight	= true,
	.floor		= U64_MAX,
};

static void sed_recount(const struct drlb_live *live, u32 index)
{
	drlb_least_recount(&sed_least, live, index);
}

static struct drlb_server *sed_pick(const struct drlb_pool *pool,
				    const struct drlb_live *live,
				    const struct drlb_packet *pkt)
{
	return drlb_least_pick(&sed_least, live);
}

const struct drlb_sched drlb_sched_sed = {
	.name		= "sed",
	.about		= "shortest expected delay: the least active for its weight",
	.prepare	= drlb_least_prepare,
	.recount	= sed_recount,
	.pick		= sed_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/sed.c"
#endif
