// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "text/schema.h"
#include "wire/attr.h"
#include "wire/config.h"
#include "wire/field.h"

static void get_config(const struct nlattr *nest, struct config *config)
{
	const struct nlattr *tb[DRLB_CONFIG_A_MAX + 1];

	attrs_in(nest, tb, DRLB_CONFIG_A_MAX);
	config->given = fields_get(tb, &config_schema, config);
}

static void config_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	struct config *config = ctx;

	attrs_of(nlh, tb, DRLB_A_MAX);
	get_config(tb[DRLB_A_CONFIG], &config[0]);
	get_config(tb[DRLB_A_DEFAULTS], &config[1]);
}

int config_read(struct nl *nl, struct config *now, struct config *defaults)
{
	struct config both[2] = { 0 };
	const struct nl_handler handler = { .data = config_data, .ctx = both };
	int ret;

	nl_handle(nl, &handler);
	nl_queue(nl, DRLB_CMD_CONFIG_GET, 0, NL_ROOM, "config");
	ret = nl_flush(nl);
	nl_handle(nl, NULL);
	*now = both[0];
	*defaults = both[1];

	return ret;
}

struct nlmsghdr *config_queue(struct nl *nl, const struct config *config,
			      const void *about)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	nlh = nl_queue(nl, DRLB_CMD_CONFIG_SET, 0,
		       NL_ROOM + fields_room(&config_schema), about);
	nest = mnl_attr_nest_start(nlh, DRLB_A_CONFIG);
	fields_put(nlh, &config_schema, config, config->given);
	mnl_attr_nest_end(nlh, nest);

	return nlh;
}
