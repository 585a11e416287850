// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane of services and servers: messages to plain structs and back.
 * What a message may contain is netlink_policy.c's matter; what it means is the
 * objects'.
 */
#include "netlink.h"
#include "compat.h"
#include "hook.h"
#include "service.h"

#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/sock.h>

bool drlb_nl_get_addr(struct nlattr *attr4, struct nlattr *attr6,
		      const struct nlattr *nest, u8 *family,
		      union nf_inet_addr *addr, struct netlink_ext_ack *extack)
{
	memset(addr, 0, sizeof(*addr));

	if (!attr4 == !attr6) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "exactly one IPv4 or IPv6 address is required");
		return false;
	}

	if (attr4) {
		*family = AF_INET;
		addr->ip = nla_get_be32(attr4);
	} else {
		*family = AF_INET6;
		addr->in6 = nla_get_in6_addr(attr6);
	}

	return true;
}

int drlb_nl_put_addr(struct sk_buff *skb, int type4, int type6, u8 family,
		     const union nf_inet_addr *addr)
{
	if (family == AF_INET)
		return nla_put_be32(skb, type4, addr->ip);

	return nla_put_in6_addr(skb, type6, &addr->in6);
}

struct sk_buff *drlb_nl_reply(struct genl_info *info, size_t size, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;

	*hdr = genlmsg_put_reply(skb, info, &drlb_nl_family, 0,
				 info->genlhdr->cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}

	return skb;
}

void *drlb_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &drlb_nl_family,
				NLM_F_MULTI, cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);

	return hdr;
}

static int parse_service_key(struct nlattr *const *tb,
			     const struct nlattr *nest,
			     struct drlb_service_key *key,
			     struct netlink_ext_ack *extack)
{
	u8 protocol;

	if (!tb[DRLB_SERVICE_A_PROTOCOL]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "the service's protocol is missing");
		return -EINVAL;
	}
	if (!tb[DRLB_SERVICE_A_PORT]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "the service's port is missing");
		return -EINVAL;
	}

	protocol = nla_get_u8(tb[DRLB_SERVICE_A_PROTOCOL]);
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DRLB_SERVICE_A_PROTOCOL],
				    "the protocol must be TCP or UDP");
		return -EINVAL;
	}

	if (!drlb_nl_get_addr(tb[DRLB_SERVICE_A_ADDR4],
			      tb[DRLB_SERVICE_A_ADDR6], nest, &key->family,
			      &key->addr, extack))
		return -EINVAL;

	if (key->family == AF_INET6 && !ipv6_mod_enabled()) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "this kernel runs without IPv6 (ipv6.disable=1)");
		return -EAFNOSUPPORT;
	}

	key->protocol = protocol;
	key->port = nla_get_be16(tb[DRLB_SERVICE_A_PORT]);

	return 0;
}

static int parse_service(struct nlattr *nest, struct nlattr **tb,
			 const struct nla_policy *policy,
			 struct drlb_service_key *key,
			 struct netlink_ext_ack *extack)
{
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(extack, "the service is missing");
		return -EINVAL;
	}

	err = nla_parse_nested(tb, DRLB_SERVICE_A_MAX, nest, policy, extack);

	return err ?: parse_service_key(tb, nest, key, extack);
}

/* The service of a command that takes its key alone. */
static int parse_key(struct nlattr *nest, struct drlb_service_key *key,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DRLB_SERVICE_A_MAX + 1];

	return parse_service(nest, tb, drlb_nl_service_key_policy, key, extack);
}

static int parse_options(struct nlattr *const *tb,
			 struct drlb_service_change *change,
			 struct netlink_ext_ack *extack)
{
	int err;

	if (tb[DRLB_SERVICE_A_SCHEDULER]) {
		change->conf.sched =
			drlb_sched_find(nla_data(tb[DRLB_SERVICE_A_SCHEDULER]));
		if (!change->conf.sched) {
			NL_SET_ERR_MSG_ATTR(extack,
					    tb[DRLB_SERVICE_A_SCHEDULER],
					    "there is no such scheduler; there are wlc, rr, wrr and mh");
			return -ENOENT;
		}
		change->has |= DRLB_HAS_SCHED;
	}

