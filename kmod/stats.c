// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU counters: each is written by its own CPU alone and summed up when
 * somebody asks.
 */
#include "stats.h"

#include <linux/cpumask.h>

const struct drlb_counter_text drlb_counter_texts[DRLB_COUNT_MAX] = {
#define X(id, name, about)	{ #name, about },
	DRLB_COUNTERS(X)
#undef X
};

struct drlb_counters __percpu *drlb_counters_alloc(void)
{
	struct drlb_counters __percpu *counters;
	int cpu;

	counters = alloc_percpu(struct drlb_counters);
	if (!counters)
		return NULL;

	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(counters, cpu)->syncp);

	return counters;
}

struct drlb_traffic __percpu *drlb_traffic_alloc(void)
{
	struct drlb_traffic __percpu *traffic;
	int cpu;

	traffic = alloc_percpu_gfp(struct drlb_traffic, GFP_KERNEL_ACCOUNT);
	if (!traffic)
		return NULL;

	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(traffic, cpu)->syncp);

	return traffic;
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
