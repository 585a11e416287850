// SPDX-License-Identifier: GPL-2.0
/*
 * Round robin: the servers in turn. A turn that meets an unusable server is
 * over, and the next begins, so that the others share its load evenly.
 */
#include "sched.h"

static struct drlb_server *rr_pick(const struct drlb_pool *pool,
				   const struct drlb_packet *pkt)
{
	struct drlb_server *server;
	u64 turn;
	u32 i, n;

	for (i = 0; i < pool->n; i++) {
		turn = atomic64_inc_return(pool->cursor);
		div64_u64_rem(turn, pool->n, &turn);
		server = pool->entry[turn].server;
		if (drlb_server_usable(server))
			return server;
	}

	/* Other CPUs may have taken the usable ones' turns. */
	for (n = 0; n < pool->n; n++) {
		if (drlb_server_usable(pool->entry[n].server))
			return pool->entry[n].server;
	}

	return NULL;
}

const struct drlb_sched drlb_sched_rr = {
	.name	= "rr",
	.pick	= rr_pick,
};
