// SPDX-License-Identifier: GPL-2.0
/* Operations on devices, settings and counters. */
#include "base/event.h"
#include "control/control.h"

#include <linux/rtnetlink.h>

static void publish(struct drlb_net *dn, u8 kind, const char *device)
{
	struct drlb_event event = {
		.net = dn->net,
		.kind = kind,
		.device = device,
	};

	drlb_event_publish(&event);
}

static int check_device(struct drlb_net *dn, const char *name,
			const struct net_device *dev,
			struct netlink_ext_ack *extack)
{
	if (drlb_device_find(&dn->devices, name)) {
		NL_SET_ERR_MSG(extack, "the device has the fast path already");
		return -EEXIST;
	}
	if (!dev_valid_name(name)) {
		NL_SET_ERR_MSG(extack, "this cannot be a device's name");
		return -EINVAL;
	}
	if (dev && strcmp(dev->name, name)) {
		NL_SET_ERR_MSG(extack,
			       "this is a device's alternative name: give its own");
		return -EINVAL;
	}
	if (dev && dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG(extack,
			       "the loopback device brings no clients' packets");
		return -EINVAL;
	}
	if (dn->devices.n >= DRLB_DEVICES_MAX) {
		NL_SET_ERR_MSG(extack,
			       "too many devices: a namespace may have 256 with the fast path");
		return -ENOSPC;
	}

	return 0;
}

/* The director looks for connections once it gets packets. */
static int add_device(struct drlb_net *dn, const char *name,
		      struct net_device *dev)
{
	int err;

	mutex_lock(&dn->director.services.lock);
	err = drlb_conns_prepare(&dn->director.conns);
	mutex_unlock(&dn->director.services.lock);

	return err ?: drlb_device_add(&dn->devices, name, dev);
}

int drlb_control_device_add(struct drlb_net *dn, const char *name, bool check,
			    struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	int err;

	rtnl_lock();
	dev = __dev_get_by_name(dn->net, name);
	err = check_device(dn, name, dev, extack);
	if (!err && !check)
		err = add_device(dn, name, dev);
	if (err == -E2BIG)
		NL_SET_ERR_MSG(extack,
			       "the device has as many netfilter hooks as there may be");
	if (!err && !dev)
		NL_SET_ERR_MSG(extack,
			       "there is no such device now; it is attached when it appears");
	if (!err && !check)
		publish(dn, DRLB_EVENT_DEVICE_ADDED, name);
	rtnl_unlock();

	return drlb_control_outcome(err, extack);
}

int drlb_control_device_del(struct drlb_net *dn, const char *name, bool check,
			    struct netlink_ext_ack *extack)
{
	struct drlb_device *device;

	rtnl_lock();
	device = drlb_device_find(&dn->devices, name);
	if (!device) {
		NL_SET_ERR_MSG(extack, "the device does not have the fast path");
	} else if (!check) {
		drlb_device_del(&dn->devices, device);
		publish(dn, DRLB_EVENT_DEVICE_REMOVED, name);
	}
	rtnl_unlock();

	return device ? 0 : -ENOENT;
}

void drlb_control_config_get(struct drlb_net *dn, struct drlb_settings *set)
{
	mutex_lock(&dn->director.services.lock);
	*set = dn->settings;
	mutex_unlock(&dn->director.services.lock);
}

/* Connections are made by packets, whose memory is on nobody's account. Root of
 * a namespace alone may not decide how much of it the namespace takes.
 */
static int check_memory(const struct drlb_net *dn,
			const struct drlb_settings *set, bool host_admin,
			struct netlink_ext_ack *extack)
{
	struct drlb_settings initial;

	drlb_settings_initial(dn->net, &initial);
	if (host_admin ||
	    set->conn_max <= max(initial.conn_max, dn->settings.conn_max))
		return 0;

	NL_SET_ERR_MSG(extack,
		       "conn_max above the namespace's default needs CAP_NET_ADMIN in the initial user namespace");

	return -EPERM;
}

static int merge(struct drlb_settings *set, const u32 *values, u32 has,
		 struct netlink_ext_ack *extack)
{
	int i;

	for (i = 0; i < DRLB_SETTINGS; i++) {
		const struct drlb_setting *setting = &drlb_settings_table[i];

		if (!(has & BIT(i)))
			continue;
		if (!drlb_setting_takes(setting, values[i])) {
			NL_SET_ERR_MSG(extack,
				       "the value is out of range: limits 1 to 2147483647, timeouts 1 to 2678400 seconds, probe_interval 0 to 3600 seconds");
			return -ERANGE;
		}
		*drlb_setting_word(setting, set) = values[i];
	}

	return 0;
}

int drlb_control_config_set(struct drlb_net *dn, const u32 *values, u32 has,
			    bool host_admin, bool check,
			    struct netlink_ext_ack *extack)
{
	struct drlb_settings set;
	int err;

	mutex_lock(&dn->director.services.lock);
	set = dn->settings;
	err = merge(&set, values, has, extack) ?:
	      check_memory(dn, &set, host_admin, extack);
	if (!err && !check) {
		drlb_net_set(dn, &set);
		publish(dn, DRLB_EVENT_CONFIG_CHANGED, NULL);
	}
	mutex_unlock(&dn->director.services.lock);

	return err;
}

void drlb_control_counters(struct drlb_net *dn, u64 sum[DRLB_COUNT_MAX])
{
	int i;

	mutex_lock(&dn->director.services.lock);
	drlb_counters_sum(dn->director.counters, sum);
	for (i = 0; i < DRLB_COUNT_MAX; i++)
		sum[i] -= dn->counters_base[i];
	mutex_unlock(&dn->director.services.lock);
}

void drlb_control_zero(struct drlb_net *dn)
{
	struct drlb_services *services = &dn->director.services;
	struct drlb_service *svc;
	unsigned long id;

	mutex_lock(&services->lock);
	drlb_counters_sum(dn->director.counters, dn->counters_base);
	xa_for_each(&services->ids, id, svc)
		drlb_service_zero(svc);
	mutex_unlock(&services->lock);
}
