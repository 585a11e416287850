// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "cmd/filter.h"
#include "cmd/object.h"
#include "text/json.h"
#include "view/connection.h"
#include "wire/attr.h"
#include "wire/dump.h"
#include "wire/family.h"

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

static void list_data(const struct nlmsghdr *nlh, void *ctx)
{
	struct listing *l = ctx;
	struct connection c;

	get_connection(nlh, &c);
	if (options.json)
		connection_json(&c, !l->n);
	else if (options.oneline)
		connection_oneline(&c);
	else
		connection_row(&c, &l->table);
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

static enum status request(struct words *w, const struct filter *filter,
			   uint8_t cmd, uint64_t *count)
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
	struct filter filter = { 0 };
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
	struct filter filter = { 0 };
	enum status status;
	uint64_t count = 0;

	bool all;

	all = *w->next && !strcmp(*w->next, "all");
	if (parse_filter(w, &filter))
		return STATUS_USAGE;
	if (!filter.given && !all) {
		words_fail(w, "a filter is missing: give one, or \"all\"");
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
	{ "count", "[FILTER] ...", "show the number of connections",
	  connection_count },
	{ "del", "{ all | FILTER ... }",
	  "forget connections; their further packets are scheduled anew",
	  connection_del },
	{ NULL, NULL, NULL, NULL }
};

const struct object connection_object = {
	.name = "connection",
	.verbs = connection_verbs,
	.about = "  FILTER is tcp, udp, client ADDR[/LEN][:PORT], client-port PORT,\n"
		 "  vip ADDR[:PORT], service SERVICE, server ADDR, or state NAME; all must match.\n"
		 "  With persistent these are not connections but the clients of persistent\n"
		 "  services, which stay with a server.\n"
		 "  NAME is SYN_RECV, ACK_RECV, ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSE, UDP_NEW\n"
		 "  or UDP; of clients PERSISTENT_NEW or PERSISTENT.\n",
};
