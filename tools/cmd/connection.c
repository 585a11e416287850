// SPDX-License-Identifier: GPL-2.0
/* The connection table, of which there may be too much to hold in memory */
#include <arpa/inet.h>
#include <stdio.h>

#include "cmd/filter.h"
#include "wire/nl.h"
#include "text/parse.h"
#include "view/print.h"
#include "wire/wire.h"

struct connection {
	uint8_t protocol;
	uint8_t state;
	uint16_t client_port;
	uint16_t vip_port;
	struct addr client;
	struct addr vip;
	struct addr server;
	uint32_t expires_ms;
	uint32_t age_ms;
};

static void get_connection(const struct nlmsghdr *nlh, struct connection *c)
{
	const struct nlattr *tc[DRLB_CONNECTION_A_MAX + 1];
	const struct nlattr *tb[DRLB_A_MAX + 1];

	attrs_of(nlh, tb, DRLB_A_MAX);
	attrs_in(tb[DRLB_A_CONNECTION], tc, DRLB_CONNECTION_A_MAX);
	c->protocol = attr_uint(tc[DRLB_CONNECTION_A_PROTOCOL]);
	c->state = attr_uint(tc[DRLB_CONNECTION_A_STATE]);
	c->client_port = attr_be16(tc[DRLB_CONNECTION_A_CLIENT_PORT]);
	c->vip_port = attr_be16(tc[DRLB_CONNECTION_A_VIP_PORT]);
	get_addr(tc[DRLB_CONNECTION_A_CLIENT_ADDR4],
		 tc[DRLB_CONNECTION_A_CLIENT_ADDR6], &c->client);
	get_addr(tc[DRLB_CONNECTION_A_VIP_ADDR4],
		 tc[DRLB_CONNECTION_A_VIP_ADDR6], &c->vip);
	get_addr(tc[DRLB_CONNECTION_A_SERVER_ADDR4],
		 tc[DRLB_CONNECTION_A_SERVER_ADDR6], &c->server);
	c->expires_ms = attr_uint(tc[DRLB_CONNECTION_A_EXPIRES_MS]);
	c->age_ms = attr_uint(tc[DRLB_CONNECTION_A_AGE_MS]);
}

struct listing {
	struct filter filter;
	struct table *table;
	size_t n;
};

static void list_fill(struct nlmsghdr *nlh, void *ctx)
{
	const struct listing *l = ctx;

	put_filter(nlh, &l->filter);
}

static void list_json(const struct connection *c, bool first)
{
	const char *state = name_of(connection_state_names, c->state);
	json_t *object;

	object = jpack("{s:s, s:o, s:i, s:o, s:i, s:o, s:s, s:I, s:I}",
		       "protocol", protocol_name(c->protocol),
		       "client", addr_json(&c->client),
		       "client_port", c->client_port,
		       "vip", addr_json(&c->vip),
		       "vip_port", c->vip_port,
		       "server", addr_json(&c->server),
		       "state", state,
		       "expires_ms", (json_int_t)c->expires_ms,
		       "age_ms", (json_int_t)c->age_ms);

	fputs(first ? "{\"connections\":[" : ",", stdout);
	if (json_dumpf(object, stdout, JSON_COMPACT) && !ferror(stdout))
		jmust(NULL);
	json_decref(object);
}

static void list_row(const struct connection *c, struct table **table)
{
	static const struct column columns[] = {
		{ "PROTOCOL", false }, { "CLIENT", false }, { "VIP", false },
		{ "SERVER", false }, { "STATE", false }, { "EXPIRES", true },
		{ "AGE", true }, { NULL, false }
	};

	if (!*table)
		*table = table_new(columns);
	table_text(*table, PLAIN, protocol_name(c->protocol));
	table_text(*table, PLAIN,
		   end_name(&c->client, c->client_port).s);
	table_text(*table, PLAIN, end_name(&c->vip, c->vip_port).s);
	table_text(*table, PLAIN, addr_name(&c->server).s);
	table_text(*table, PLAIN,
		   name_of(connection_state_names, c->state));
	table_cell(*table, PLAIN, "%u.%us", c->expires_ms / 1000,
		   c->expires_ms / 100 % 10);
	table_cell(*table, PLAIN, "%u.%us", c->age_ms / 1000,
		   c->age_ms / 100 % 10);
}

