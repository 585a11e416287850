// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "wire/wire.h"

void put_addr(struct nlmsghdr *nlh, uint16_t attr4, const struct addr *addr)
{
	if (addr->family == AF_INET)
		mnl_attr_put(nlh, attr4, sizeof(struct in_addr), addr->bytes);
	else
		mnl_attr_put(nlh, attr4 + 1, sizeof(struct in6_addr),
			     addr->bytes);
}

void put_be16(struct nlmsghdr *nlh, uint16_t attr, uint16_t value)
{
	mnl_attr_put_u16(nlh, attr, htons(value));
}

void put_service(struct nlmsghdr *nlh, const struct service *svc,
		 unsigned int given)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DRLB_A_SERVICE);

	mnl_attr_put_u8(nlh, DRLB_SERVICE_A_PROTOCOL, svc->key.protocol);
	put_addr(nlh, DRLB_SERVICE_A_ADDR4, &svc->key.addr);
	put_be16(nlh, DRLB_SERVICE_A_PORT, svc->key.port);
	if (given & 1 << DRLB_SERVICE_A_SCHEDULER)
		mnl_attr_put_strz(nlh, DRLB_SERVICE_A_SCHEDULER,
				  svc->scheduler);
	if (given & 1 << DRLB_SERVICE_A_TABLE_SIZE)
		mnl_attr_put_u32(nlh, DRLB_SERVICE_A_TABLE_SIZE,
				 svc->table_size);
	if (given & 1 << DRLB_SERVICE_A_HASH)
		mnl_attr_put_u8(nlh, DRLB_SERVICE_A_HASH, svc->hash);
	mnl_attr_nest_end(nlh, nest);
}

void put_key(struct nlmsghdr *nlh, const struct service_key *key)
{
	const struct service svc = { .key = *key };

	put_service(nlh, &svc, 0);
}

void put_server(struct nlmsghdr *nlh, const struct server *srv,
		unsigned int given)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DRLB_A_SERVER);

	put_addr(nlh, DRLB_SERVER_A_ADDR4, &srv->addr);
	if (given & 1 << DRLB_SERVER_A_WEIGHT)
		mnl_attr_put_u32(nlh, DRLB_SERVER_A_WEIGHT, srv->weight);
	mnl_attr_nest_end(nlh, nest);
}

void get_addr(const struct nlattr *attr4, const struct nlattr *attr6,
	      struct addr *addr)
{
	const struct nlattr *attr = attr4 ? attr4 : attr6;
	size_t len = attr4 ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	memset(addr, 0, sizeof(*addr));
	if (!attr || mnl_attr_get_payload_len(attr) != len)
		return;
	addr->family = attr4 ? AF_INET : AF_INET6;
	memcpy(addr->bytes, mnl_attr_get_payload(attr), len);
}

static void key_of(const struct nlattr *const *tb, struct service_key *key)
{
	memset(key, 0, sizeof(*key));
	key->protocol = attr_uint(tb[DRLB_SERVICE_A_PROTOCOL]);
	key->port = attr_be16(tb[DRLB_SERVICE_A_PORT]);
	get_addr(tb[DRLB_SERVICE_A_ADDR4], tb[DRLB_SERVICE_A_ADDR6],
		 &key->addr);
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
}

static void get_service(const struct nlattr *const *tb, struct service *svc)
{
	key_of(tb, &svc->key);
	attr_text(tb[DRLB_SERVICE_A_SCHEDULER], svc->scheduler,
		  sizeof(svc->scheduler));
	svc->table_size = attr_uint(tb[DRLB_SERVICE_A_TABLE_SIZE]);
	svc->hash = attr_uint(tb[DRLB_SERVICE_A_HASH]);
	get_counters(tb[DRLB_SERVICE_A_COUNTERS], &svc->counters);
}

void get_server(const struct nlattr *nest, struct server *srv)
{
	const struct nlattr *tb[DRLB_SERVER_A_MAX + 1];
	const struct nlattr *lladdr;

	memset(srv, 0, sizeof(*srv));
	attrs_in(nest, tb, DRLB_SERVER_A_MAX);
	get_addr(tb[DRLB_SERVER_A_ADDR4], tb[DRLB_SERVER_A_ADDR6], &srv->addr);
	srv->weight = attr_uint(tb[DRLB_SERVER_A_WEIGHT]);
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

struct name option_blamed(const struct nl_answer *answer)
{
	const struct nlattr *ts[DRLB_SERVICE_A_MAX + 1];
	const struct nlattr *tr[DRLB_SERVER_A_MAX + 1];
	unsigned int type = attr_blamed_within(answer->request, answer->offset);
	char scheduler[DRLB_NAME_MAX];
	struct name name = { "" };
	const struct nlattr *nest;
	unsigned int index;

	nest = attr_blamed(answer->request, answer->offset, &index);
	if (!nest || !type)
		return name;
	if (mnl_attr_get_type(nest) == DRLB_A_SERVICE) {
		attrs_in(nest, ts, DRLB_SERVICE_A_MAX);
		attr_text(ts[DRLB_SERVICE_A_SCHEDULER], scheduler,
			  sizeof(scheduler));
		if (type == DRLB_SERVICE_A_SCHEDULER)
			snprintf(name.s, sizeof(name.s), "scheduler %s: ",
				 scheduler);
		else if (type == DRLB_SERVICE_A_TABLE_SIZE)
			snprintf(name.s, sizeof(name.s), "table-size %u: ",
				 (uint32_t)attr_uint(ts[type]));
	} else if (mnl_attr_get_type(nest) == DRLB_A_SERVER) {
		attrs_in(nest, tr, DRLB_SERVER_A_MAX);
		if (type == DRLB_SERVER_A_WEIGHT)
			snprintf(name.s, sizeof(name.s), "weight %u: ",
				 (uint32_t)attr_uint(tr[type]));
	}
	return name;
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

/* A service, then its servers; or more servers of the service that came last */
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
				get_service(tb, svc);
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
		complain(subject, "there is no such service");
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
