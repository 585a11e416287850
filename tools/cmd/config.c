// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cmd/config.h"
#include "wire/nl.h"
#include "text/parse.h"
#include "view/print.h"
#include "wire/wire.h"

#define TIMEOUT(name_, attr_, about_) { \
	.name = name_, .attr = DRLB_CONFIG_A_##attr_, \
	.min = 1, .max = DRLB_TIMEOUT_MAX, .about = about_ }

const struct setting settings[] = {
	{ "conn_max", DRLB_CONFIG_A_CONN_MAX, false, 1, INT32_MAX,
	  "connections, past which scheduling is stateless" },
	{ "half_open_max", DRLB_CONFIG_A_HALF_OPEN_MAX, false, 1, INT32_MAX,
	  "half-open TCP connections, likewise" },
	TIMEOUT("tcp_syn_recv", TCP_SYN_RECV, "seconds: half-open"),
	TIMEOUT("tcp_established", TCP_ESTABLISHED, "seconds: established"),
	TIMEOUT("tcp_fin_wait", TCP_FIN_WAIT, "seconds: the client closed"),
	TIMEOUT("tcp_time_wait", TCP_TIME_WAIT, "seconds: closed"),
	TIMEOUT("tcp_close", TCP_CLOSE, "seconds: reset"),
	TIMEOUT("udp", UDP, "seconds: UDP"),
	{ "probe_interval", DRLB_CONFIG_A_PROBE_INTERVAL, false, 0, 3600,
	  "seconds between checks of a server's neighbour entry, 0: none" },
	{ "hook_priority", DRLB_CONFIG_A_HOOK_PRIORITY, true, 0, 0,
	  "of the PRE_ROUTING hook; a parameter of the module" },
	{ NULL, 0, false, 0, 0, NULL }
};

const char *const *setting_names(void)
{
	static const char *names[sizeof(settings) / sizeof(settings[0])];

	for (int i = 0; settings[i].name; i++)
		names[i] = settings[i].name;
	return names;
}

static void get_config(const struct nlattr *nest, struct config *config)
{
	const struct nlattr *tb[DRLB_CONFIG_A_MAX + 1];

	attrs_in(nest, tb, DRLB_CONFIG_A_MAX);
	for (const struct setting *s = settings; s->name; s++) {
		config->given[s->attr] = tb[s->attr];
		config->value[s->attr] =
			s->attr == DRLB_CONFIG_A_HOOK_PRIORITY ?
			attr_s32(tb[s->attr]) :
			(int64_t)attr_uint(tb[s->attr]);
	}
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

void put_config(struct nlmsghdr *nlh, const struct config *config)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DRLB_A_CONFIG);

	for (const struct setting *s = settings; s->name; s++)
		if (config->given[s->attr])
			mnl_attr_put_u32(nlh, s->attr, config->value[s->attr]);
	mnl_attr_nest_end(nlh, nest);
}

json_t *config_json(const struct config *config)
{
	json_t *object = jmust(json_object());

	for (const struct setting *s = settings; s->name; s++)
		if (config->given[s->attr])
			json_object_set_new(object, s->name,
					    jpack("I", (json_int_t)
						  config->value[s->attr]));
	return object;
}

void config_print(const struct config *now, const struct config *defaults)
{
	static const struct column columns[] = {
		{ "SETTING", false }, { "VALUE", true }, { "DEFAULT", true },
		{ "ABOUT", false }, { NULL, false }
	};
	struct table *t;

	if (options.oneline) {
		for (const struct setting *s = settings; s->name; s++)
			if (now->given[s->attr])
				printf("config %s %lld\n", s->name,
				       (long long)now->value[s->attr]);
		return;
	}
	t = table_new(columns);
	for (const struct setting *s = settings; s->name; s++) {
		bool changed = now->value[s->attr] != defaults->value[s->attr];

		if (!now->given[s->attr])
			continue;
		table_text(t, PLAIN, s->name);
		table_cell(t, changed ? BOLD : PLAIN, "%lld",
			   (long long)now->value[s->attr]);
		table_cell(t, PLAIN, "%lld",
			   (long long)defaults->value[s->attr]);
		table_text(t, PLAIN, s->about);
	}
	table_end(t);
}

const char *config_blamed(const struct nl_answer *answer)
{
	unsigned int attr = attr_blamed_within(answer->request, answer->offset);

	for (const struct setting *s = settings; s->name; s++)
		if (attr && s->attr == attr)
			return s->name;
	return NULL;
}

static void set_answer(const struct nl_answer *answer, void *ctx)
{
	const char *key = config_blamed(answer);
	char detail[64] = "";

	(void)ctx;
	if (key)
		snprintf(detail, sizeof(detail), "%s: ", key);
	if (answer->cause)
		nl_complain(answer, detail);
}

static enum status config_set(struct words *w)
{
	const struct nl_handler handler = { .answer = set_answer };
	struct config config = { 0 };
	struct nl *nl;

	if (parse_config(w, &config, 0))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	nl_handle(nl, &handler);
	put_config(nl_queue(nl, DRLB_CMD_CONFIG_SET, 0, NL_ROOM, "config"),
		   &config);

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
	.about = "  KEY is conn_max, half_open_max, tcp_syn_recv, tcp_established, tcp_fin_wait,\n"
		 "  tcp_time_wait, tcp_close, udp or probe_interval.\n",
};
