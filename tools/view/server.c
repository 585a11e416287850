// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "text/schema.h"
#include "view/server.h"

static bool is_scheduled(const struct server *srv)
{
	return srv->state == DRLB_SERVER_UP ||
	       srv->state == DRLB_SERVER_LOCAL ||
	       srv->state == DRLB_SERVER_RESOLVING;
}

/* "draining" if nothing but the weight keeps new connections away */
static const char *state_name(const struct server *srv)
{
	if (!srv->weight && is_scheduled(srv))
		return "draining";
	return name_of(server_state_names, srv->state);
}

static enum colour state_colour(const struct server *srv)
{
	if (srv->state == DRLB_SERVER_FULL)
		return YELLOW;
	if (!is_scheduled(srv))
		return RED;
	return srv->weight && srv->state != DRLB_SERVER_RESOLVING ? GREEN :
								    YELLOW;
}

void server_cells(struct table *t, const struct server *srv)
{
	table_number(t, srv->weight);
	table_text(t, state_colour(srv), state_name(srv));
	table_text(t, PLAIN, device_name(srv->ifindex).s);
	table_text(t, PLAIN, lladdr_name(srv).s);
	counters_cells(t, &srv->counters);
	options_cell(t, &server_schema, srv);
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

/* A single word, as all values on a line are */
static struct name state_word(const struct server *srv)
{
	struct name name;

	snprintf(name.s, sizeof(name.s), "%s", state_name(srv));
	for (char *c = name.s; *c; c++)
		if (*c == ' ')
			*c = '-';
	return name;
}

void server_oneline(const struct service_key *key, const struct server *srv)
{
	char *text = fields_text(&server_schema, srv, ALL_FIELDS);

	printf("%s%s state %s device %s lladdr %s",
	       server_name(key, &srv->addr).s, text, state_word(srv).s,
	       or_dash(device_name(srv->ifindex).s),
	       or_dash(lladdr_name(srv).s));
	counters_oneline(&srv->counters);
	free(text);
}

json_t *server_json(const struct server *srv)
{
	struct name lladdr = lladdr_name(srv);
	struct name device = device_name(srv->ifindex);
	json_t *json = jpack("{s:o}", "address", addr_json(&srv->addr));

	fields_json(json, &server_schema, srv, ALL_FIELDS);
	jmerge(json, jpack("{s:s, s:b, s:s?, s:s?}",
			   "state", name_of(server_state_names, srv->state),
			   "draining", !srv->weight,
			   "device", *device.s ? device.s : NULL,
			   "lladdr", *lladdr.s ? lladdr.s : NULL));
	counters_json(json, &srv->counters);

	return json;
}

void servers_print(const struct services *list)
{
	static const struct column columns[] = {
		{ .title = "SERVER" }, { .title = "SERVICE" },
		SERVER_COLUMNS, { .title = NULL }
	};
	struct table *t = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct service *svc = &list->service[i];

		for (size_t j = 0; j < svc->n; j++) {
			if (options.oneline) {
				server_oneline(&svc->key, &svc->server[j]);
				continue;
			}
			if (!t)
				t = table_new(columns);
			table_text(t, PLAIN,
				   addr_name(&svc->server[j].addr).s);
			table_text(t, PLAIN, service_name(&svc->key).s);
			server_cells(t, &svc->server[j]);
		}
	}
	if (t)
		table_end(t);
}

json_t *servers_json(const struct services *list)
{
	json_t *servers = jmust(json_array());

	for (size_t i = 0; i < list->n; i++) {
		const struct service *svc = &list->service[i];

		for (size_t j = 0; j < svc->n; j++) {
			json_t *json = server_json(&svc->server[j]);

			json_object_set_new(json, "service",
					    key_json(&svc->key));
			json_array_append_new(servers, json);
		}
	}
	return servers;
}
