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
 * over 3 at that distance, and all have one with none over 7.
 */
#define QUOTIENT_GOOD	3
#define STRIDE_DISTANCE	32

/* The greatest quotient in the continued fraction of @stride / @weight; U64_MAX
 * if they have a divisor in common.
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
	/* (sqrt(5) - 1) / 2 in units of 2^-64 */
	u64 golden = mul_u64_u64_shr(weight, 0x9e3779b97f4a7c15ULL, 64);
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

static int wrr_prepare(struct drlb_live *live)
{
	live->stride = drlb_wrr_stride(live->weight);

	return 0;
}

/* @turn * @stride modulo @weight. Sums of weights may have 47 bits, so that the
 * product may not fit into 64: then the rest is found by way of the quotient.
 */
static u64 turn_slot(u64 turn, u64 stride, u64 weight)
{
	u64 slot;

	if (likely(weight <= U32_MAX)) {
		div64_u64_rem(turn * stride, weight, &slot);
		return slot;
	}

	return turn * stride - mul_u64_u64_div_u64(turn, stride, weight) *
			       weight;
}

static struct drlb_server *wrr_server(const struct drlb_live *live, u64 turn)
{
	div64_u64_rem(turn, live->weight, &turn);

	return drlb_live_slot(live, turn_slot(turn, live->stride,
					     live->weight))->server;
}

static struct drlb_server *wrr_pick(const struct drlb_pool *pool,
				    const struct drlb_live *live,
				    const struct drlb_packet *pkt)
{
	return drlb_sched_turn(pool, live, wrr_server);
}

const struct drlb_sched drlb_sched_wrr = {
	.name		= "wrr",
	.about		= "weighted round robin: each server its weight's number of turns",
	.prepare	= wrr_prepare,
	.pick		= wrr_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/wrr.c"
#endif
