// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "text/name.h"
#include "view/counters.h"

void counters_json(json_t *object, const struct counters *c)
{
	jmerge(object, jpack("{s:I, s:I, s:I, s:I, s:I, s:I}",
			     "active", (json_int_t)c->active,
			     "inactive", (json_int_t)c->inactive,
			     "clients", (json_int_t)c->persistent,
			     "connections", (json_int_t)c->connections,
			     "packets", (json_int_t)c->packets,
			     "bytes", (json_int_t)c->bytes));
}

void counters_oneline(const struct counters *c)
{
	printf(" active %u inactive %u", c->active, c->inactive);
	if (c->persistent)
		printf(" clients %u", c->persistent);
	printf(" connections %llu packets %llu bytes %s\n",
	       (unsigned long long)c->connections,
	       (unsigned long long)c->packets, human(c->bytes).s);
}

void counters_cells(struct table *t, const struct counters *c)
{
	table_number(t, c->active);
	table_number(t, c->inactive);
	if (c->persistent)
		table_number(t, c->persistent);
	else
		table_text(t, PLAIN, "");
	table_number(t, c->connections);
	table_number(t, c->packets);
	table_text(t, PLAIN, human(c->bytes).s);
}
