// SPDX-License-Identifier: GPL-2.0
#include "cmd/object.h"
#include "cmd/run.h"
#include "text/object.h"
#include "text/schema.h"
#include "view/server.h"
#include "wire/blame.h"
#include "wire/family.h"
#include "wire/service.h"

static enum status server_request(struct words *w, uint8_t cmd,
				  const struct service_key *key,
				  const struct server *srv, uint64_t given)
{
	struct nl *nl = nl_open();
	struct nlmsghdr *nlh;

	if (!nl)
		return STATUS_FAILED;
	nl_handle(nl, &blame_handler);
	nlh = nl_queue(nl, cmd, 0, service_room(1), words_about(w));
	put_key(nlh, key);
	put_server(nlh, srv, given);

	return nl_finish(nl);
}

static enum status server_change(struct words *w, uint8_t cmd)
{
	struct server srv = { .line = 0 };
	struct service_key key;
	uint64_t given = 0;

	if (parse_service(w, &key) || parse_server(w, &key, &srv.addr))
		return STATUS_USAGE;
	if (cmd != DRLB_CMD_SERVER_DEL &&
	    fields_parse(w, &server_schema, &srv, &given))
		return STATUS_USAGE;
	if (words_end(w))
		return STATUS_USAGE;
	if (cmd == DRLB_CMD_SERVER_SET && !given) {
		fields_missing(w, &server_schema);
		return STATUS_USAGE;
	}
	return server_request(w, cmd, &key, &srv, given);
}

static enum status server_add(struct words *w)
{
	return server_change(w, DRLB_CMD_SERVER_ADD);
}

static enum status server_set(struct words *w)
{
	return server_change(w, DRLB_CMD_SERVER_SET);
}

static enum status server_del(struct words *w)
{
	return server_change(w, DRLB_CMD_SERVER_DEL);
}

static enum status server_drain(struct words *w)
{
	struct server srv = { .weight = 0 };
	struct service_key key;

	if (parse_service(w, &key) || parse_server(w, &key, &srv.addr) ||
	    words_end(w))
		return STATUS_USAGE;
	return server_request(w, DRLB_CMD_SERVER_SET, &key, &srv,
			      UINT64_C(1) << DRLB_SERVER_A_WEIGHT);
}

static enum status server_show(struct words *w)
{
	return run_show(w, "servers", servers_json, servers_print);
}

static const struct verb server_verbs[] = {
	{ "add", "SERVICE ADDR [OPTION VALUE] ...",
	  "add a real server to a service", server_add },
	{ "set", "SERVICE ADDR OPTION VALUE ...",
	  "change options; a weight holds for new connections", server_set },
	{ "del", "SERVICE ADDR",
	  "remove a server; its connections move to other servers or end",
	  server_del },
	{ "drain", "SERVICE ADDR",
	  "give a server no new connections (weight 0); present ones go on",
	  server_drain },
	{ "show", "[SERVICE]", "show servers", server_show },
	{ NULL, NULL, NULL, NULL }
};

static const struct hint server_hints[] = {
	{ "undrain", "set SERVICE ADDR weight N" },
	{ "enable", "set SERVICE ADDR weight N" },
	{ "up", "set SERVICE ADDR weight N" },
	{ "disable", "drain SERVICE ADDR" },
	{ "down", "drain SERVICE ADDR" },
	{ "weight", "set SERVICE ADDR weight N" },
	{ NULL, NULL }
};

const struct object server_object = {
	.name = "server",
	.verbs = server_verbs,
	.hints = server_hints,
	.schema = &server_schema,
	.about = "  ADDR is the real server's own address, on a network that the director is\n"
		 "  directly connected to. The port is always that of the service.\n",
};
