// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "base/options.h"
#include "cmd/object.h"
#include "text/object.h"
#include "text/schema.h"
#include "view/config.h"
#include "wire/blame.h"
#include "wire/config.h"
#include "wire/family.h"

static enum status config_set(struct words *w)
{
	struct config config = { 0 };
	struct nl *nl;

	if (parse_config(w, &config, 0))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	nl_handle(nl, &blame_handler);
	config_queue(nl, &config, "config");

	return nl_finish(nl);
}

static enum status config_show(struct words *w)
{
	struct config now, defaults;
	enum status status = STATUS_FAILED;
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (nl && !config_read(nl, &now, &defaults)) {
		status = STATUS_OK;
		if (options.json)
			json_print(jpack("{s:o, s:o}",
					 "config", config_json(&now),
					 "defaults", config_json(&defaults)));
		else
			config_print(&now, &defaults);
	}
	nl_close(nl);

	return status;
}

static const struct verb config_verbs[] = {
	{ "set", "KEY VALUE [KEY VALUE] ...",
	  "change settings of the network namespace", config_set },
	{ "show", "", "show the settings and their defaults", config_show },
	{ NULL, NULL, NULL, NULL }
};

const struct object config_object = {
	.name = "config",
	.verbs = config_verbs,
	.schema = &config_schema,
};
