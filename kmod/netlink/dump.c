// SPDX-License-Identifier: GPL-2.0
/* Dumps of services and servers: objects to messages. */
#include "base/compat.h"
#include "netlink/netlink.h"

#include <net/sock.h>

static int put_counters(struct sk_buff *skb, int type,
			const struct drlb_totals *totals,
			const struct drlb_gauges *now)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    nla_put_u64_64bit(skb, DRLB_COUNTERS_A_CONNECTIONS, totals->conns,
			      DRLB_COUNTERS_A_PAD) ||
	    nla_put_u64_64bit(skb, DRLB_COUNTERS_A_PACKETS, totals->packets,
			      DRLB_COUNTERS_A_PAD) ||
	    nla_put_u64_64bit(skb, DRLB_COUNTERS_A_BYTES, totals->bytes,
			      DRLB_COUNTERS_A_PAD) ||
	    nla_put_u32(skb, DRLB_COUNTERS_A_ACTIVE, now->active) ||
	    nla_put_u32(skb, DRLB_COUNTERS_A_INACTIVE, now->inactive) ||
	    nla_put_u32(skb, DRLB_COUNTERS_A_PERSISTENT, now->persistent))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);

	return 0;
}

/* How much of a service is wanted; each includes the ones before it. */
enum detail {
	DETAIL_KEY,
	DETAIL_CONFIG,
	DETAIL_ALL,
};

static int put_service(struct sk_buff *skb, const struct drlb_service *svc,
		       enum detail detail)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_SERVICE);
	struct drlb_totals totals;
	struct drlb_gauges now;

	if (!nest || drlb_nl_put_key(skb, &svc->key))
		return -EMSGSIZE;
	if (detail >= DETAIL_CONFIG && drlb_nl_put_service_options(skb, &svc->conf))
		return -EMSGSIZE;
	if (detail >= DETAIL_ALL) {
		drlb_service_totals(svc, &totals, &now);
		if (nla_put_u32(skb, DRLB_SERVICE_A_SERVERS, svc->servers_n) ||
		    put_counters(skb, DRLB_SERVICE_A_COUNTERS, &totals, &now))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);

	return 0;
}

/* The part of a server that ADD takes. */
static int put_server_conf(struct sk_buff *skb, u8 family,
			   const struct drlb_server *server)
{
	struct drlb_server_conf conf;

	drlb_service_server_conf(server, &conf);

	return drlb_nl_put_addr(skb, DRLB_SERVER_A_ADDR4, DRLB_SERVER_A_ADDR6,
				family, &conf.addr) ?:
	       drlb_nl_put_server_options(skb, &conf);
}

static int put_server(struct sk_buff *skb, u8 family,
		      const struct drlb_server *server)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_SERVER);
	struct drlb_egress_info hop;
	struct drlb_totals totals;
	struct drlb_gauges now;

	drlb_egress_describe(server->egress, &hop);
	drlb_server_totals(server, &totals);
	drlb_server_gauges(server, &now);

	if (!nest || put_server_conf(skb, family, server) ||
	    nla_put_u8(skb, DRLB_SERVER_A_STATE, drlb_server_state(server)) ||
	    (hop.ifindex &&
	     nla_put_u32(skb, DRLB_SERVER_A_IFINDEX, hop.ifindex)) ||
	    (hop.lladdr_len && nla_put(skb, DRLB_SERVER_A_LLADDR,
				       hop.lladdr_len, hop.lladdr)) ||
	    put_counters(skb, DRLB_SERVER_A_COUNTERS, &totals, &now))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);

	return 0;
}

/* A server that does not fit leaves no trace. */
static int put_server_brief(struct sk_buff *skb, u8 family,
			    const struct drlb_server *server)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_SERVER);

	if (!nest)
		return -EMSGSIZE;
	if (put_server_conf(skb, family, server)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}

	nla_nest_end(skb, nest);

	return 0;
}

/* A message for @server of @svc, or for @svc itself if it is NULL. */
static int put_record(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct drlb_service *svc,
		      const struct drlb_server *server)
{
	void *hdr;
	int err;

	hdr = drlb_nl_dump_put(skb, cb, DRLB_CMD_SERVICE_GET);
	if (!hdr)
		return -EMSGSIZE;

	err = put_service(skb, svc, server ? DETAIL_KEY : DETAIL_ALL);
	if (!err && server)
		err = put_server(skb, svc->key.family, server);
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err;
	}
	genlmsg_end(skb, hdr);

	return 0;
}

/**
 * struct service_cursor - where a dump of services goes on
 * @id: of the service
 * @next: the server that comes next, while @generation is the services'
 * @addr: of the last server that was put
 * @generation: see @next
 * @inside: the service itself has been put, its servers have not all been
 * @any: at least one of them has, whose address is @addr
 * @begun: the one service that was asked for was found
 * @brief: its configuration only
 */
