// SPDX-License-Identifier: GPL-2.0
/* Commands to connections. */
#include "base/compat.h"
#include "netlink/netlink.h"

#include <linux/slab.h>
#include <net/sock.h>

/* @family is that of all addresses in a filter: they may not differ. */
static int parse_addr(struct nlattr *const *tb, int type4, int type6,
		      const struct nlattr *nest, struct drlb_conn_filter *filter,
		      u32 match, union nf_inet_addr *addr,
		      struct netlink_ext_ack *extack)
{
	u8 family;

	if (!tb[type4] && !tb[type6])
		return 0;
	if (!drlb_nl_get_addr(tb[type4], tb[type6], nest, &family, addr,
			      extack))
		return -EINVAL;

	if (filter->mask & DRLB_MATCH_FAMILY && filter->family != family) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "the addresses are of different families");
		return -EINVAL;
	}
	filter->family = family;
	filter->mask |= DRLB_MATCH_FAMILY | match;

	return 0;
}

static int parse_prefix(struct nlattr *const *tb, const struct nlattr *nest,
			struct drlb_conn_filter *filter,
			struct netlink_ext_ack *extack)
{
	u8 bits = filter->family == AF_INET ? 32 : 128;
	struct nlattr *attr = tb[DRLB_CONNECTION_A_CLIENT_PREFIX];

	filter->client_prefix = bits;
	if (!attr)
		return 0;

	filter->client_prefix = nla_get_u8(attr);
	if (!(filter->mask & DRLB_MATCH_CLIENT) ||
	    filter->client_prefix > bits) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the prefix is longer than the client's address");
		return -EINVAL;
	}

	return 0;
}

static int parse_filter(struct nlattr *nest, struct drlb_conn_filter *filter,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DRLB_CONNECTION_A_MAX + 1];
	int err;

	memset(filter, 0, sizeof(*filter));
	if (!nest)
		return 0;

	err = nla_parse_nested(tb, DRLB_CONNECTION_A_MAX, nest,
			       drlb_nl_connection_policy, extack);
	if (err)
		return err;

	if (tb[DRLB_CONNECTION_A_PROTOCOL]) {
		filter->protocol = nla_get_u8(tb[DRLB_CONNECTION_A_PROTOCOL]);
		filter->mask |= DRLB_MATCH_PROTOCOL;
	}
	if (tb[DRLB_CONNECTION_A_STATE]) {
		filter->state = nla_get_u8(tb[DRLB_CONNECTION_A_STATE]);
		filter->mask |= DRLB_MATCH_STATE;
	}
	if (tb[DRLB_CONNECTION_A_FAMILY]) {
		filter->family = nla_get_u8(tb[DRLB_CONNECTION_A_FAMILY]);
		filter->mask |= DRLB_MATCH_FAMILY;
		if (filter->family != AF_INET && filter->family != AF_INET6) {
			NL_SET_ERR_MSG_ATTR(extack, tb[DRLB_CONNECTION_A_FAMILY],
					    "the family must be AF_INET or AF_INET6");
			return -EINVAL;
		}
	}
	if (tb[DRLB_CONNECTION_A_FWMARK]) {
		filter->mark = nla_get_u32(tb[DRLB_CONNECTION_A_FWMARK]);
		filter->mask |= DRLB_MATCH_MARK;
	}
	filter->persistent = tb[DRLB_CONNECTION_A_PERSISTENT] ||
			     drlb_state_is_persistent(filter->state);
	if (tb[DRLB_CONNECTION_A_CLIENT_PORT]) {
		filter->client_port =
			nla_get_be16(tb[DRLB_CONNECTION_A_CLIENT_PORT]);
		filter->mask |= DRLB_MATCH_CLIENT_PORT;
	}
	if (tb[DRLB_CONNECTION_A_VIP_PORT]) {
		filter->vip_port = nla_get_be16(tb[DRLB_CONNECTION_A_VIP_PORT]);
		filter->mask |= DRLB_MATCH_VIP_PORT;
	}

	return parse_addr(tb, DRLB_CONNECTION_A_CLIENT_ADDR4,
			  DRLB_CONNECTION_A_CLIENT_ADDR6, nest, filter,
			  DRLB_MATCH_CLIENT, &filter->client, extack) ?:
	       parse_addr(tb, DRLB_CONNECTION_A_VIP_ADDR4,
			  DRLB_CONNECTION_A_VIP_ADDR6, nest, filter,
			  DRLB_MATCH_VIP, &filter->vip, extack) ?:
	       parse_addr(tb, DRLB_CONNECTION_A_SERVER_ADDR4,
			  DRLB_CONNECTION_A_SERVER_ADDR6, nest, filter,
			  DRLB_MATCH_SERVER, &filter->server, extack) ?:
	       parse_prefix(tb, nest, filter, extack);
}

static int sweep(struct genl_info *info,
		 u64 (*over)(struct drlb_conns *conns,
			     const struct drlb_conn_filter *filter))
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_conn_filter filter;
	struct sk_buff *skb;
	void *hdr;
	int err;

	err = parse_filter(info->attrs[DRLB_A_CONNECTION], &filter,
			   info->extack);
	if (err)
		return err;

	/* Before anything is done, so that the result can be told. */
	skb = drlb_nl_reply(info, NLMSG_GOODSIZE, &hdr);
	if (!skb)
		return drlb_control_outcome(-ENOMEM, info->extack);

	err = nla_put_u64_64bit(skb, DRLB_A_COUNT, over(&dn->director.conns, &filter),
				DRLB_A_PAD);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);

	return genlmsg_reply(skb, info);
}

