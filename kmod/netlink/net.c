// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane of what a namespace has once: devices, settings, counters;
 * and events.
 */
#include "base/compat.h"
#include "conn/conn.h"
#include "door/device.h"
#include "netlink/netlink.h"
#include "service/service.h"

#include <linux/rtnetlink.h>
#include <net/sock.h>

static int parse_device(const struct genl_info *info, const char **name)
{
	struct nlattr *tb[DRLB_DEVICE_A_MAX + 1];
	int err;

	if (!info->attrs[DRLB_A_DEVICE]) {
		NL_SET_ERR_MSG(info->extack, "the device is missing");
		return -EINVAL;
	}

	err = nla_parse_nested(tb, DRLB_DEVICE_A_MAX,
			       info->attrs[DRLB_A_DEVICE],
			       drlb_nl_device_policy, info->extack);
	if (err)
		return err;

	if (!tb[DRLB_DEVICE_A_NAME]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DRLB_A_DEVICE],
				    "the device's name is missing");
		return -EINVAL;
	}
	*name = nla_data(tb[DRLB_DEVICE_A_NAME]);

	return 0;
}

int drlb_nl_device_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	const char *name;
	int err;

	err = parse_device(info, &name);
	if (err)
		return err;

	rtnl_lock();
	err = drlb_device_add(dn, name, info->attrs[DRLB_A_CHECK],
			      info->extack);
	rtnl_unlock();

	return drlb_nl_outcome(err, info->extack);
}

int drlb_nl_device_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	const char *name;
	int err;

	err = parse_device(info, &name);
	if (err)
		return err;

	rtnl_lock();
	err = drlb_device_del(dn, name, info->attrs[DRLB_A_CHECK],
			      info->extack);
	rtnl_unlock();

	return err;
}

static int put_entry(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct drlb_device *device)
{
	struct nlattr *nest;
	void *hdr;

	hdr = drlb_nl_dump_put(skb, cb, DRLB_CMD_DEVICE_GET);
	if (!hdr)
		return -EMSGSIZE;

	nest = nla_nest_start(skb, DRLB_A_DEVICE);
	if (!nest ||
	    nla_put_string(skb, DRLB_DEVICE_A_NAME, device->name) ||
	    (device->dev && nla_put_u32(skb, DRLB_DEVICE_A_IFINDEX,
					device->dev->ifindex))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);

	return 0;
}

int drlb_nl_device_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct drlb_net *dn = drlb_net(sock_net(cb->skb->sk));
	struct drlb_device *device;
	int i = 0;

	rtnl_lock();
	cb->seq = dn->devices_generation + 1;
	list_for_each_entry(device, &dn->devices, list) {
		if (i++ < cb->args[0])
			continue;
		if (put_entry(skb, cb, device))
			break;
		cb->args[0]++;
	}
	rtnl_unlock();

	return skb->len;
}

/* Each setting: its attribute, where it is, and its range. */
static const struct {
	u16 attr;
	u16 offset;
	u32 min;
	u32 max;
} settings[] = {
#define SETTING(attr, member, min, max)	\
	{ attr, offsetof(struct drlb_settings, member), min, max }
#define TIMEOUT(attr, state)		\
	SETTING(attr, timeout[state], 1, DRLB_TIMEOUT_MAX)

	SETTING(DRLB_CONFIG_A_CONN_MAX, conn_max, 1, INT_MAX),
	SETTING(DRLB_CONFIG_A_HALF_OPEN_MAX, half_open_max, 1, INT_MAX),
	TIMEOUT(DRLB_CONFIG_A_TCP_SYN_RECV, DRLB_CONNECTION_SYN_RECV),
	TIMEOUT(DRLB_CONFIG_A_TCP_ESTABLISHED, DRLB_CONNECTION_ESTABLISHED),
	TIMEOUT(DRLB_CONFIG_A_TCP_FIN_WAIT, DRLB_CONNECTION_FIN_WAIT),
	TIMEOUT(DRLB_CONFIG_A_TCP_TIME_WAIT, DRLB_CONNECTION_TIME_WAIT),
	TIMEOUT(DRLB_CONFIG_A_TCP_CLOSE, DRLB_CONNECTION_CLOSE),
	TIMEOUT(DRLB_CONFIG_A_UDP, DRLB_CONNECTION_UDP),
	SETTING(DRLB_CONFIG_A_PROBE_INTERVAL, probe_interval, 0, 3600),
};

static u32 *setting_word(const struct drlb_settings *set, int i)
{
	return (void *)set + settings[i].offset;
}

static int put_settings(struct sk_buff *skb, int type,
			const struct drlb_settings *set)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int i;

	if (!nest)
		return -EMSGSIZE;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (nla_put_u32(skb, settings[i].attr,
				*setting_word(set, i)))
			return -EMSGSIZE;
	}
	if (nla_put_s32(skb, DRLB_CONFIG_A_HOOK_PRIORITY, drlb_hook_priority))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

int drlb_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_settings set, initial;
	struct sk_buff *reply;
	void *hdr;

	drlb_settings_initial(dn->net, &initial);
	mutex_lock(&dn->lock);
	set = dn->settings;
	mutex_unlock(&dn->lock);

	reply = drlb_nl_reply(info, NLMSG_GOODSIZE, &hdr);
	if (!reply)
		return drlb_nl_outcome(-ENOMEM, info->extack);

	if (put_settings(reply, DRLB_A_CONFIG, &set) ||
	    put_settings(reply, DRLB_A_DEFAULTS, &initial)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, hdr);

	return genlmsg_reply(reply, info);
}

