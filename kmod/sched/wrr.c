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
 *
 * Near is not enough: turns bunch after as many steps as a fraction with a small
 * denominator has that comes very close to the step's. How close any does, the
 * greatest quotient in the step's continued fraction tells (Khinchin, "Continued
 * Fractions"); the golden section's are all 1.
 */
#include "sched/sched.h"

#include <linux/math64.h>

/* Of the sums of weights up to 4,000 nine in ten have a step with no quotient
 * over 3 that near, and all have one with none over 7.
 */
#define QUOTIENT_GOOD	3
#define STRIDE_DISTANCE	32

/* The greatest quotient of @stride / @weight; U64_MAX if they have a divisor in
 * common.
 */
static u64 stride_quotient(u64 stride, u64 weight)
{
	u64 greatest = 1, quotient, rest;

	while (stride) {
		quotient = div64_u64_rem(weight, stride, &rest);
		/* The last may be taken for itself less 1, and 1. */
		if (!rest && quotient > 1)
			quotient--;
		greatest = max(greatest, quotient);
		weight = stride;
		stride = rest;
	}

	return weight == 1 ? greatest : U64_MAX;
}

u64 drlb_wrr_stride(u64 weight)
{
	/* (sqrt(5) - 1) / 2 in units of 2^-16 */
	u64 golden = (weight * 40503) >> 16;
	u64 best = 1, least = U64_MAX;
	int i;

	for (i = 0; i < 2 * STRIDE_DISTANCE && least > QUOTIENT_GOOD; i++) {
		u64 stride = i & 1 ? golden - (i + 1) / 2 : golden + i / 2;
		u64 quotient;

		if (!stride || stride >= weight)
			continue;
		quotient = stride_quotient(stride, weight);
		if (quotient < least) {
			least = quotient;
			best = stride;
		}
	}

	return best;
}

static int wrr_prepare(struct drlb_pool *pool)
{
	pool->stride = drlb_wrr_stride(pool->weight);

	return 0;
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

	for (i = 0; i < min(pool->n, DRLB_TURNS_MAX); i++) {
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
	.name		= "wrr",
	.prepare	= wrr_prepare,
	.pick		= wrr_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/wrr.c"
#endif
