// SPDX-License-Identifier: GPL-2.0
/*
 * Commands to services and servers: messages to plain structs. policy.c says
 * which attributes a message may have; control/ knows their meaning.
 */
#include "netlink/netlink.h"

#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/slab.h>

/* The key of a service for a mark. */
static int parse_mark(struct nlattr *const *tb, const struct nlattr *nest,
		      struct drlb_service_key *key,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[DRLB_SERVICE_A_FWMARK];
	u32 mark = nla_get_u32(attr);
	u8 family;

	if (!mark) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the mark must not be 0, which all packets have that have none");
		return -ERANGE;
	}
	if (tb[DRLB_SERVICE_A_PROTOCOL] || tb[DRLB_SERVICE_A_ADDR4] ||
	    tb[DRLB_SERVICE_A_ADDR6] || tb[DRLB_SERVICE_A_PORT]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a service for a mark has no protocol, address or port");
		return -EINVAL;
	}

	attr = tb[DRLB_SERVICE_A_FAMILY];
	family = attr ? nla_get_u8(attr) : AF_UNSPEC;
	if (family != AF_INET && family != AF_INET6) {
		NL_SET_ERR_MSG_ATTR(extack, attr ?: nest,
				    "the family of a service for a mark must be AF_INET or AF_INET6");
		return -EINVAL;
	}
	*key = drlb_service_key_of_mark(family, mark);

	return 0;
}

static int parse_service_key(struct nlattr *const *tb,
			     const struct nlattr *nest,
			     struct drlb_service_key *key,
			     struct netlink_ext_ack *extack)
{
	u8 protocol;

	if (tb[DRLB_SERVICE_A_FAMILY]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DRLB_SERVICE_A_FAMILY],
				    "the family is for services for a mark: others have that of their address");
		return -EINVAL;
	}

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
	if (!drlb_proto_find(protocol)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[DRLB_SERVICE_A_PROTOCOL],
				    "the protocol must be TCP or UDP");
		return -EINVAL;
	}

	if (!drlb_nl_get_addr(tb[DRLB_SERVICE_A_ADDR4],
			      tb[DRLB_SERVICE_A_ADDR6], nest, &key->family,
			      &key->addr, extack))
		return -EINVAL;

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
	if (err)
		return err;

	err = tb[DRLB_SERVICE_A_FWMARK] ?
	      parse_mark(tb, nest, key, extack) :
	      parse_service_key(tb, nest, key, extack);
	if (err)
		return err;

	if (key->family == AF_INET6 && !ipv6_mod_enabled()) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "this kernel runs without IPv6 (ipv6.disable=1)");
		return -EAFNOSUPPORT;
	}

	return 0;
}

int drlb_nl_get_key(struct nlattr *nest, struct drlb_service_key *key,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DRLB_SERVICE_A_MAX + 1];

	return parse_service(nest, tb, drlb_nl_service_key_policy, key, extack);
}

int drlb_nl_put_key(struct sk_buff *skb, const struct drlb_service_key *key)
{
	if (drlb_service_key_is_mark(key))
		return nla_put_u32(skb, DRLB_SERVICE_A_FWMARK,
				   drlb_service_key_mark(key)) ?:
		       nla_put_u8(skb, DRLB_SERVICE_A_FAMILY, key->family);

	return nla_put_u8(skb, DRLB_SERVICE_A_PROTOCOL, key->protocol) ?:
	       drlb_nl_put_addr(skb, DRLB_SERVICE_A_ADDR4,
				DRLB_SERVICE_A_ADDR6, key->family,
				&key->addr) ?:
	       nla_put_be16(skb, DRLB_SERVICE_A_PORT, key->port);
}

/* Those of @n @options that are given; @has is their mask. */
static int parse_options(const struct drlb_option *options, int n,
			 struct nlattr *const *tb, void *conf, u32 *has,
			 struct netlink_ext_ack *extack)
{
	int err, i;

	for (i = 0; i < n; i++) {
		const struct nlattr *attr = tb[options[i].attr];

		if (!attr)
			continue;
		err = drlb_nl_get_option(&options[i], attr, conf, extack);
		if (err)
			return err;
		*has |= BIT(i);
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

	drlb_server_conf_init(conf);

	return parse_options(drlb_server_options, DRLB_SERVER_OPTIONS, tb,
			     conf, &conf->has, extack);
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

	return parse_options(drlb_service_options, DRLB_SERVICE_OPTIONS, tb,
			     &change->conf, &change->has, info->extack) ?:
	       parse_servers(info, change);
}

static int change_service(struct genl_info *info,
			  int (*change)(struct drlb_net *dn,
					struct drlb_service_change *change,
					struct netlink_ext_ack *extack))
{
	struct drlb_service_change wanted = {};
	int err;

	err = drlb_control_outcome(parse_change(info, &wanted), info->extack);
	if (!err) {
		err = change(drlb_net(genl_info_net(info)), &wanted,
			     info->extack);
		if (err && wanted.culprit)
			NL_SET_BAD_ATTR(info->extack, wanted.culprit);
	}
	kvfree(wanted.servers);

	return err;
}

int drlb_nl_service_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_service(info, drlb_control_service_add);
}

int drlb_nl_service_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (count_servers(info) && !info->attrs[DRLB_A_REPLACE]) {
		NL_SET_ERR_MSG(info->extack,
			       "servers may be given only to replace all of them");
		return -EINVAL;
	}

	return change_service(info, drlb_control_service_set);
}

int drlb_nl_service_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_service_key key;
	int err;

	err = drlb_nl_get_key(info->attrs[DRLB_A_SERVICE], &key, info->extack);

	return err ?: drlb_control_service_del(dn, &key,
					       info->attrs[DRLB_A_CHECK],
					       info->extack);
}

int drlb_nl_service_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (!info->attrs[DRLB_A_CHECK])
		drlb_control_service_flush(drlb_net(genl_info_net(info)));

	return 0;
}

static int parse_server_change(const struct genl_info *info,
			       struct drlb_service_key *key,
			       struct drlb_server_conf *conf)
{
	int err;

	err = drlb_nl_get_key(info->attrs[DRLB_A_SERVICE], key, info->extack);
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

static int change_server(struct genl_info *info,
			 int (*change)(struct drlb_net *dn,
				       const struct drlb_service_key *key,
				       const struct drlb_server_conf *conf,
				       bool check,
				       struct netlink_ext_ack *extack))
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_server_conf conf = {};
	struct drlb_service_key key;
	int err;

	err = parse_server_change(info, &key, &conf);

	return err ?: change(dn, &key, &conf, info->attrs[DRLB_A_CHECK],
			     info->extack);
}

int drlb_nl_server_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_server(info, drlb_control_server_add);
}

int drlb_nl_server_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_server(info, drlb_control_server_set);
}

int drlb_nl_server_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_server(info, drlb_control_server_del);
}
