// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <drlb.h>

#include "wire/nl.h"
#include "text/parse.h"
#include "cmd/stats.h"

static void get_counter(const struct nlattr *nest, struct stats *stats)
{
	const struct nlattr *tb[DRLB_STATS_COUNTER_A_MAX + 1];
	struct stats_counter *counter;

	attrs_in(nest, tb, DRLB_STATS_COUNTER_A_MAX);
	stats->counter = array_grow(stats->counter, &stats->n, &stats->room,
				    sizeof(*stats->counter));
	counter = &stats->counter[stats->n - 1];
	counter->value = attr_uint(tb[DRLB_STATS_COUNTER_A_VALUE]);
	attr_text(tb[DRLB_STATS_COUNTER_A_NAME], counter->name,
		  sizeof(counter->name));
	attr_text(tb[DRLB_STATS_COUNTER_A_ABOUT], counter->about,
		  sizeof(counter->about));
}

static void stats_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	const struct nlattr *ts[DRLB_STATS_A_MAX + 1];
	struct stats *stats = ctx;
	const struct nlattr *attr;

	attrs_of(nlh, tb, DRLB_A_MAX);
	attrs_in(tb[DRLB_A_STATS], ts, DRLB_STATS_A_MAX);
	stats->connections = attr_uint(ts[DRLB_STATS_A_CONNECTIONS]);
	stats->half_open = attr_uint(ts[DRLB_STATS_A_HALF_OPEN]);
	stats->overloaded = ts[DRLB_STATS_A_OVERLOADED];
	if (!tb[DRLB_A_STATS])
		return;
	mnl_attr_for_each_nested(attr, tb[DRLB_A_STATS])
		if (mnl_attr_get_type(attr) == DRLB_STATS_A_COUNTER)
			get_counter(attr, stats);
}

int stats_read(struct nl *nl, struct stats *stats)
{
	const struct nl_handler handler = { .data = stats_data, .ctx = stats };
	int ret;

	memset(stats, 0, sizeof(*stats));
	nl_handle(nl, &handler);
	nl_queue(nl, DRLB_CMD_STATS_GET, 0, NL_ROOM, "stats");
	ret = nl_flush(nl);
	nl_handle(nl, NULL);

	return ret;
}

void stats_free(struct stats *stats)
{
	free(stats->counter);
	memset(stats, 0, sizeof(*stats));
}

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

	return jpack("{s:I, s:I, s:b, s:o}",
		     "connections", (json_int_t)stats->connections,
		     "half_open", (json_int_t)stats->half_open,
		     "overloaded", stats->overloaded,
		     "counters", counters);
}

void stats_print_counters(const struct stats *stats, bool all)
{
	static const struct column columns[] = {
		{ "COUNTER", false }, { "PACKETS", true }, { "ABOUT", false },
		{ NULL, false }
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
	printf("stats connections %u half_open %u overloaded %s\n",
	       stats->connections, stats->half_open,
	       stats->overloaded ? "yes" : "no");
	for (size_t i = 0; i < stats->n; i++)
		if (all || stats->counter[i].value)
			printf("counter %s %llu\n", stats->counter[i].name,
			       (unsigned long long)stats->counter[i].value);
}

static void stats_print(const struct stats *stats)
{
	printf("Connections %u, half-open %u, overloaded: %s\n",
	       stats->connections, stats->half_open,
	       stats->overloaded ? "yes" : "no");
	stats_print_counters(stats, true);
}

static enum status stats_show(struct words *w)
{
	enum status status = STATUS_FAILED;
	struct stats stats = { 0 };
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (nl && !stats_read(nl, &stats)) {
		status = STATUS_OK;
		if (options.json)
			json_print(jpack("{s:o}", "stats",
					 stats_json(&stats)));
		else if (options.oneline)
			stats_oneline(&stats, true);
		else
			stats_print(&stats);
	}
	stats_free(&stats);
	nl_close(nl);

	return status;
}

static enum status stats_zero(struct words *w)
{
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	nl_queue(nl, DRLB_CMD_STATS_ZERO, 0, NL_ROOM, words_about(w));

	return nl_finish(nl);
}

static const struct verb stats_verbs[] = {
	{ "show", "", "show totals, and how many packets got which verdict",
	  stats_show },
	{ "zero", "", "set all counters to zero, services' and servers' too",
	  stats_zero },
	{ NULL, NULL, NULL, NULL }
};

const struct object stats_object = { .name = "stats", .verbs = stats_verbs };
