// SPDX-License-Identifier: GPL-2.0
#include "sched/least.h"
#include "base/memory.h"

#include <linux/math64.h>
#include <linux/mm.h>

/* The lowest 32 bits are compared last. */
bool drlb_least_less_large(u64 cost, u32 weight, u64 other, u32 other_weight)
{
	u64 a = mul_u64_u32_shr(cost, other_weight, 32);
	u64 b = mul_u64_u32_shr(other, weight, 32);

	if (a != b)
		return a < b;

	return (u32)(cost * other_weight) < (u32)(other * weight);
}

const struct drlb_live_entry *
drlb_least_search_usable(const struct drlb_least *least,
			 const struct drlb_live *live)
{
	return drlb_least_search(least, live, true);
}

int drlb_least_prepare_tournament(struct drlb_live *live)
{
	live->winners = kvcalloc(live->n, sizeof(*live->winners),
				 DRLB_GFP_CONFIG);

	return live->winners ? 0 : -ENOMEM;
}

int drlb_least_prepare(struct drlb_live *live)
{
	return live->n > DRLB_LEAST_SEARCH_MAX ?
	       drlb_least_prepare_tournament(live) : 0;
}
