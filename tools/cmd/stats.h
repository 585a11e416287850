/* SPDX-License-Identifier: GPL-2.0 */
/* A namespace's totals, and what became of its packets */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "view/print.h"

struct nl;

struct stats_counter {
	char name[64];
	char about[192];
	uint64_t value;
};

struct stats {
	uint32_t connections;
	uint32_t half_open;
	bool overloaded;
	struct stats_counter *counter;
	size_t n, room;
};

int stats_read(struct nl *nl, struct stats *stats);
void stats_free(struct stats *stats);
json_t *stats_json(const struct stats *stats);
/* Without the counters that are zero, unless @all */
void stats_print_counters(const struct stats *stats, bool all);
void stats_oneline(const struct stats *stats, bool all);

#endif
