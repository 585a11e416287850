/* SPDX-License-Identifier: GPL-2.0 */
/* Services and servers as they are shown */
#ifndef SERVICE_H
#define SERVICE_H

#include "base/model.h"
#include "view/print.h"

json_t *services_json(const struct services *list);
void services_print(const struct services *list);

json_t *server_json(const struct server *srv);
void server_oneline(const struct service_key *key, const struct server *srv);
/* "up", or "draining" when it gets no new connections for its weight alone */
const char *server_state(const struct server *srv);
enum colour server_colour(const struct server *srv);
/* Cells from the weight to the bytes */
void server_cells(struct table *t, const struct server *srv);

void counters_cells(struct table *t, const struct counters *c);
void counters_json(json_t *object, const struct counters *c);
/* The end of a line */
void counters_oneline(const struct counters *c);

#endif
