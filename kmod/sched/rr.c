// SPDX-License-Identifier: GPL-2.0
/*
 * Round robin: the servers in turn. A turn that meets an unusable server is
 * over, and the next begins, so that the others share its load evenly.
 */
#include "sched/sched.h"

static struct drlb_server *rr_pick(const struct drlb_pool *pool,
				   const struct drlb_packet *pkt)
{
	struct drlb_server *server;
	u64 turn = 0;
	u32 i;

	for (i = 0; i < min(pool->n, DRLB_TURNS_MAX); i++) {
		turn = atomic64_inc_return(pool->cursor);
		div64_u64_rem(turn, pool->n, &turn);
		server = pool->entry[turn].server;
		if (drlb_server_usable(server))
			return server;
	}

	/* A great many are down, or other CPUs took the usable ones' turns. */
	return drlb_pool_usable(pool, turn);
}

const struct drlb_sched drlb_sched_rr = {
	.name	= "rr",
	.pick	= rr_pick,
};