int drlb_nl_connection_count_doit(struct sk_buff *skb, struct genl_info *info)
{
	return sweep(info, drlb_conn_count);
}

int drlb_nl_connection_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return sweep(info, drlb_conn_flush);
}

/**
 * struct conn_dump - a dump of connections under way
 * @filter: the choice of connections
 * @walk: where it is
 * @parsed: @filter is there; 6.1 can report an error from the first dump on only
 * @again: the last one found did not fit into the message
 */
struct conn_dump {
	struct drlb_conn_filter filter;
	struct drlb_conn_walk walk;
	bool parsed;
	bool again;
};

static struct conn_dump **dump_of(struct netlink_callback *cb)
{
	return (struct conn_dump **)cb->ctx;
}

int drlb_nl_connection_get_start(struct netlink_callback *cb)
{
	struct drlb_net *dn = drlb_net(sock_net(cb->skb->sk));
	struct conn_dump *dump;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return drlb_control_outcome(-ENOMEM, cb->extack);

	drlb_conn_walk_init(&dn->director.conns, &dump->walk);
	*dump_of(cb) = dump;

	return 0;
}

int drlb_nl_connection_get_done(struct netlink_callback *cb)
{
	struct conn_dump *dump = *dump_of(cb);

	drlb_conn_walk_exit(&dump->walk);
	kfree(dump);

	return 0;
}

/* A client of a mark may come to any VIP. */
static int put_vip(struct sk_buff *skb, const struct drlb_conn_info *info)
{
	if (!info->protocol)
		return 0;

	return nla_put_u8(skb, DRLB_CONNECTION_A_PROTOCOL, info->protocol) ?:
	       drlb_nl_put_addr(skb, DRLB_CONNECTION_A_VIP_ADDR4,
				DRLB_CONNECTION_A_VIP_ADDR6, info->family,
				&info->vip) ?:
	       nla_put_be16(skb, DRLB_CONNECTION_A_VIP_PORT, info->vip_port);
}

static int put_connection(struct sk_buff *skb, struct netlink_callback *cb,
			  const struct drlb_conn_info *info)
{
	struct nlattr *nest;
	void *hdr;

	hdr = drlb_nl_dump_put(skb, cb, DRLB_CMD_CONNECTION_GET);
	if (!hdr)
		return -EMSGSIZE;

	nest = nla_nest_start(skb, DRLB_A_CONNECTION);
	if (!nest ||
	    put_vip(skb, info) ||
	    drlb_nl_put_addr(skb, DRLB_CONNECTION_A_CLIENT_ADDR4,
			     DRLB_CONNECTION_A_CLIENT_ADDR6, info->family,
			     &info->client) ||
	    nla_put_be16(skb, DRLB_CONNECTION_A_CLIENT_PORT,
			 info->client_port) ||
	    drlb_nl_put_addr(skb, DRLB_CONNECTION_A_SERVER_ADDR4,
			     DRLB_CONNECTION_A_SERVER_ADDR6, info->family,
			     &info->server) ||
	    nla_put_u8(skb, DRLB_CONNECTION_A_STATE, info->state) ||
	    nla_put_u32(skb, DRLB_CONNECTION_A_EXPIRES_MS, info->expires_ms) ||
	    nla_put_u64_64bit(skb, DRLB_CONNECTION_A_AGE_MS, info->age_ms,
			      DRLB_CONNECTION_A_PAD) ||
	    (info->persistent &&
	     nla_put_flag(skb, DRLB_CONNECTION_A_PERSISTENT)) ||
	    (info->mark &&
	     nla_put_u32(skb, DRLB_CONNECTION_A_FWMARK, info->mark)) ||
	    (info->vrf &&
	     nla_put_u32(skb, DRLB_CONNECTION_A_VRF, info->vrf))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);

	return 0;
}

/* A resized table shows some twice: from then on each message says so. */
static void mark_restarted(struct netlink_callback *cb,
			   const struct drlb_conn_walk *walk)
{
	cb->seq = 1 + walk->restarted;
	if (walk->restarted)
		cb->prev_seq = 1;
}

/* Entries that are looked at in one go: few may match the filter. */
#define DUMP_SLICE	4096

int drlb_nl_connection_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct drlb_net *dn = drlb_net(sock_net(cb->skb->sk));
	struct conn_dump *dump = *dump_of(cb);
	struct drlb_conn_info info;
	struct drlb_conn *conn;
	int left, err;

	if (!dump->parsed) {
		err = parse_filter(genl_info_dump(cb)->attrs[DRLB_A_CONNECTION],
				   &dump->filter, cb->extack);
		if (err)
			return err;
		dump->parsed = true;
	}

	do {
		drlb_conn_walk_start(&dump->walk);
		for (left = DUMP_SLICE; left; left--) {
			conn = dump->again ?
			       drlb_conn_walk_again(&dn->director.conns, &dump->walk) :
			       drlb_conn_walk_next(&dn->director.conns, &dump->walk);
			dump->again = false;
			if (!conn)
				break;

			mark_restarted(cb, &dump->walk);
			if (drlb_conn_describe(conn, dump->walk.family,
					       &info) &&
			    drlb_conn_matches(&info, &dump->filter) &&
			    put_connection(skb, cb, &info)) {
				dump->again = true;
				break;
			}
		}
		drlb_conn_walk_stop(&dump->walk);
		cond_resched();
	} while (conn && !dump->again);
	mark_restarted(cb, &dump->walk);

	return skb->len;
}