	if (tb[DRLB_SERVICE_A_TABLE_SIZE]) {
		change->conf.table_size =
			nla_get_u32(tb[DRLB_SERVICE_A_TABLE_SIZE]);
		err = drlb_sched_check_table_size(change->conf.table_size,
						  extack);
		if (err) {
			NL_SET_BAD_ATTR(extack, tb[DRLB_SERVICE_A_TABLE_SIZE]);
			return err;
		}
		change->has |= DRLB_HAS_TABLE_SIZE;
	}

	if (tb[DRLB_SERVICE_A_HASH]) {
		change->conf.hash = nla_get_u8(tb[DRLB_SERVICE_A_HASH]);
		change->has |= DRLB_HAS_HASH;
	}

	return 0;
}

static int parse_server(struct nlattr *nest, const struct drlb_service_key *key,
			struct drlb_server_conf *conf,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DRLB_SERVER_A_MAX + 1];
	u8 family;
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(extack, "the server is missing");
		return -EINVAL;
	}

	err = nla_parse_nested(tb, DRLB_SERVER_A_MAX, nest,
			       drlb_nl_server_policy, extack);
	if (err)
		return err;

	if (!drlb_nl_get_addr(tb[DRLB_SERVER_A_ADDR4], tb[DRLB_SERVER_A_ADDR6],
			      nest, &family, &conf->addr, extack))
		return -EINVAL;
	if (family != key->family) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "the server must have an address of the virtual IP's family");
		return -EINVAL;
	}

	if (tb[DRLB_SERVER_A_PORT] &&
	    nla_get_be16(tb[DRLB_SERVER_A_PORT]) != key->port) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DRLB_SERVER_A_PORT],
				    "direct routing cannot translate ports: the server's must be the service's");
		return -EINVAL;
	}

	conf->origin = nest;
	conf->weight = DRLB_WEIGHT_DEFAULT;
	conf->weighted = tb[DRLB_SERVER_A_WEIGHT];
	if (conf->weighted)
		conf->weight = nla_get_u32(tb[DRLB_SERVER_A_WEIGHT]);
	if (conf->weight > DRLB_WEIGHT_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DRLB_SERVER_A_WEIGHT],
				    "the weight must be between 0 and 65535");
		return -ERANGE;
	}

	return 0;
}

static u32 count_servers(const struct genl_info *info)
{
	struct nlattr *attr;
	u32 n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == DRLB_A_SERVER;

	return n;
}

/* All SERVER attributes of the message; the array is the caller's to free. */
static int parse_servers(const struct genl_info *info,
			 struct drlb_service_change *change)
{
	u32 n = count_servers(info);
	struct nlattr *attr;
	int rem, err;

	if (!n)
		return 0;

	change->servers = kvcalloc(n, sizeof(*change->servers), GFP_KERNEL);
	if (!change->servers)
		return -ENOMEM;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != DRLB_A_SERVER)
			continue;
		err = parse_server(attr, &change->key,
				   &change->servers[change->servers_n],
				   info->extack);
		if (err)
			return err;
		change->servers_n++;
	}

	return 0;
}

static int parse_change(const struct genl_info *info,
			struct drlb_service_change *change)
{
	struct nlattr *tb[DRLB_SERVICE_A_MAX + 1];
	int err;

	change->check = info->attrs[DRLB_A_CHECK];
	change->replace = info->attrs[DRLB_A_REPLACE];

	err = parse_service(info->attrs[DRLB_A_SERVICE], tb,
			    drlb_nl_service_policy, &change->key, info->extack);
	if (err)
		return err;

	return parse_options(tb, change, info->extack) ?:
	       parse_servers(info, change);
}

/* The hooks are there while there are services. */
static int hooks_follow(struct drlb_net *dn)
{
	if (!xa_empty(&dn->service_ids))
		return drlb_hooks_enable(dn);

	drlb_hooks_disable(dn);

	return 0;
}

static void blame(struct netlink_ext_ack *extack,
		  const struct drlb_service_change *change)
{
	if (change->culprit)
		NL_SET_BAD_ATTR(extack, change->culprit);
}

