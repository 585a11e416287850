// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted round robin: in a cycle of as many turns as there are units of
 * weight, each server gets exactly its weight's number, spread over the cycle.
 *
 * Each unit of weight is a slot; a cycle visits all slots by a constant step
 * that has no divisor in common with their number. The step is near the golden
 * section of the cycle, which spreads the turns of one server as evenly as one
 * step can (the three-distance theorem). So there is no state but the cursor,
 * and no table, whatever the weights.
 */
#include "sched.h"

#include <linux/gcd.h>
#include <linux/math64.h>

u64 drlb_wrr_stride(u64 weight)
{
	/* (sqrt(5) - 1) / 2 in units of 2^-16 */
	u64 stride = (weight * 40503) >> 16;

	if (stride < 1)
		return 1;

	while (gcd(stride, weight) != 1)
		stride--;

	return stride;
}

static struct drlb_server *slot_server(const struct drlb_pool *pool, u64 slot)
{
	u32 low = 0, high = pool->n - 1, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (slot < pool->entry[mid].end)
			high = mid;
		else
			low = mid + 1;
	}

	return pool->entry[low].server;
}

/* Light ones among heavy ones that are down may not have come up: their turns
 * among themselves.
 */
static struct drlb_server *usable_by_weight(const struct drlb_pool *pool)
{
	u64 sum = 0, slot;
	u32 i;

	for (i = 0; i < pool->n; i++) {
		if (drlb_server_usable(pool->entry[i].server))
			sum += pool->entry[i].weight;
	}
	if (!sum)
		return NULL;

	div64_u64_rem(atomic64_inc_return(pool->cursor), sum, &slot);
	for (i = 0; i < pool->n; i++) {
		if (!drlb_server_usable(pool->entry[i].server))
			continue;
		if (slot < pool->entry[i].weight)
			return pool->entry[i].server;
		slot -= pool->entry[i].weight;
	}

	return NULL;
}

static struct drlb_server *wrr_pick(const struct drlb_pool *pool,
				    const struct drlb_packet *pkt)
{
	struct drlb_server *server;
	u64 turn, slot;
	u32 i;

	for (i = 0; i < pool->n; i++) {
		turn = atomic64_inc_return(pool->cursor);
		div64_u64_rem(turn, pool->weight, &turn);
		div64_u64_rem(turn * pool->stride, pool->weight, &slot);
		server = slot_server(pool, slot);
		if (drlb_server_usable(server))
			return server;
	}

	return usable_by_weight(pool);
}

const struct drlb_sched drlb_sched_wrr = {
	.name	= "wrr",
	.pick	= wrr_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/sched_wrr.c"
#endif
