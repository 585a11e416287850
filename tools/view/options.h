/* SPDX-License-Identifier: GPL-2.0 */
/* The options of a service or a server, for a person */
#ifndef VIEW_OPTIONS_H
#define VIEW_OPTIONS_H

#include "text/field.h"
#include "view/table.h"

#define OPTIONS_COLUMN	{ .title = "OPTIONS", .optional = true }

/* The options that are not the default and have no column of their own */
void options_cell(struct table *t, const struct schema *schema,
		  const void *object);

#endif
