// SPDX-License-Identifier: GPL-2.0
#include "door/device.h"
#include "door/hook.h"
#include "base/memory.h"

#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

/* Frames merged by LRO cannot be forwarded: their segments' sizes are lost. */
static int entry_attach(struct drlb_net *dn, struct drlb_device *device,
			struct net_device *dev)
{
	int err;

	err = drlb_hook_attach(dn, dev, &device->ops);
	if (err)
		return err;

	dev_disable_lro(dev);
	device->dev = dev;
	dn->devices_generation++;

	return 0;
}

static void entry_detach(struct drlb_net *dn, struct drlb_device *device)
{
	if (!device->dev)
		return;

	drlb_hook_detach(dn, &device->ops);
	device->dev = NULL;
	dn->devices_generation++;
}

static struct drlb_device *entry_find(struct drlb_net *dn, const char *name)
{
	struct drlb_device *device;

	ASSERT_RTNL();

	list_for_each_entry(device, &dn->devices, list) {
		if (!strcmp(device->name, name))
			return device;
	}

	return NULL;
}

int drlb_device_add(struct drlb_net *dn, const char *name, bool check,
		    struct netlink_ext_ack *extack)
{
	struct drlb_device *device;
	struct net_device *dev;
	int err;

	if (entry_find(dn, name)) {
		NL_SET_ERR_MSG(extack, "the device has the fast path already");
		return -EEXIST;
	}
	if (!dev_valid_name(name)) {
		NL_SET_ERR_MSG(extack, "this cannot be a device's name");
		return -EINVAL;
	}
	dev = __dev_get_by_name(dn->net, name);
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
	if (check)
		goto out;

	device = kzalloc(sizeof(*device), DRLB_GFP_CONFIG);
	if (!device)
		return -ENOMEM;

	strscpy(device->name, name, sizeof(device->name));
	if (dev) {
		err = entry_attach(dn, device, dev);
		if (err) {
			if (err == -E2BIG)
				NL_SET_ERR_MSG(extack,
					       "the device has as many netfilter hooks as there may be");
			kfree(device);
			return err;
		}
	}
	list_add_tail(&device->list, &dn->devices);
	dn->devices_generation++;
out:
	if (!dev)
		NL_SET_ERR_MSG(extack,
			       "there is no such device now; it is attached when it appears");

	return 0;
}

static void entry_destroy(struct drlb_net *dn, struct drlb_device *device)
{
	entry_detach(dn, device);
	list_del(&device->list);
	dn->devices_generation++;
	kfree_rcu(device, rcu);
}

int drlb_device_del(struct drlb_net *dn, const char *name, bool check,
		    struct netlink_ext_ack *extack)
{
	struct drlb_device *device = entry_find(dn, name);

	if (!device) {
		NL_SET_ERR_MSG(extack, "the device does not have the fast path");
		return -ENOENT;
	}
	if (!check)
		entry_destroy(dn, device);

	return 0;
}

void drlb_device_flush(struct drlb_net *dn)
{
	struct drlb_device *device, *next;

	ASSERT_RTNL();

	list_for_each_entry_safe(device, next, &dn->devices, list)
		entry_destroy(dn, device);
}

/* Whatever happened to @dev: it is attached if its name is configured. */
static void entries_follow(struct drlb_net *dn, struct net_device *dev,
			   bool gone)
{
	struct drlb_device *device;
	bool named;

	list_for_each_entry(device, &dn->devices, list) {
		named = !gone && !strcmp(device->name, dev->name);
		if (device->dev == dev && !named)
			entry_detach(dn, device);
		else if (!device->dev && named &&
			 entry_attach(dn, device, dev))
			net_warn_ratelimited("%s: drlb cannot attach to the device\n",
					     dev->name);
	}
}

static int drlb_device_event(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct drlb_net *dn = drlb_net(dev_net(dev));

	if (!dn->live)
		return NOTIFY_DONE;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
		entries_follow(dn, dev, false);
		break;
	case NETDEV_UNREGISTER:
		entries_follow(dn, dev, true);
		break;
	}

	return NOTIFY_DONE;
}

static struct notifier_block device_nb = {
	.notifier_call = drlb_device_event,
};

int __init drlb_device_init(void)
{
	return register_netdevice_notifier(&device_nb);
}

void drlb_device_exit(void)
{
	unregister_netdevice_notifier(&device_nb);
}
