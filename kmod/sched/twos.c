// SPDX-License-Identifier: GPL-2.0
/*
 * The power of two choices: of two servers, each drawn by weight, the one with
 * less overhead for its weight (Mitzenmacher, "The Power of Two Choices in
 * Randomized Load Balancing"). IPVS draws from one number more than there are
 * units of weight, so that its first server has half a unit too much.
 */
#include "sched/least.h"

#include <linux/math64.h>
#include <linux/random.h>

static const struct drlb_live_entry *draw(const struct drlb_live *live)
{
	return drlb_live_slot(live, mul_u64_u64_shr(get_random_u64(),
						    live->weight, 64));
}

static struct drlb_server *twos_better(const struct drlb_live_entry *first,
				       const struct drlb_live_entry *second)
{
	if (unlikely(!drlb_server_usable(second->server)))
		return first->server;
	if (unlikely(!drlb_server_usable(first->server)))
		return second->server;

	return drlb_least_less(drlb_least_overhead(second->server),
			       second->weight,
			       drlb_least_overhead(first->server),
			       first->weight) ? second->server : first->server;
}

static struct drlb_server *twos_pick(const struct drlb_pool *pool,
				     const struct drlb_live *live,
				     const struct drlb_packet *pkt)
{
	const struct drlb_live_entry *first = draw(live);
	struct drlb_server *server = twos_better(first, draw(live));

	if (likely(drlb_server_usable(server)))
		return server;

	return drlb_live_usable(live, first->index);
}

const struct drlb_sched drlb_sched_twos = {
	.name	= "twos",
	.about	= "the power of two choices: the less loaded of two drawn by weight",
	.pick	= twos_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/twos.c"
#endif
