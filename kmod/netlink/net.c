// SPDX-License-Identifier: GPL-2.0
/* Commands to devices, settings, counters and schedulers. */
#include "netlink/netlink.h"

#include <linux/rculist.h>
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

static int change_device(struct genl_info *info,
			 int (*change)(struct drlb_net *dn, const char *name,
				       bool check,
				       struct netlink_ext_ack *extack))
{
	const char *name;
	int err = parse_device(info, &name);

	return err ?: change(drlb_net(genl_info_net(info)), name,
			     info->attrs[DRLB_A_CHECK], info->extack);
}

int drlb_nl_device_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_device(info, drlb_control_device_add);
}

int drlb_nl_device_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_device(info, drlb_control_device_del);
}

static int put_entry(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct drlb_device *device)
{
	int ifindex = READ_ONCE(device->ifindex);
	struct nlattr *nest;
	void *hdr;

	hdr = drlb_nl_dump_put(skb, cb, DRLB_CMD_DEVICE_GET);
	if (!hdr)
		return -EMSGSIZE;

	nest = nla_nest_start(skb, DRLB_A_DEVICE);
	if (!nest ||
	    nla_put_string(skb, DRLB_DEVICE_A_NAME, device->name) ||
	    (ifindex && nla_put_u32(skb, DRLB_DEVICE_A_IFINDEX, ifindex))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);

	return 0;
}

/* Anybody may ask, so RTNL is not taken. */
int drlb_nl_device_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct drlb_net *dn = drlb_net(sock_net(cb->skb->sk));
	struct drlb_device *device;
	int i = 0;

	rcu_read_lock();
	cb->seq = READ_ONCE(dn->devices.generation) + 1;
	list_for_each_entry_rcu(device, &dn->devices.list, list) {
		if (i++ < cb->args[0])
			continue;
		if (put_entry(skb, cb, device))
			break;
		cb->args[0]++;
	}
	rcu_read_unlock();

	return skb->len;
}

static int put_settings(struct sk_buff *skb, int type,
			const struct drlb_settings *set)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int i;

	if (!nest)
		return -EMSGSIZE;

	for (i = 0; i < DRLB_SETTINGS; i++) {
		const struct drlb_setting *setting = &drlb_settings_table[i];

		if (nla_put_u32(skb, setting->attr,
				*drlb_setting_word(setting, set)))
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
	drlb_control_config_get(dn, &set);

	reply = drlb_nl_reply(info, NLMSG_GOODSIZE, &hdr);
	if (!reply)
		return drlb_control_outcome(-ENOMEM, info->extack);

	if (put_settings(reply, DRLB_A_CONFIG, &set) ||
	    put_settings(reply, DRLB_A_DEFAULTS, &initial)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, hdr);

	return genlmsg_reply(reply, info);
}

/* The attribute of the first value that its setting does not take. */
static void blame_setting(struct nlattr *const *tb, const u32 *values,
			  struct netlink_ext_ack *extack)
{
	int i;

	for (i = 0; i < DRLB_SETTINGS; i++) {
		const struct drlb_setting *setting = &drlb_settings_table[i];

		if (!tb[setting->attr] ||
		    drlb_setting_takes(setting, values[i]))
			continue;
		NL_SET_BAD_ATTR(extack, tb[setting->attr]);
		break;
	}
}

int drlb_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drlb_net *dn = drlb_net(genl_info_net(info));
	struct nlattr *tb[DRLB_CONFIG_A_MAX + 1];
	u32 values[DRLB_SETTINGS], has = 0;
	int err, i;

	if (!info->attrs[DRLB_A_CONFIG]) {
		NL_SET_ERR_MSG(info->extack, "the settings are missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, DRLB_CONFIG_A_MAX,
			       info->attrs[DRLB_A_CONFIG],
			       drlb_nl_config_policy, info->extack);
	if (err)
		return err;

	for (i = 0; i < DRLB_SETTINGS; i++) {
		const struct nlattr *attr = tb[drlb_settings_table[i].attr];

		if (!attr)
			continue;
		values[i] = nla_get_u32(attr);
		has |= BIT(i);
	}
	err = drlb_control_config_set(dn, values, has,
				      netlink_capable(skb, CAP_NET_ADMIN),
				      info->attrs[DRLB_A_CHECK], info->extack);
	if (err == -ERANGE)
		blame_setting(tb, values, info->extack);

	return err;
}

