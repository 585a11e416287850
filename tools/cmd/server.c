// SPDX-License-Identifier: GPL-2.0
/* Real servers */
#include <stdio.h>

#include "wire/nl.h"
#include "text/parse.h"
#include "cmd/service.h"
#include "wire/wire.h"

#define GIVEN_WEIGHT (1u << DRLB_SERVER_A_WEIGHT)

static bool scheduled(const struct server *srv)
{
	return srv->state == DRLB_SERVER_UP ||
	       srv->state == DRLB_SERVER_LOCAL ||
	       srv->state == DRLB_SERVER_RESOLVING;
}

const char *server_state(const struct server *srv)
{
	if (!srv->weight && scheduled(srv))
		return "draining";
	return name_of(server_state_names, srv->state);
}

enum colour server_colour(const struct server *srv)
{
	if (!scheduled(srv))
		return RED;
	return srv->weight && srv->state != DRLB_SERVER_RESOLVING ? GREEN :
								    YELLOW;
}

void counters_json(json_t *object, const struct counters *c)
{
	json_t *more = jpack("{s:I, s:I, s:I, s:I, s:I}",
			     "active", (json_int_t)c->active,
			     "inactive", (json_int_t)c->inactive,
			     "connections", (json_int_t)c->connections,
			     "packets", (json_int_t)c->packets,
			     "bytes", (json_int_t)c->bytes);

	json_object_update(object, more);
	json_decref(more);
}

void counters_oneline(const struct counters *c)
{
	printf(" active %u inactive %u connections %llu packets %llu bytes %s\n",
	       c->active, c->inactive, (unsigned long long)c->connections,
	       (unsigned long long)c->packets, human(c->bytes).s);
}

void counters_cells(struct table *t, const struct counters *c)
{
	table_number(t, c->active);
	table_number(t, c->inactive);
	table_number(t, c->connections);
	table_number(t, c->packets);
	table_text(t, PLAIN, human(c->bytes).s);
}

json_t *server_json(const struct server *srv)
{
	struct name lladdr = lladdr_name(srv);
	struct name device = device_name(srv->ifindex);
	json_t *object;

	object = jpack("{s:o, s:I, s:s, s:b, s:s?, s:s?}",
		       "address", addr_json(&srv->addr),
		       "weight", (json_int_t)srv->weight,
		       "state", name_of(server_state_names, srv->state),
		       "draining", !srv->weight,
		       "device", *device.s ? device.s : NULL,
		       "lladdr", *lladdr.s ? lladdr.s : NULL);
	counters_json(object, &srv->counters);

	return object;
}

/* A word, as everything else on the line */
static const char *state_word(const struct server *srv)
{
	return srv->state == DRLB_SERVER_NO_ROUTE ? "no-route" :
						    server_state(srv);
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

void server_oneline(const struct service_key *key, const struct server *srv)
{
	printf("%s weight %u state %s device %s lladdr %s",
	       server_name(key, &srv->addr).s, srv->weight, state_word(srv),
	       or_dash(device_name(srv->ifindex).s),
	       or_dash(lladdr_name(srv).s));
	counters_oneline(&srv->counters);
}

void server_cells(struct table *t, const struct server *srv)
{
	table_number(t, srv->weight);
	table_text(t, server_colour(srv), server_state(srv));
	table_text(t, PLAIN, device_name(srv->ifindex).s);
	table_text(t, PLAIN, lladdr_name(srv).s);
	counters_cells(t, &srv->counters);
}

static void servers_print(const struct services *list)
{
	static const struct column columns[] = {
		{ "SERVER", false }, { "SERVICE", false }, { "WEIGHT", true },
		{ "STATE", false }, { "DEVICE", false }, { "MAC", false },
		{ "ACTIVE", true }, { "INACTIVE", true },
		{ "CONNECTIONS", true }, { "PACKETS", true },
		{ "BYTES", true }, { NULL, false }
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

static json_t *servers_json(const struct services *list)
{
	json_t *servers = jmust(json_array());

	for (size_t i = 0; i < list->n; i++) {
		const struct service *svc = &list->service[i];

		for (size_t j = 0; j < svc->n; j++) {
			json_t *object = server_json(&svc->server[j]);

			json_object_set_new(object, "service",
					    key_json(&svc->key));
			json_array_append_new(servers, object);
		}
	}
	return servers;
}

static enum status server_request(struct words *w, uint8_t cmd,
				  const struct service_key *key,
				  const struct server *srv, unsigned int given)
{
	struct nl *nl = nl_open();
	struct nlmsghdr *nlh;

	if (!nl)
		return STATUS_FAILED;
	nlh = nl_queue(nl, cmd, 0, NL_ROOM, words_about(w));
	put_key(nlh, key);
	put_server(nlh, srv, given);

	return nl_finish(nl);
}

static enum status server_change(struct words *w, uint8_t cmd)
{
	struct server srv = { .weight = DRLB_WEIGHT_DEFAULT };
	struct service_key key;
	unsigned int given = 0;

	if (parse_service(w, &key) || parse_server(w, &key, &srv.addr))
		return STATUS_USAGE;
	if (cmd != DRLB_CMD_SERVER_DEL && parse_server_options(w, &srv, &given))
		return STATUS_USAGE;
	if (words_end(w))
		return STATUS_USAGE;
	if (cmd == DRLB_CMD_SERVER_SET && !given) {
		words_fail(w, "name what is to change: weight N");
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
			      GIVEN_WEIGHT);
}

static enum status server_show(struct words *w)
{
	struct services list = { 0 };
	enum status status = STATUS_FAILED;
	struct service_key key;
	bool one = *w->next;
	struct nl *nl;

	if ((one && parse_service(w, &key)) || words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (nl && !services_read(nl, one ? &key : NULL, &list)) {
		status = STATUS_OK;
		if (options.json)
			json_print(jpack("{s:o}", "servers",
					 servers_json(&list)));
		else
			servers_print(&list);
	}
	services_free(&list);
	nl_close(nl);

	return status;
}

static const struct verb server_verbs[] = {
	{ "add", "SERVICE ADDR [weight N]", "add a real server to a service",
	  server_add },
	{ "set", "SERVICE ADDR weight N",
	  "change its weight, for new connections", server_set },
	{ "del", "SERVICE ADDR",
	  "remove it; its connections move to other servers or end",
	  server_del },
	{ "drain", "SERVICE ADDR",
	  "give it no new connections (weight 0), and let the present ones end",
	  server_drain },
	{ "show", "[SERVICE]", "show servers", server_show },
	{ NULL, NULL, NULL, NULL }
};

const struct object server_object = {
	.name = "server",
	.verbs = server_verbs,
	.about = "  ADDR is the real server's own address, on a network that the director is\n"
		 "  directly connected to. The port is always the service's. N is 0 to 65535.\n",
};
