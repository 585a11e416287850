/* SPDX-License-Identifier: GPL-2.0 */
/* Connections, which are printed as they come: they may not fit into memory. */
#ifndef VIEW_CONNECTION_H
#define VIEW_CONNECTION_H

#include <stdbool.h>

#include "base/report.h"
#include "view/table.h"

/* Add a row to *@table, which is made for the first one. */
void connection_row(const struct connection *c, struct table **table);
void connection_oneline(const struct connection *c);
/* The list is opened by its first member; the caller closes it. */
void connection_json(const struct connection *c, bool first);

#endif