/* A counter that does not fit leaves no trace. */
static int put_counter(struct sk_buff *skb, int i, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_STATS_A_COUNTER);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(skb, DRLB_STATS_COUNTER_A_NAME,
			   drlb_counter_texts[i].name) ||
	    nla_put_u64_64bit(skb, DRLB_STATS_COUNTER_A_VALUE, value,
			      DRLB_STATS_COUNTER_A_PAD) ||
	    nla_put_string(skb, DRLB_STATS_COUNTER_A_ABOUT,
			   drlb_counter_texts[i].about)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);

	return 0;
}

static int put_gauges(struct sk_buff *skb, const struct drlb_conns *conns)
{
	bool overloaded =
		drlb_conn_full(conns, DRLB_CONNECTION_SYN_RECV) ||
		drlb_conn_full(conns, DRLB_CONNECTION_UDP_NEW);

	return nla_put_u32(skb, DRLB_STATS_A_CONNECTIONS,
			   conns->ready ? drlb_conn_number(conns) : 0) ?:
	       nla_put_u32(skb, DRLB_STATS_A_UNPROVEN_TCP,
			   atomic_read(&conns->unproven[DRLB_PROTO_TCP])) ?:
	       nla_put_u32(skb, DRLB_STATS_A_UNPROVEN_UDP,
			   atomic_read(&conns->unproven[DRLB_PROTO_UDP])) ?:
	       nla_put_u32(skb, DRLB_STATS_A_UNPROVEN_PERSISTENT,
			   atomic_read(&conns->unproven[DRLB_BUDGET_PERSISTENT])) ?:
	       overloaded ? nla_put_flag(skb, DRLB_STATS_A_OVERLOADED) : 0;
}

/* One message with the counters from *@next on, as many as fit. */
static int put_stats(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct drlb_conns *conns, const u64 *counters,
		     long *next)
{
	long first = *next;
	struct nlattr *nest;
	void *hdr;

	hdr = drlb_nl_dump_put(skb, cb, DRLB_CMD_STATS_GET);
	if (!hdr)
		return -EMSGSIZE;

	nest = nla_nest_start(skb, DRLB_A_STATS);
	if (!nest || (!first && put_gauges(skb, conns)))
		goto err_cancel;
	while (*next < DRLB_COUNT_MAX &&
	       !put_counter(skb, *next, counters[*next]))
		(*next)++;
	if (*next == first)
		goto err_cancel;

	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);

	return 0;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

int drlb_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct drlb_net *dn = drlb_net(sock_net(cb->skb->sk));
	u64 counters[DRLB_COUNT_MAX];

	drlb_control_counters(dn, counters);
	cb->seq = 1;
	while (cb->args[0] < DRLB_COUNT_MAX) {
		if (put_stats(skb, cb, &dn->director.conns, counters,
			      &cb->args[0]))
			break;
	}

	return skb->len;
}

int drlb_nl_stats_zero_doit(struct sk_buff *skb, struct genl_info *info)
{
	drlb_control_zero(drlb_net(genl_info_net(info)));

	return 0;
}

static int put_scheduler(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct drlb_sched *sched)
{
	struct nlattr *nest;
	void *hdr;

	hdr = drlb_nl_dump_put(skb, cb, DRLB_CMD_SCHEDULER_GET);
	if (!hdr)
		return -EMSGSIZE;

	nest = nla_nest_start(skb, DRLB_A_SCHEDULER);
	if (!nest ||
	    nla_put_string(skb, DRLB_SCHEDULER_A_NAME, sched->name) ||
	    nla_put_string(skb, DRLB_SCHEDULER_A_ABOUT, sched->about) ||
	    (sched->adopts && nla_put_flag(skb, DRLB_SCHEDULER_A_ADOPTS))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);

	return 0;
}

int drlb_nl_scheduler_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	const struct drlb_sched *sched;

	cb->seq = 1;
	while ((sched = drlb_sched_at(cb->args[0])) &&
	       !put_scheduler(skb, cb, sched))
		cb->args[0]++;

	return skb->len;
}