struct service_cursor {
	unsigned long id;
	struct drlb_server *next;
	union nf_inet_addr addr;
	u32 generation;
	u8 inside:1, any:1, begun:1, brief:1;
};

/* The server that comes next, or NULL. Servers are in the order of their
 * addresses, so that the place is found again when the set has changed.
 */
static struct drlb_server *cursor_next(const struct drlb_service *svc,
				       const struct service_cursor *cursor)
{
	struct drlb_server *server;

	if (cursor->any && cursor->generation == svc->services->generation)
		return cursor->next;

	list_for_each_entry(server, &svc->servers, list) {
		if (!cursor->any || drlb_addr_cmp(drlb_server_addr(server),
						  &cursor->addr) > 0)
			return server;
	}

	return NULL;
}

/* @server has been put. */
static void cursor_move(const struct drlb_service *svc,
			struct service_cursor *cursor,
			struct drlb_server *server)
{
	cursor->any = true;
	cursor->addr = *drlb_server_addr(server);
	cursor->generation = svc->services->generation;
	cursor->next = list_is_last(&server->list, &svc->servers) ? NULL :
		       list_next_entry(server, list);
}

static void cursor_leave(struct service_cursor *cursor)
{
	cursor->inside = false;
	cursor->any = false;
}

/* One message with the service and as many of its servers as fit. */
static int dump_brief(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct drlb_service *svc,
		      struct service_cursor *cursor)
{
	bool begun = cursor->inside;
	struct drlb_server *server;
	bool progress = !begun;
	void *hdr;
	int err;

	hdr = drlb_nl_dump_put(skb, cb, DRLB_CMD_SERVICE_GET);
	if (!hdr)
		return -EMSGSIZE;

	err = put_service(skb, svc, begun ? DETAIL_KEY : DETAIL_CONFIG);
	if (err)
		goto err_cancel;
	cursor->inside = true;

	while ((server = cursor_next(svc, cursor))) {
		err = put_server_brief(skb, svc->key.family, server);
		if (err)
			break;
		cursor_move(svc, cursor, server);
		progress = true;
	}
	if (err && !progress)
		goto err_cancel;

	genlmsg_end(skb, hdr);
	if (!err)
		cursor_leave(cursor);

	return err;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return err;
}

static int dump_service(struct sk_buff *skb, struct netlink_callback *cb,
			const struct drlb_service *svc,
			struct service_cursor *cursor)
{
	struct drlb_server *server;
	int err;

	if (cursor->brief)
		return dump_brief(skb, cb, svc, cursor);

	if (!cursor->inside) {
		err = put_record(skb, cb, svc, NULL);
		if (err)
			return err;
		cursor->inside = true;
	}

	while ((server = cursor_next(svc, cursor))) {
		err = put_record(skb, cb, svc, server);
		if (err)
			return err;
		cursor_move(svc, cursor, server);
	}
	cursor_leave(cursor);

	return 0;
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct drlb_net *dn, struct nlattr *nest,
		    struct service_cursor *cursor)
{
	struct drlb_service_key key;
	struct drlb_service *svc;
	int err;

	if (cursor->begun && !cursor->inside)
		return 0;

	err = drlb_nl_get_key(nest, &key, cb->extack);
	if (err)
		return err;

	svc = drlb_service_get(&dn->director.services, &key);
	if (!svc) {
		NL_SET_ERR_MSG(cb->extack, "there is no such service");
		return -ENOENT;
	}

	cursor->begun = true;

	return dump_service(skb, cb, svc, cursor);
}

static int dump_all(struct sk_buff *skb, struct netlink_callback *cb,
		    struct drlb_net *dn, struct service_cursor *cursor)
{
	unsigned long id = cursor->id;
	struct drlb_service *svc;
	int err;

	while ((svc = xa_find(&dn->director.services.ids, &id, ULONG_MAX,
			      XA_PRESENT))) {
		/* The one that the cursor stood on may be gone. */
		if (id != cursor->id)
			cursor_leave(cursor);
		cursor->id = id;
		err = dump_service(skb, cb, svc, cursor);
		if (err)
			return err;
		cursor->id = ++id;
	}

	return 0;
}

int drlb_nl_service_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct service_cursor *cursor = (void *)cb->ctx;
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct nlattr *nest = attrs[DRLB_A_SERVICE];
	struct drlb_net *dn = drlb_net(sock_net(cb->skb->sk));
	struct drlb_services *services = &dn->director.services;
	int err;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));

	cursor->brief = !!attrs[DRLB_A_BRIEF];
	mutex_lock(&services->lock);
	cb->seq = services->generation + 1;
	err = nest ? dump_one(skb, cb, dn, nest, cursor) :
		     dump_all(skb, cb, dn, cursor);
	mutex_unlock(&services->lock);

	/* Records that did not fit come in the next message. */
	return err && err != -EMSGSIZE ? err : skb->len;
}
