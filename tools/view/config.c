// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "base/options.h"
#include "text/schema.h"
#include "view/config.h"
#include "view/table.h"

json_t *config_json(const struct config *config)
{
	json_t *json = jmust(json_object());

	fields_json(json, &config_schema, config, config->given);

	return json;
}

static void config_row(struct table *t, const struct field *f,
		       const struct config *now, const struct config *defaults)
{
	bool changed = !field_equal(f, now, defaults);

	table_text(t, PLAIN, f->name);
	table_text(t, changed ? BOLD : PLAIN, field_text(f, now).s);
	table_text(t, PLAIN, field_text(f, defaults).s);
	table_text(t, PLAIN, f->about);
}

void config_print(const struct config *now, const struct config *defaults)
{
	static const struct column columns[] = {
		{ .title = "SETTING" }, { .title = "VALUE", .right = true },
		{ .title = "DEFAULT", .right = true }, { .title = "ABOUT" },
		{ .title = NULL }
	};
	struct table *t = options.oneline ? NULL : table_new(columns);

	for (const struct field *f = config_schema.field; f->name; f++) {
		if (!(now->given & field_bit(f)))
			continue;
		if (t)
			config_row(t, f, now, defaults);
		else
			printf("config %s %s\n", f->name,
			       field_text(f, now).s);
	}
	if (t)
		table_end(t);
}
