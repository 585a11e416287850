/* SPDX-License-Identifier: GPL-2.0 */
/* Servers, for a person and as JSON */
#ifndef VIEW_SERVER_H
#define VIEW_SERVER_H

#include "text/json.h"
#include "view/counters.h"
#include "view/options.h"
#include "view/table.h"

#define SERVER_COLUMNS \
	{ .title = "WEIGHT", .right = true }, \
	{ .title = "STATE" }, \
	{ .title = "DEVICE" }, \
	{ .title = "MAC" }, \
	COUNTERS_COLUMNS, \
	OPTIONS_COLUMN

void server_cells(struct table *t, const struct server *srv);
void server_oneline(const struct service_key *key, const struct server *srv);
json_t *server_json(const struct server *srv);

/* All servers of a list of services */
void servers_print(const struct services *list);
json_t *servers_json(const struct services *list);

#endif