static void list_oneline(const struct connection *c)
{
	printf("connection %s client %s vip %s server %s state %s",
	       protocol_name(c->protocol),
	       end_name(&c->client, c->client_port).s,
	       end_name(&c->vip, c->vip_port).s, addr_name(&c->server).s,
	       name_of(connection_state_names, c->state));
	printf(" expires %u.%us age %u.%us\n", c->expires_ms / 1000,
	       c->expires_ms / 100 % 10, c->age_ms / 1000,
	       c->age_ms / 100 % 10);
}

static void list_data(const struct nlmsghdr *nlh, void *ctx)
{
	struct listing *l = ctx;
	struct connection c;

	get_connection(nlh, &c);
	if (options.json)
		list_json(&c, !l->n);
	else if (options.oneline)
		list_oneline(&c);
	else
		list_row(&c, &l->table);
	l->n++;
}

static enum status connection_show(struct words *w)
{
	struct listing listing = { 0 };
	const struct nl_dump dump = {
		.cmd = DRLB_CMD_CONNECTION_GET,
		.subject = "connection show",
		.fill = list_fill,
		.data = list_data,
		.ctx = &listing,
	};
	struct nl *nl;
	int ret;

	if (parse_filter(w, &listing.filter))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	ret = nl_dump(nl, &dump);
	nl_close(nl);
	if (listing.table)
		table_end(listing.table);
	if (options.json && (listing.n || !ret))
		puts(listing.n ? "]}" : "{\"connections\":[]}");

	return ret ? STATUS_FAILED : STATUS_OK;
}

static void count_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	uint64_t *count = ctx;

	attrs_of(nlh, tb, DRLB_A_MAX);
	*count = attr_uint(tb[DRLB_A_COUNT]);
}

static enum status request(struct words *w, struct filter *filter, uint8_t cmd,
			   uint64_t *count)
{
	const struct nl_handler handler = { .data = count_data, .ctx = count };
	struct nl *nl = nl_open();

	if (!nl)
		return STATUS_FAILED;
	nl_handle(nl, &handler);
	put_filter(nl_queue(nl, cmd, 0, NL_ROOM, words_about(w)), filter);

	return nl_finish(nl);
}

static enum status connection_count(struct words *w)
{
	struct filter filter;
	enum status status;
	uint64_t count = 0;

	if (parse_filter(w, &filter))
		return STATUS_USAGE;
	words_subject(w, "connection count");
	status = request(w, &filter, DRLB_CMD_CONNECTION_COUNT, &count);
	if (!status && options.json)
		json_print(jpack("{s:I}", "count", (json_int_t)count));
	else if (!status)
		printf("%llu\n", (unsigned long long)count);

	return status;
}

static enum status connection_del(struct words *w)
{
	struct filter filter;
	enum status status;
	uint64_t count = 0;

	if (parse_filter(w, &filter))
		return STATUS_USAGE;
	if (!filter.given && !filter.all) {
		words_fail(w, "name which ones, or say \"connection del all\"");
		return STATUS_USAGE;
	}
	words_subject(w, "connection del");
	status = request(w, &filter, DRLB_CMD_CONNECTION_DEL, &count);
	if (!status && options.json)
		json_print(jpack("{s:I}", "deleted", (json_int_t)count));
	else if (!status)
		printf("%llu connections deleted\n",
		       (unsigned long long)count);

	return status;
}

static const struct verb connection_verbs[] = {
	{ "show", "[FILTER] ...", "show connections", connection_show },
	{ "count", "[FILTER] ...", "show how many there are",
	  connection_count },
	{ "del", "{ all | FILTER ... }",
	  "forget connections; packets of theirs are scheduled anew",
	  connection_del },
	{ NULL, NULL, NULL, NULL }
};

const struct object connection_object = {
	.name = "connection",
	.verbs = connection_verbs,
	.about = "  FILTER is tcp, udp, client ADDR[/LEN][:PORT], client-port PORT,\n"
		 "  vip ADDR[:PORT], service SERVICE, server ADDR, or state NAME; all must match.\n"
		 "  NAME is SYN_RECV, ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSE or UDP.\n",
};
