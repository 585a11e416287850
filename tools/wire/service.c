// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "text/schema.h"
#include "wire/addr.h"
#include "wire/attr.h"
#include "wire/dump.h"
#include "wire/field.h"
#include "wire/service.h"

static void put_key_attrs(struct nlmsghdr *nlh, const struct service_key *key)
{
	if (key->mark) {
		mnl_attr_put_u32(nlh, DRLB_SERVICE_A_FWMARK, key->mark);
		mnl_attr_put_u8(nlh, DRLB_SERVICE_A_FAMILY, key->addr.family);
		return;
	}
	mnl_attr_put_u8(nlh, DRLB_SERVICE_A_PROTOCOL, key->protocol);
	put_addr(nlh, DRLB_SERVICE_A_ADDR4, &key->addr);
	put_be16(nlh, DRLB_SERVICE_A_PORT, key->port);
}

void put_service(struct nlmsghdr *nlh, const struct service *svc,
		 uint64_t given)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DRLB_A_SERVICE);

	put_key_attrs(nlh, &svc->key);
	fields_put(nlh, &service_schema, svc, given);
	mnl_attr_nest_end(nlh, nest);
}

void put_key(struct nlmsghdr *nlh, const struct service_key *key)
{
	const struct service svc = { .key = *key };

	put_service(nlh, &svc, 0);
}

void put_server(struct nlmsghdr *nlh, const struct server *srv,
		uint64_t given)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DRLB_A_SERVER);

	put_addr(nlh, DRLB_SERVER_A_ADDR4, &srv->addr);
	fields_put(nlh, &server_schema, srv, given);
	mnl_attr_nest_end(nlh, nest);
}

size_t service_room(size_t servers)
{
	size_t server = MNL_ATTR_HDRLEN + ADDR_ROOM +
			fields_room(&server_schema);

	return NL_ROOM + fields_room(&service_schema) + servers * server;
}

static void key_of(const struct nlattr *const *tb, struct service_key *key)
{
	memset(key, 0, sizeof(*key));
	key->protocol = attr_uint(tb[DRLB_SERVICE_A_PROTOCOL]);
	key->port = attr_be16(tb[DRLB_SERVICE_A_PORT]);
	get_addr(tb[DRLB_SERVICE_A_ADDR4], tb[DRLB_SERVICE_A_ADDR6],
		 &key->addr);
	key->mark = attr_uint(tb[DRLB_SERVICE_A_FWMARK]);
	if (key->mark)
		key->addr.family = attr_uint(tb[DRLB_SERVICE_A_FAMILY]);
}

static void get_counters(const struct nlattr *nest, struct counters *counters)
{
	const struct nlattr *tb[DRLB_COUNTERS_A_MAX + 1];

	attrs_in(nest, tb, DRLB_COUNTERS_A_MAX);
	counters->connections = attr_uint(tb[DRLB_COUNTERS_A_CONNECTIONS]);
	counters->packets = attr_uint(tb[DRLB_COUNTERS_A_PACKETS]);
	counters->bytes = attr_uint(tb[DRLB_COUNTERS_A_BYTES]);
	counters->active = attr_uint(tb[DRLB_COUNTERS_A_ACTIVE]);
	counters->inactive = attr_uint(tb[DRLB_COUNTERS_A_INACTIVE]);
	counters->persistent = attr_uint(tb[DRLB_COUNTERS_A_PERSISTENT]);
}

static uint64_t get_attrs(const struct nlattr *const *tb, struct service *svc)
{
	key_of(tb, &svc->key);
	if (tb[DRLB_SERVICE_A_COUNTERS])
		get_counters(tb[DRLB_SERVICE_A_COUNTERS], &svc->counters);
	return fields_get(tb, &service_schema, svc);
}

uint64_t get_service(const struct nlattr *nest, struct service *svc)
{
	const struct nlattr *tb[DRLB_SERVICE_A_MAX + 1];

	attrs_in(nest, tb, DRLB_SERVICE_A_MAX);
	return get_attrs(tb, svc);
}

void get_server(const struct nlattr *nest, struct server *srv)
{
	const struct nlattr *tb[DRLB_SERVER_A_MAX + 1];
	const struct nlattr *lladdr;

	memset(srv, 0, sizeof(*srv));
	attrs_in(nest, tb, DRLB_SERVER_A_MAX);
	get_addr(tb[DRLB_SERVER_A_ADDR4], tb[DRLB_SERVER_A_ADDR6], &srv->addr);
	fields_get(tb, &server_schema, srv);
	srv->state = attr_uint(tb[DRLB_SERVER_A_STATE]);
	srv->ifindex = attr_uint(tb[DRLB_SERVER_A_IFINDEX]);
	if (tb[DRLB_SERVER_A_COUNTERS])
		get_counters(tb[DRLB_SERVER_A_COUNTERS], &srv->counters);

	lladdr = tb[DRLB_SERVER_A_LLADDR];
	if (lladdr && mnl_attr_get_payload_len(lladdr) <= sizeof(srv->lladdr)) {
		srv->lladdr_len = mnl_attr_get_payload_len(lladdr);
		memcpy(srv->lladdr, mnl_attr_get_payload(lladdr),
		       srv->lladdr_len);
	}
}

struct reading {
	struct nl *nl;
	const struct service_key *key;
	bool brief;
	struct services *list;
};

static void read_fill(struct nlmsghdr *nlh, void *ctx)
{
	const struct reading *r = ctx;

	if (r->key)
		put_key(nlh, r->key);
	if (r->brief)
		mnl_attr_put(nlh, DRLB_A_BRIEF, 0, NULL);
}

/* A service, then its servers; or more servers of the service before */
static void read_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_SERVICE_A_MAX + 1];
	struct service *svc = NULL;
	struct reading *r = ctx;
	const struct nlattr *attr;
	struct service_key key;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == DRLB_A_SERVICE) {
			attrs_in(attr, tb, DRLB_SERVICE_A_MAX);
			if (tb[DRLB_SERVICE_A_SCHEDULER]) {
				svc = services_add(r->list);
				get_attrs(tb, svc);
				continue;
			}
			key_of(tb, &key);
			svc = r->list->n ? &r->list->service[r->list->n - 1] :
					   NULL;
			if (svc && key_cmp(&svc->key, &key))
				svc = NULL;
		} else if (mnl_attr_get_type(attr) == DRLB_A_SERVER && svc) {
			get_server(attr, services_add_server(r->list));
		}
	}
	if (!svc)
		nl_interrupted(r->nl);
}

static void read_reset(void *ctx)
{
	struct reading *r = ctx;

	services_free(r->list);
}

static int read_services(struct nl *nl, const struct service_key *key,
			 bool brief, struct services *list)
{
	char subject[160] = "service";
	struct reading reading = { nl, key, brief, list };
	const struct nl_dump dump = {
		.cmd = DRLB_CMD_SERVICE_GET,
		.subject = subject,
		.fill = read_fill,
		.data = read_data,
		.reset = read_reset,
		.ctx = &reading,
	};

	if (key)
		snprintf(subject, sizeof(subject), "service %s",
			 service_name(key).s);
	if (nl_dump(nl, &dump))
		return -1;
	if (key && !list->n) {
		complain(subject, "there is no such service, see lbctl service show");
		return -1;
	}
	services_end(list);

	return 0;
}

int services_read(struct nl *nl, const struct service_key *key,
		  struct services *list)
{
	return read_services(nl, key, false, list);
}

int services_read_brief(struct nl *nl, struct services *list)
{
	return read_services(nl, NULL, true, list);
}
