// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/report.h"

struct stats_counter *stats_add_counter(struct stats *stats)
{
	stats->counter = array_grow(stats->counter, &stats->n, &stats->room,
				    sizeof(*stats->counter));
	return &stats->counter[stats->n - 1];
}

void stats_free(struct stats *stats)
{
	free(stats->counter);
	memset(stats, 0, sizeof(*stats));
}
