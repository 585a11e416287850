// SPDX-License-Identifier: GPL-2.0
/*
 * Failover: the server with the highest weight.
 */
#include "sched/least.h"

static u64 fo_cost(const struct drlb_server *server)
{
	return DRLB_WEIGHT_MAX - READ_ONCE(server->weight);
}

static const struct drlb_least fo_least = {
	.cost		= fo_cost,
	.floor		= U64_MAX,
};

static void fo_recount(const struct drlb_live *live, u32 index)
{
	drlb_least_recount(&fo_least, live, index);
}

static struct drlb_server *fo_pick(const struct drlb_pool *pool,
				   const struct drlb_live *live,
				   const struct drlb_packet *pkt)
{
	return drlb_least_pick(&fo_least, live);
}

const struct drlb_sched drlb_sched_fo = {
	.name		= "fo",
	.about		= "failover: the server with the highest weight",
	.prepare	= drlb_least_prepare,
	.recount	= fo_recount,
	.pick		= fo_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/fo.c"
#endif