/* The reason of a failure, not a warning that came before it. */
static int outcome(int err, struct netlink_ext_ack *extack)
{
	if (err == -ENOMEM)
		NL_SET_ERR_MSG(extack, "out of memory");

	return err;
}

int drlb_nl_service_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_service_change change = {};
	int err;

	err = parse_change(info, &change);
	if (err)
		goto out;

	mutex_lock(&dn->lock);
	err = drlb_service_add(dn, &change, info->extack);
	if (err) {
		blame(info->extack, &change);
		goto out_unlock;
	}
	err = hooks_follow(dn);
	if (err) {
		drlb_service_del(dn, &change.key, false, info->extack);
		NL_SET_ERR_MSG(info->extack,
			       "the netfilter hooks could not be registered");
	}
out_unlock:
	mutex_unlock(&dn->lock);
out:
	kvfree(change.servers);
	return outcome(err, info->extack);
}

int drlb_nl_service_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_service_change change = {};
	int err;

	err = parse_change(info, &change);
	if (err)
		goto out;
	if (change.servers_n && !change.replace) {
		NL_SET_ERR_MSG(info->extack,
			       "servers may be given only to replace all of them");
		err = -EINVAL;
		goto out;
	}

	mutex_lock(&dn->lock);
	err = drlb_service_set(dn, &change, info->extack);
	if (err)
		blame(info->extack, &change);
	mutex_unlock(&dn->lock);
out:
	kvfree(change.servers);
	return outcome(err, info->extack);
}

int drlb_nl_service_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_service_key key;
	int err;

	err = parse_key(info->attrs[DRLB_A_SERVICE], &key, info->extack);
	if (err)
		return err;

	mutex_lock(&dn->lock);
	err = drlb_service_del(dn, &key, info->attrs[DRLB_A_CHECK],
			       info->extack);
	if (!err)
		hooks_follow(dn);
	mutex_unlock(&dn->lock);

	return err;
}

int drlb_nl_service_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));

	if (info->attrs[DRLB_A_CHECK])
		return 0;

	mutex_lock(&dn->lock);
	drlb_service_flush(dn);
	hooks_follow(dn);
	mutex_unlock(&dn->lock);

	return 0;
}

static int parse_server_change(const struct genl_info *info,
			       struct drlb_service_key *key,
			       struct drlb_server_conf *conf)
{
	int err;

	err = parse_key(info->attrs[DRLB_A_SERVICE], key, info->extack);
	if (err)
		return err;

	if (count_servers(info) > 1) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DRLB_A_SERVER],
				    "more than one server: give one, or replace the whole set");
		return -EINVAL;
	}

	return parse_server(info->attrs[DRLB_A_SERVER], key, conf,
			    info->extack);
}

int drlb_nl_server_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_server_conf conf = {};
	struct drlb_service_key key;
	int err;

	err = parse_server_change(info, &key, &conf);
	if (err)
		return err;

	mutex_lock(&dn->lock);
	err = drlb_service_server_add(dn, &key, &conf,
				      info->attrs[DRLB_A_CHECK], info->extack);
	mutex_unlock(&dn->lock);

	return outcome(err, info->extack);
}

int drlb_nl_server_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_server_conf conf = {};
	struct drlb_service_key key;
	int err;

	err = parse_server_change(info, &key, &conf);
	if (err)
		return err;

	mutex_lock(&dn->lock);
	err = drlb_service_server_set(dn, &key, &conf,
				      info->attrs[DRLB_A_CHECK], info->extack);
	mutex_unlock(&dn->lock);

	return outcome(err, info->extack);
}

int drlb_nl_server_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_server_conf conf = {};
	struct drlb_service_key key;
	int err;

	err = parse_server_change(info, &key, &conf);
	if (err)
		return err;

	mutex_lock(&dn->lock);
	err = drlb_service_server_del(dn, &key, &conf.addr,
				      info->attrs[DRLB_A_CHECK], info->extack);
	mutex_unlock(&dn->lock);

	return outcome(err, info->extack);
}

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

	err = parse_key(nest, &key, cb->extack);
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
