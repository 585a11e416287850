// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "text/json.h"
#include "text/name.h"
#include "view/connection.h"

/* One that stays has no port. */
static struct name client_name(const struct connection *c)
{
	return c->persistent ? addr_name(&c->client) :
			       end_name(&c->client, c->client_port);
}

void connection_json(const struct connection *c, bool first)
{
	const char *state = name_of(connection_state_names, c->state);
	json_t *object;

	object = jpack("{s:s, s:b, s:o, s:i, s:o, s:i, s:o, s:s, s:s*, s:I, s:I}",
		       "protocol", protocol_name(c->protocol),
		       "persistent", c->persistent,
		       "client", addr_json(&c->client),
		       "client_port", c->client_port,
		       "vip", addr_json(&c->vip),
		       "vip_port", c->vip_port,
		       "server", addr_json(&c->server),
		       "state", state,
		       "vrf", c->vrf ? device_name(c->vrf).s : NULL,
		       "expires_ms", (json_int_t)c->expires_ms,
		       "age_ms", (json_int_t)c->age_ms);

	fputs(first ? "{\"connections\":[" : ",", stdout);
	json_print_part(object);
}

void connection_row(const struct connection *c, struct table **table)
{
	static const struct column columns[] = {
		{ .title = "PROTOCOL" }, { .title = "CLIENT" },
		{ .title = "VIP" }, { .title = "SERVER" },
		{ .title = "STATE" }, { .title = "EXPIRES", .right = true },
		{ .title = "AGE", .right = true },
		{ .title = "VRF", .optional = true }, { .title = NULL }
	};

	if (!*table)
		*table = table_new(columns);
	table_text(*table, PLAIN, protocol_name(c->protocol));
	table_text(*table, PLAIN, client_name(c).s);
	table_text(*table, PLAIN, end_name(&c->vip, c->vip_port).s);
	table_text(*table, PLAIN, addr_name(&c->server).s);
	table_text(*table, PLAIN,
		   name_of(connection_state_names, c->state));
	table_cell(*table, PLAIN, "%u.%us", c->expires_ms / 1000,
		   c->expires_ms / 100 % 10);
	table_cell(*table, PLAIN, "%llu.%us",
		   (unsigned long long)c->age_ms / 1000,
		   (unsigned int)(c->age_ms / 100 % 10));
	table_text(*table, PLAIN, c->vrf ? device_name(c->vrf).s : "");
}

void connection_oneline(const struct connection *c)
{
	printf("connection %s client %s vip %s server %s state %s",
	       protocol_name(c->protocol),
	       client_name(c).s,
	       end_name(&c->vip, c->vip_port).s, addr_name(&c->server).s,
	       name_of(connection_state_names, c->state));
	if (c->vrf)
		printf(" vrf %s", device_name(c->vrf).s);
	printf(" expires %u.%us age %llu.%us\n", c->expires_ms / 1000,
	       c->expires_ms / 100 % 10, (unsigned long long)c->age_ms / 1000,
	       (unsigned int)(c->age_ms / 100 % 10));
}
