// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU counters: each is written by its own CPU alone and summed up when
 * somebody asks.
 */
#include "base/stats.h"
#include "base/memory.h"

#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

const struct drlb_counter_text drlb_counter_texts[DRLB_COUNT_MAX] = {
#define X(id, name, about)	{ #name, about },
	DRLB_COUNTERS(X)
#undef X
};

struct drlb_counters __percpu *drlb_counters_alloc(void)
{
	struct drlb_counters __percpu *counters;
	int cpu;

	counters = alloc_percpu_gfp(struct drlb_counters, DRLB_GFP_CONFIG);
	if (!counters)
		return NULL;

	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(counters, cpu)->syncp);

	return counters;
}

/* The kernel searches for per-CPU memory the longer the more of it is in use:
 * servers, of which there may be hundreds of thousands, share what they get.
 */
#define BLOCK_SLOTS	32

/**
 * struct drlb_traffic_block - counters of some servers
 * @list: in partial_blocks, unless all its slots are taken
 * @taken: the slots that are
 * @slot: the counters
 */
struct drlb_traffic_block {
	struct list_head list;
	DECLARE_BITMAP(taken, BLOCK_SLOTS);
	struct drlb_traffic __percpu *slot;
};

static LIST_HEAD(partial_blocks);
static DEFINE_SPINLOCK(blocks_lock);

static struct drlb_traffic_block *block_alloc(void)
{
	struct drlb_traffic_block *block;

	block = kzalloc(sizeof(*block), DRLB_GFP_CONFIG);
	if (!block)
		return NULL;

	block->slot = __alloc_percpu_gfp(BLOCK_SLOTS * sizeof(*block->slot),
					 __alignof__(*block->slot),
					 DRLB_GFP_CONFIG);
	if (!block->slot) {
		kfree(block);
		return NULL;
	}

	return block;
}

/* A slot of a block that is in the list. */
static struct drlb_traffic __percpu *
block_take(struct drlb_traffic_block *block)
{
	unsigned int i = find_first_zero_bit(block->taken, BLOCK_SLOTS);

	lockdep_assert_held(&blocks_lock);

	__set_bit(i, block->taken);
	if (bitmap_full(block->taken, BLOCK_SLOTS))
		list_del_init(&block->list);

	return block->slot + i;
}

struct drlb_traffic __percpu *
drlb_traffic_alloc(struct drlb_traffic_block **from)
{
	struct drlb_traffic __percpu *traffic;
	struct drlb_traffic_block *block;
	int cpu;

	spin_lock_bh(&blocks_lock);
	block = list_first_entry_or_null(&partial_blocks,
					 struct drlb_traffic_block, list);
	if (!block) {
		spin_unlock_bh(&blocks_lock);
		block = block_alloc();
		if (!block)
			return NULL;
		spin_lock_bh(&blocks_lock);
		list_add(&block->list, &partial_blocks);
	}
	traffic = block_take(block);
	spin_unlock_bh(&blocks_lock);

	/* Another server may have had it. */
	for_each_possible_cpu(cpu) {
		struct drlb_traffic *t = per_cpu_ptr(traffic, cpu);

		memset(t, 0, sizeof(*t));
		u64_stats_init(&t->syncp);
	}
	*from = block;

	return traffic;
}

void drlb_traffic_free(struct drlb_traffic_block *block,
		       struct drlb_traffic __percpu *traffic)
{
	bool empty;

	spin_lock_bh(&blocks_lock);
	if (bitmap_full(block->taken, BLOCK_SLOTS))
		list_add(&block->list, &partial_blocks);
	__clear_bit(traffic - block->slot, block->taken);
	empty = bitmap_empty(block->taken, BLOCK_SLOTS);
	if (empty)
		list_del(&block->list);
	spin_unlock_bh(&blocks_lock);

	if (empty) {
		free_percpu(block->slot);
		kfree(block);
	}
}

void drlb_counters_sum(const struct drlb_counters __percpu *counters,
		       u64 sum[DRLB_COUNT_MAX])
{
	u64 value[DRLB_COUNT_MAX];
	unsigned int start;
	int cpu, i;

	memset(sum, 0, sizeof(value));
	for_each_possible_cpu(cpu) {
		const struct drlb_counters *c = per_cpu_ptr(counters, cpu);

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			for (i = 0; i < DRLB_COUNT_MAX; i++)
				value[i] = u64_stats_read(&c->value[i]);
		} while (u64_stats_fetch_retry(&c->syncp, start));

		for (i = 0; i < DRLB_COUNT_MAX; i++)
			sum[i] += value[i];
	}
}

void drlb_traffic_sum(const struct drlb_traffic __percpu *traffic,
		      struct drlb_totals *sum)
{
	struct drlb_totals one;
	unsigned int start;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct drlb_traffic *t = per_cpu_ptr(traffic, cpu);

		do {
			start = u64_stats_fetch_begin(&t->syncp);
			one.packets = u64_stats_read(&t->packets);
			one.bytes = u64_stats_read(&t->bytes);
			one.conns = u64_stats_read(&t->conns);
		} while (u64_stats_fetch_retry(&t->syncp, start));

		drlb_totals_add(sum, &one);
	}
}
