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

struct scheduler *schedulers_add(struct schedulers *list)
{
	list->scheduler = array_grow(list->scheduler, &list->n, &list->room,
				     sizeof(*list->scheduler));
	return &list->scheduler[list->n - 1];
}

void schedulers_free(struct schedulers *list)
{
	free(list->scheduler);
	memset(list, 0, sizeof(*list));
}
