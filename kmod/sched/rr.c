// SPDX-License-Identifier: GPL-2.0
/*
 * Round robin: the servers in turn. The turns go on with the next server by
 * address when servers come or go (drlb_live_create()).
 */
#include "sched/sched.h"

#include <linux/math64.h>

static struct drlb_server *rr_server(const struct drlb_live *live, u64 turn)
{
	div64_u64_rem(turn + live->offset, live->n, &turn);

	return live->entry[turn].server;
}

static struct drlb_server *rr_pick(const struct drlb_pool *pool,
				   const struct drlb_live *live,
				   const struct drlb_packet *pkt)
{
	return drlb_sched_turn(pool, live, rr_server);
}

const struct drlb_sched drlb_sched_rr = {
	.name	= "rr",
	.about	= "round robin: the servers in turn",
	.pick	= rr_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/rr.c"
#endif
