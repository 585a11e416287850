// SPDX-License-Identifier: GPL-2.0
#include "door/device.h"
#include "base/memory.h"
#include "door/hook.h"

#include <linux/net.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

static int entry_attach(struct drlb_devices *devices,
			struct drlb_device *device, struct net_device *dev)
{
	int err;

	err = drlb_hook_attach(devices->director, dev, &device->ops);
	if (err)
		return err;

	/* Frames merged by LRO cannot be forwarded: the sizes of their
	 * segments are lost.
	 */
	dev_disable_lro(dev);
	device->dev = dev;
	WRITE_ONCE(device->ifindex, dev->ifindex);
	devices->generation++;

	return 0;
}

static void entry_detach(struct drlb_devices *devices,
			 struct drlb_device *device)
{
	if (!device->dev)
		return;

	drlb_hook_detach(dev_net(device->dev), &device->ops);
	device->dev = NULL;
	WRITE_ONCE(device->ifindex, 0);
	devices->generation++;
}

struct drlb_device *drlb_device_find(const struct drlb_devices *devices,
				     const char *name)
{
	struct drlb_device *device;

	ASSERT_RTNL();

	list_for_each_entry(device, &devices->list, list) {
		if (!strcmp(device->name, name))
			return device;
	}

	return NULL;
}

int drlb_device_add(struct drlb_devices *devices, const char *name,
		    struct net_device *dev)
{
	struct drlb_device *device;
	int err;

	device = kzalloc(sizeof(*device), DRLB_GFP_CONFIG);
	if (!device)
		return -ENOMEM;

	strscpy(device->name, name, sizeof(device->name));
	err = dev ? entry_attach(devices, device, dev) : 0;
	if (err) {
		kfree(device);
		return err;
	}
	list_add_tail_rcu(&device->list, &devices->list);
	devices->n++;
	devices->generation++;

	return 0;
}

void drlb_device_del(struct drlb_devices *devices, struct drlb_device *device)
{
	ASSERT_RTNL();

	entry_detach(devices, device);
	list_del_rcu(&device->list);
	devices->n--;
	devices->generation++;
	kfree_rcu(device, rcu);
}

void drlb_devices_flush(struct drlb_devices *devices)
{
	struct drlb_device *device, *next;

	list_for_each_entry_safe(device, next, &devices->list, list)
		drlb_device_del(devices, device);
}

void drlb_devices_follow(struct drlb_devices *devices, struct net_device *dev,
			 bool gone)
{
	struct drlb_device *device;
	bool named;

	ASSERT_RTNL();

	list_for_each_entry(device, &devices->list, list) {
		named = !gone && !strcmp(device->name, dev->name);
		if (device->dev == dev && !named)
			entry_detach(devices, device);
		else if (!device->dev && named &&
			 entry_attach(devices, device, dev))
			net_warn_ratelimited("%s: drlb cannot attach to the device\n",
					     dev->name);
	}
}

void drlb_devices_init(struct drlb_devices *devices,
		       struct drlb_director *director)
{
	INIT_LIST_HEAD(&devices->list);
	devices->director = director;
}
