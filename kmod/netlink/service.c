// SPDX-License-Identifier: GPL-2.0
/*
 * Commands to services and servers: messages to plain structs. What a message
 * may contain is netlink_policy.c's matter; what it means is the objects'.
 */
#include "netlink/netlink.h"
#include "door/hook.h"
#include "service/service.h"

#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/slab.h>

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

int drlb_nl_get_key(struct nlattr *nest, struct drlb_service_key *key,
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
	return drlb_nl_outcome(err, info->extack);
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
	return drlb_nl_outcome(err, info->extack);
}

int drlb_nl_service_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_service_key key;
	int err;

	err = drlb_nl_get_key(info->attrs[DRLB_A_SERVICE], &key, info->extack);
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

typedef int server_change_fn(struct drlb_net *dn,
			     const struct drlb_service_key *key,
			     const struct drlb_server_conf *conf, bool check,
			     struct netlink_ext_ack *extack);

static int change_server(struct genl_info *info, server_change_fn *change)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_server_conf conf = {};
	struct drlb_service_key key;
	int err;

	err = parse_server_change(info, &key, &conf);
	if (err)
		return err;

	mutex_lock(&dn->lock);
	err = change(dn, &key, &conf, info->attrs[DRLB_A_CHECK], info->extack);
	mutex_unlock(&dn->lock);

	return drlb_nl_outcome(err, info->extack);
}

int drlb_nl_server_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_server(info, drlb_service_server_add);
}

int drlb_nl_server_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_server(info, drlb_service_server_set);
}

int drlb_nl_server_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_server(info, drlb_service_server_del);
}
