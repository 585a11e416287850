// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "wire/attr.h"
#include "wire/dump.h"
#include "wire/stats.h"

static void get_counter(const struct nlattr *nest, struct stats *stats)
{
	const struct nlattr *tb[DRLB_STATS_COUNTER_A_MAX + 1];
	struct stats_counter *counter = stats_add_counter(stats);

	attrs_in(nest, tb, DRLB_STATS_COUNTER_A_MAX);
	counter->value = attr_uint(tb[DRLB_STATS_COUNTER_A_VALUE]);
	attr_text(tb[DRLB_STATS_COUNTER_A_NAME], counter->name,
		  sizeof(counter->name));
	attr_text(tb[DRLB_STATS_COUNTER_A_ABOUT], counter->about,
		  sizeof(counter->about));
}

/* The totals come in the first message only. */
static void stats_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	const struct nlattr *ts[DRLB_STATS_A_MAX + 1];
	struct stats *stats = ctx;
	const struct nlattr *attr;

	attrs_of(nlh, tb, DRLB_A_MAX);
	if (!tb[DRLB_A_STATS])
		return;
	attrs_in(tb[DRLB_A_STATS], ts, DRLB_STATS_A_MAX);
	if (ts[DRLB_STATS_A_CONNECTIONS]) {
		stats->connections = attr_uint(ts[DRLB_STATS_A_CONNECTIONS]);
		stats->unproven_tcp = attr_uint(ts[DRLB_STATS_A_UNPROVEN_TCP]);
		stats->unproven_udp = attr_uint(ts[DRLB_STATS_A_UNPROVEN_UDP]);
		stats->unproven_persistent =
			attr_uint(ts[DRLB_STATS_A_UNPROVEN_PERSISTENT]);
		stats->overloaded = ts[DRLB_STATS_A_OVERLOADED];
	}
	mnl_attr_for_each_nested(attr, tb[DRLB_A_STATS])
		if (mnl_attr_get_type(attr) == DRLB_STATS_A_COUNTER)
			get_counter(attr, stats);
}

int stats_read(struct nl *nl, struct stats *stats)
{
	const struct nl_dump dump = {
		.cmd = DRLB_CMD_STATS_GET, .subject = "stats",
		.data = stats_data, .ctx = stats,
	};

	memset(stats, 0, sizeof(*stats));
	return nl_dump(nl, &dump);
}