static int parse_settings(struct nlattr *const *tb, struct drlb_settings *set,
			  struct netlink_ext_ack *extack)
{
	u32 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!tb[settings[i].attr])
			continue;

		value = nla_get_u32(tb[settings[i].attr]);
		if (value < settings[i].min || value > settings[i].max) {
			NL_SET_ERR_MSG_ATTR(extack, tb[settings[i].attr],
					    "the value is out of range: limits 1 to 2147483647, timeouts 1 to 604800 seconds, probe_interval 0 to 3600 seconds");
			return -ERANGE;
		}
		*setting_word(set, i) = value;
	}

	return 0;
}

/* Connections are made by packets, whose memory is on nobody's account: how much
 * of it a namespace may take is not up to those who are root in it only.
 */
static int check_memory(const struct drlb_net *dn, const struct sk_buff *skb,
			const struct drlb_settings *set,
			struct netlink_ext_ack *extack)
{
	struct drlb_settings initial;

	drlb_settings_initial(dn->net, &initial);
	if (set->conn_max <= max(initial.conn_max, dn->settings.conn_max) ||
	    netlink_capable(skb, CAP_NET_ADMIN))
		return 0;

	NL_SET_ERR_MSG(extack,
		       "conn_max above the namespace's default needs CAP_NET_ADMIN in the initial user namespace");

	return -EPERM;
}

int drlb_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct nlattr *tb[DRLB_CONFIG_A_MAX + 1];
	struct drlb_settings set;
	int err;

	if (!info->attrs[DRLB_A_CONFIG]) {
		NL_SET_ERR_MSG(info->extack, "the settings are missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, DRLB_CONFIG_A_MAX,
			       info->attrs[DRLB_A_CONFIG],
			       drlb_nl_config_policy, info->extack);
	if (err)
		return err;

	mutex_lock(&dn->lock);
	set = dn->settings;
	err = parse_settings(tb, &set, info->extack) ?:
	      check_memory(dn, skb, &set, info->extack);
	if (!err && !info->attrs[DRLB_A_CHECK])
		drlb_settings_set(dn, &set);
	mutex_unlock(&dn->lock);

	return err;
}

static int put_counter(struct sk_buff *skb, int i, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_STATS_A_COUNTER);

	if (!nest ||
	    nla_put_string(skb, DRLB_STATS_COUNTER_A_NAME,
			   drlb_counter_texts[i].name) ||
	    nla_put_u64_64bit(skb, DRLB_STATS_COUNTER_A_VALUE, value,
			      DRLB_STATS_COUNTER_A_PAD) ||
	    nla_put_string(skb, DRLB_STATS_COUNTER_A_ABOUT,
			   drlb_counter_texts[i].about))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);

	return 0;
}

static int put_stats(struct sk_buff *skb, struct drlb_net *dn)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_STATS);
	bool overloaded = drlb_conn_full(dn, DRLB_CONNECTION_SYN_RECV);
	u64 counters[DRLB_COUNT_MAX];
	int i;

	if (!nest ||
	    nla_put_u32(skb, DRLB_STATS_A_CONNECTIONS,
			drlb_conn_number(&dn->conns)) ||
	    nla_put_u32(skb, DRLB_STATS_A_HALF_OPEN,
			atomic_read(&dn->conns.half_open)) ||
	    (overloaded && nla_put_flag(skb, DRLB_STATS_A_OVERLOADED)))
		return -EMSGSIZE;

	drlb_counters_sum(dn->counters, counters);
	for (i = 0; i < DRLB_COUNT_MAX; i++) {
		if (put_counter(skb, i, counters[i] - dn->counters_base[i]))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);

	return 0;
}

int drlb_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct sk_buff *reply;
	void *hdr;
	int err;

	reply = drlb_nl_reply(info, NLMSG_GOODSIZE, &hdr);
	if (!reply)
		return drlb_nl_outcome(-ENOMEM, info->extack);

	mutex_lock(&dn->lock);
	err = put_stats(reply, dn);
	mutex_unlock(&dn->lock);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);

	return genlmsg_reply(reply, info);
}

int drlb_nl_stats_zero_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct drlb_service *svc;
	unsigned long id;

	mutex_lock(&dn->lock);
	drlb_counters_sum(dn->counters, dn->counters_base);
	xa_for_each(&dn->service_ids, id, svc)
		drlb_service_zero(svc);
	mutex_unlock(&dn->lock);

	return 0;
}

static int put_event(struct sk_buff *skb, u8 family,
		     const union nf_inet_addr *addr, u8 state)
{
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put(skb, 0, 0, &drlb_nl_family, 0, DRLB_CMD_EVENT);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u8(skb, DRLB_A_EVENT, DRLB_EVENT_SERVER_STATE))
		return -EMSGSIZE;

	nest = nla_nest_start(skb, DRLB_A_SERVER);
	if (!nest ||
	    drlb_nl_put_addr(skb, DRLB_SERVER_A_ADDR4, DRLB_SERVER_A_ADDR6,
			     family, addr) ||
	    nla_put_u8(skb, DRLB_SERVER_A_STATE, state))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);

	return 0;
}

void drlb_nl_notify_egress(struct drlb_net *dn, u8 family,
			   const union nf_inet_addr *addr, u8 state)
{
	struct sk_buff *skb;

	if (!READ_ONCE(drlb_nl_ready) || !READ_ONCE(dn->live) ||
	    !genl_has_listeners(&drlb_nl_family, dn->net, 0))
		return;

	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!skb) {
		/* As when a listener's queue is full: it knows to look. */
		genl_set_err(&drlb_nl_family, dn->net, 0, 0, -ENOBUFS);
		return;
	}

	if (put_event(skb, family, addr, state)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_multicast_netns(&drlb_nl_family, dn->net, skb, 0, 0,
				GFP_ATOMIC);
}
