/* SPDX-License-Identifier: GPL-2.0 */
/* A namespace's totals and counters, for a person and as JSON */
#ifndef VIEW_STATS_H
#define VIEW_STATS_H

#include "base/report.h"
#include "text/json.h"

void stats_print(const struct stats *stats);
/* Counters that are zero are left out, unless @all. */
void stats_print_counters(const struct stats *stats, bool all);
void stats_oneline(const struct stats *stats, bool all);
json_t *stats_json(const struct stats *stats);

#endif
