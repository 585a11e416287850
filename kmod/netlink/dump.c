// SPDX-License-Identifier: GPL-2.0
/* Services and servers shown: objects to messages, as many as it takes. */
#include "netlink/netlink.h"
#include "base/compat.h"
#include "server/egress.h"
#include "service/service.h"

#include <net/sock.h>

static int put_counters(struct sk_buff *skb, int type,
			const struct drlb_totals *totals, u32 active,
			u32 inactive)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    nla_put_u64_64bit(skb, DRLB_COUNTERS_A_CONNECTIONS, totals->conns,
			      DRLB_COUNTERS_A_PAD) ||
	    nla_put_u64_64bit(skb, DRLB_COUNTERS_A_PACKETS, totals->packets,
			      DRLB_COUNTERS_A_PAD) ||
	    nla_put_u64_64bit(skb, DRLB_COUNTERS_A_BYTES, totals->bytes,
			      DRLB_COUNTERS_A_PAD) ||
	    nla_put_u32(skb, DRLB_COUNTERS_A_ACTIVE, active) ||
	    nla_put_u32(skb, DRLB_COUNTERS_A_INACTIVE, inactive))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);

	return 0;
}

/* How much of a service is wanted, each with what is before it. */
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
	u32 active, inactive;

	if (!nest ||
	    nla_put_u8(skb, DRLB_SERVICE_A_PROTOCOL, svc->key.protocol) ||
	    drlb_nl_put_addr(skb, DRLB_SERVICE_A_ADDR4, DRLB_SERVICE_A_ADDR6,
			     svc->key.family, &svc->key.addr) ||
	    nla_put_be16(skb, DRLB_SERVICE_A_PORT, svc->key.port))
		return -EMSGSIZE;
	if (detail == DETAIL_KEY)
		goto out;

	if (nla_put_string(skb, DRLB_SERVICE_A_SCHEDULER,
			   svc->conf.sched->name) ||
	    nla_put_u32(skb, DRLB_SERVICE_A_TABLE_SIZE, svc->conf.table_size) ||
	    nla_put_u8(skb, DRLB_SERVICE_A_HASH, svc->conf.hash))
		return -EMSGSIZE;
	if (detail == DETAIL_CONFIG)
		goto out;

	drlb_service_totals(svc, &totals, &active, &inactive);
	if (nla_put_u32(skb, DRLB_SERVICE_A_SERVERS, svc->servers_n) ||
	    put_counters(skb, DRLB_SERVICE_A_COUNTERS, &totals, active,
			 inactive))
		return -EMSGSIZE;
out:
	nla_nest_end(skb, nest);

	return 0;
}

static int put_server(struct sk_buff *skb, u8 family,
		      const struct drlb_server *server)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_SERVER);
	struct drlb_egress_info hop;
	struct drlb_totals totals;

	drlb_egress_describe(server->egress, &hop);
	drlb_server_totals(server, &totals);

	if (!nest ||
	    drlb_nl_put_addr(skb, DRLB_SERVER_A_ADDR4, DRLB_SERVER_A_ADDR6,
			     family, &server->addr) ||
	    nla_put_u32(skb, DRLB_SERVER_A_WEIGHT, server->weight) ||
	    nla_put_u8(skb, DRLB_SERVER_A_STATE, hop.state) ||
	    (hop.ifindex &&
	     nla_put_u32(skb, DRLB_SERVER_A_IFINDEX, hop.ifindex)) ||
	    (hop.lladdr_len && nla_put(skb, DRLB_SERVER_A_LLADDR,
				       hop.lladdr_len, hop.lladdr)) ||
	    put_counters(skb, DRLB_SERVER_A_COUNTERS, &totals,
			 atomic_read(&server->active),
			 atomic_read(&server->inactive)))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);

	return 0;
}

/* What ADD would take. What does not fit leaves no trace. */
static int put_server_config(struct sk_buff *skb, u8 family,
			     const struct drlb_server *server)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_SERVER);

	if (!nest)
		return -EMSGSIZE;
	if (drlb_nl_put_addr(skb, DRLB_SERVER_A_ADDR4, DRLB_SERVER_A_ADDR6,
			     family, &server->addr) ||
	    nla_put_u32(skb, DRLB_SERVER_A_WEIGHT, server->weight)) {
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
 * @record: 0 is the service itself, n its n-th server
 * @begun: the one service that was asked for was found
 * @brief: its configuration only
 */
struct service_cursor {
	unsigned long id;
	u32 record;
	bool begun;
	bool brief;
};

/* One message with the service and as many of its servers as it takes. */
static int dump_brief(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct drlb_service *svc,
		      struct service_cursor *cursor)
{
	const struct drlb_server *server;
	u32 first = cursor->record, record = 0;
	void *hdr;
	int err;

	hdr = drlb_nl_dump_put(skb, cb, DRLB_CMD_SERVICE_GET);
	if (!hdr)
		return -EMSGSIZE;

	err = put_service(skb, svc, first ? DETAIL_KEY : DETAIL_CONFIG);
	if (err)
		goto err_cancel;
	if (!first)
		cursor->record = 1;

	list_for_each_entry(server, &svc->servers, list) {
		if (++record < cursor->record)
			continue;
		err = put_server_config(skb, svc->key.family, server);
		if (err)
			break;
		cursor->record++;
	}
	if (err && first == cursor->record)
		goto err_cancel;

	genlmsg_end(skb, hdr);
	if (!err)
		cursor->record = 0;

	return err;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return err;
}

static int dump_service(struct sk_buff *skb, struct netlink_callback *cb,
			const struct drlb_service *svc,
			struct service_cursor *cursor)
{
	const struct drlb_server *server;
	u32 record = 0;
	int err;

	if (cursor->brief)
		return dump_brief(skb, cb, svc, cursor);

	if (!cursor->record) {
		err = put_record(skb, cb, svc, NULL);
		if (err)
			return err;
		cursor->record = 1;
	}

	list_for_each_entry(server, &svc->servers, list) {
		if (++record < cursor->record)
			continue;
		err = put_record(skb, cb, svc, server);
		if (err)
			return err;
		cursor->record++;
	}
	cursor->record = 0;

	return 0;
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct drlb_net *dn, struct nlattr *nest,
		    struct service_cursor *cursor)
{
	struct drlb_service_key key;
	struct drlb_service *svc;
	int err;

	if (cursor->begun && !cursor->record)
		return 0;

	err = drlb_nl_get_key(nest, &key, cb->extack);
	if (err)
		return err;

	svc = drlb_service_get(dn, &key, cb->extack);
	if (!svc)
		return -ENOENT;

	cursor->begun = true;

	return dump_service(skb, cb, svc, cursor);
}

static int dump_all(struct sk_buff *skb, struct netlink_callback *cb,
		    struct drlb_net *dn, struct service_cursor *cursor)
{
	unsigned long id = cursor->id;
	struct drlb_service *svc;
	int err;

	while ((svc = xa_find(&dn->service_ids, &id, ULONG_MAX, XA_PRESENT))) {
		/* The one that the cursor stood on may be gone. */
		if (id != cursor->id)
			cursor->record = 0;
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
	int err;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));

	cursor->brief = attrs[DRLB_A_BRIEF];
	mutex_lock(&dn->lock);
	cb->seq = dn->generation + 1;
	err = nest ? dump_one(skb, cb, dn, nest, cursor) :
		     dump_all(skb, cb, dn, cursor);
	mutex_unlock(&dn->lock);

	/* What did not fit comes in the next message. */
	return err && err != -EMSGSIZE ? err : skb->len;
}
