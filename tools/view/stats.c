// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "view/stats.h"
#include "view/table.h"

static json_t *counter_json(const struct stats_counter *counter)
{
	return jpack("{s:s, s:I, s:s}", "name", counter->name,
		     "value", (json_int_t)counter->value,
		     "about", counter->about);
}

json_t *stats_json(const struct stats *stats)
{
	json_t *counters = jmust(json_array());

	for (size_t i = 0; i < stats->n; i++)
		json_array_append_new(counters,
				      counter_json(&stats->counter[i]));

	return jpack("{s:I, s:I, s:I, s:I, s:b, s:o}",
		     "connections", (json_int_t)stats->connections,
		     "unproven_tcp", (json_int_t)stats->unproven_tcp,
		     "unproven_udp", (json_int_t)stats->unproven_udp,
		     "unproven_persistent",
		     (json_int_t)stats->unproven_persistent,
		     "overloaded", stats->overloaded,
		     "counters", counters);
}

void stats_print_counters(const struct stats *stats, bool all)
{
	static const struct column columns[] = {
		{ .title = "COUNTER" }, { .title = "PACKETS", .right = true },
		{ .title = "ABOUT" }, { .title = NULL }
	};
	struct table *t = NULL;

	for (size_t i = 0; i < stats->n; i++) {
		const struct stats_counter *counter = &stats->counter[i];

		if (!all && !counter->value)
			continue;
		if (!t)
			t = table_new(columns);
		table_text(t, PLAIN, counter->name);
		table_number(t, counter->value);
		table_text(t, PLAIN, counter->about);
	}
	if (t)
		table_end(t);
}

void stats_oneline(const struct stats *stats, bool all)
{
	printf("stats connections %u unproven_tcp %u unproven_udp %u",
	       stats->connections, stats->unproven_tcp, stats->unproven_udp);
	printf(" unproven_persistent %u overloaded %s\n",
	       stats->unproven_persistent, stats->overloaded ? "yes" : "no");
	for (size_t i = 0; i < stats->n; i++)
		if (all || stats->counter[i].value)
			printf("counter %s %llu\n", stats->counter[i].name,
			       (unsigned long long)stats->counter[i].value);
}

void stats_print(const struct stats *stats)
{
	printf("Connections %u, unproven TCP %u, unproven UDP %u",
	       stats->connections, stats->unproven_tcp, stats->unproven_udp);
	printf(", unproven persistent clients %u, overloaded: %s\n",
	       stats->unproven_persistent, stats->overloaded ? "yes" : "no");
	stats_print_counters(stats, true);
}
