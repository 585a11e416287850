// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "view/options.h"

void options_cell(struct table *t, const struct schema *schema,
		  const void *object)
{
	uint64_t set = fields_changed(schema, object) &
		       ~fields_flagged(schema, FIELD_COLUMN);
	char *text = fields_text(schema, object, set);

	/* The text begins with a blank. */
	table_text(t, PLAIN, *text ? text + 1 : "");
	free(text);
}
