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

/* One that stays by a mark has no VIP. */
static const char *protocol_of(const struct connection *c)
{
	return c->protocol ? protocol_name(c->protocol) : "any";
}

static struct name mark_name(uint32_t mark)
{
	struct name name;

	put_number(name.s, mark);
	return name;
}

static struct name vip_name(const struct connection *c)
{
	return c->protocol ? end_name(&c->vip, c->vip_port) :
			     (struct name) { "any" };
}

void connection_json(const struct connection *c, bool first)
{
	const char *state = name_of(connection_state_names, c->state);
	json_t *object;

	object = jpack("{s:s, s:b, s:o, s:i, s:s, s:i, s:o, s:s, s:s*, s:I, s:I}",
		       "protocol", protocol_of(c),
		       "persistent", c->persistent,
		       "client", addr_json(&c->client),
		       "client_port", c->client_port,
		       "vip", c->protocol ? addr_name(&c->vip).s : "any",
		       "vip_port", c->vip_port,
		       "server", addr_json(&c->server),
		       "state", state,
		       "vrf", c->vrf ? device_name(c->vrf).s : NULL,
		       "expires_ms", (json_int_t)c->expires_ms,
		       "age_ms", (json_int_t)c->age_ms);

	if (c->mark)
		jmerge(object, jpack("{s:I}", "fwmark", (json_int_t)c->mark));
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
		{ .title = "VRF", .optional = true },
		{ .title = "FWMARK", .optional = true }, { .title = NULL }
	};

	if (!*table)
		*table = table_new(columns);
	table_text(*table, PLAIN, protocol_of(c));
	table_text(*table, PLAIN, client_name(c).s);
	table_text(*table, PLAIN, vip_name(c).s);
	table_text(*table, PLAIN, addr_name(&c->server).s);
	table_text(*table, PLAIN,
		   name_of(connection_state_names, c->state));
	table_cell(*table, PLAIN, "%u.%us", c->expires_ms / 1000,
		   c->expires_ms / 100 % 10);
	table_cell(*table, PLAIN, "%llu.%us",
		   (unsigned long long)c->age_ms / 1000,
		   (unsigned int)(c->age_ms / 100 % 10));
	table_text(*table, PLAIN, c->vrf ? device_name(c->vrf).s : "");
	table_text(*table, PLAIN, c->mark ? mark_name(c->mark).s : "");
}

void connection_oneline(const struct connection *c)
{
	printf("connection %s client %s vip %s server %s state %s",
	       protocol_of(c), client_name(c).s, vip_name(c).s,
	       addr_name(&c->server).s,
	       name_of(connection_state_names, c->state));
	if (c->mark)
		printf(" fwmark %u", c->mark);
	if (c->vrf)
		printf(" vrf %s", device_name(c->vrf).s);
	printf(" expires %u.%us age %llu.%us\n", c->expires_ms / 1000,
	       c->expires_ms / 100 % 10, (unsigned long long)c->age_ms / 1000,
	       (unsigned int)(c->age_ms / 100 % 10));
}
