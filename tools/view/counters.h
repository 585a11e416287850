/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of a service or a server */
#ifndef VIEW_COUNTERS_H
#define VIEW_COUNTERS_H

#include "text/json.h"
#include "view/table.h"

#define COUNTERS_COLUMNS \
	{ .title = "ACTIVE", .right = true }, \
	{ .title = "INACTIVE", .right = true }, \
	{ .title = "CLIENTS", .right = true, .optional = true }, \
	{ .title = "CONNECTIONS", .right = true }, \
	{ .title = "PACKETS", .right = true }, \
	{ .title = "BYTES", .right = true }

void counters_cells(struct table *t, const struct counters *c);
void counters_json(json_t *object, const struct counters *c);
/* The end of a line */
void counters_oneline(const struct counters *c);

#endif
