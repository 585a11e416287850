// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted least connections: the server with the least load for its weight.
 * As in IPVS an active connection counts 256 times an inactive one, and of
 * equals the first is taken.
 */
#include "sched.h"

#define ACTIVE_LOAD	256

static u64 server_load(const struct drlb_server *server)
{
	return (u64)atomic_read(&server->active) * ACTIVE_LOAD +
	       atomic_read(&server->inactive);
}

static struct drlb_server *wlc_pick(const struct drlb_pool *pool,
				    const struct drlb_packet *pkt)
{
	const struct drlb_pool_entry *entry, *best = NULL;
	u64 load, least = 0;

	for (entry = pool->entry; entry < pool->entry + pool->n; entry++) {
		if (!drlb_server_usable(entry->server))
			continue;

		load = server_load(entry->server);
		if (best && load * best->weight >= least * entry->weight)
			continue;
		best = entry;
		least = load;
		if (!load)
			break;
	}

	return best ? best->server : NULL;
}

const struct drlb_sched drlb_sched_wlc = {
	.name	= "wlc",
	.pick	= wlc_pick,
};
