/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_DEVICE_H
#define _DRLB_DEVICE_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>

#include "path/director.h"

/* Names that a namespace may have. */
#define DRLB_DEVICES_MAX	256

/**
 * struct drlb_device - a device name with the ingress door
 *
 * It is a name that is configured, as in a file: the device that bears it is
 * attached, if there is one.
 *
 * @list: in drlb_devices.list
 * @dev: the device, while it is attached
 * @ifindex: its index, or 0
 * @ops: its hook
 * @name: the name
 * @rcu: frees it: "nft list hooks" looks at removed hooks under RCU
 */
struct drlb_device {
	struct list_head list;
	struct net_device *dev;
	int ifindex;
	struct nf_hook_ops ops;
	char name[IFNAMSIZ];
	struct rcu_head rcu;
};

/**
 * struct drlb_devices - the devices with the ingress door of a namespace
 * @list: struct drlb_device; changed under RTNL, read under RCU
 * @n: how many
 * @generation: counts changes, for dumps to notice
 * @director: for their packets
 */
struct drlb_devices {
	struct list_head list;
	u32 n;
	u32 generation;
	struct drlb_director *director;
};

/* All of these: process context, RTNL held. */

struct drlb_device *drlb_device_find(const struct drlb_devices *devices,
				     const char *name);
/* Add a name; @dev bears it, or is NULL. Errors: ENOMEM, and those of the hook,
 * E2BIG among them.
 */
int drlb_device_add(struct drlb_devices *devices, const char *name,
		    struct net_device *dev);
void drlb_device_del(struct drlb_devices *devices, struct drlb_device *device);
void drlb_devices_flush(struct drlb_devices *devices);
/* Something happened to @dev: it is attached if its name is configured, and
 * detached otherwise, or when it is @gone.
 */
void drlb_devices_follow(struct drlb_devices *devices, struct net_device *dev,
			 bool gone);

void drlb_devices_init(struct drlb_devices *devices,
		       struct drlb_director *director);

#endif /* _DRLB_DEVICE_H */
