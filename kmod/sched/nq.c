// SPDX-License-Identifier: GPL-2.0
/*
 * Never queue: the first server without an active connection, or the one that
 * sed would pick.
 */
#include "sched/least.h"

static u64 nq_cost(const struct drlb_server *server)
{
	u32 active = atomic_read(&server->load.active);

	return active ? (u64)active + 1 : 0;
}

static const struct drlb_least nq_least = {
	.cost		= nq_cost,
	.by_weight	= true,
	.floor		= 0,
};

static void nq_recount(const struct drlb_live *live, u32 index)
{
	drlb_least_recount(&nq_least, live, index);
}

static struct drlb_server *nq_pick(const struct drlb_pool *pool,
				   const struct drlb_live *live,
				   const struct drlb_packet *pkt)
{
	return drlb_least_pick(&nq_least, live);
}

const struct drlb_sched drlb_sched_nq = {
	.name		= "nq",
	.about		= "never queue: an idle server, or the one that sed takes",
	.prepare	= drlb_least_prepare,
	.recount	= nq_recount,
	.pick		= nq_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/nq.c"
#endif
