// SPDX-License-Identifier: GPL-2.0
/*
 * Overflow: the server with the highest weight of those that have no more active
 * connections than their weight. If all have more there is no server, as in
 * IPVS. Datagrams never overflow, since their connections are not active.
 */
#include "sched/least.h"

#define FULL	U32_MAX

static u64 ovf_cost(const struct drlb_server *server)
{
	u32 weight = READ_ONCE(server->weight);

	return drlb_load_active(&server->load) > weight ?
	       FULL : DRLB_WEIGHT_MAX - weight;
}

static const struct drlb_least ovf_least = {
	.cost		= ovf_cost,
	.floor		= U64_MAX,
};

static void ovf_recount(const struct drlb_live *live, u32 index)
{
	drlb_least_recount(&ovf_least, live, index);
}

static struct drlb_server *ovf_pick(const struct drlb_pool *pool,
				    const struct drlb_live *live,
				    const struct drlb_packet *pkt)
{
	struct drlb_server *server = drlb_least_pick(&ovf_least, live);

	return ovf_cost(server) == FULL ? NULL : server;
}

const struct drlb_sched drlb_sched_ovf = {
	.name		= "ovf",
	.about		= "overflow: the highest weight that is not exceeded yet",
	.prepare	= drlb_least_prepare,
	.recount	= ovf_recount,
	.pick		= ovf_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/ovf.c"
#endif
