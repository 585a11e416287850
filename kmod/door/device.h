/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_DEVICE_H
#define _DRLB_DEVICE_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>

#include "control/net.h"

/**
 * struct drlb_device - a device name with the ingress fast path
 *
 * It is a name that is configured, as in a file: whatever device bears it is
 * attached, and none if there is none.
 *
 * @list: in drlb_net.devices
 * @dev: the device, while it is attached
 * @ops: its hook
 * @name: the name
 * @rcu: frees it: "nft list hooks" looks at removed hooks under RCU
 */
struct drlb_device {
	struct list_head list;
	struct net_device *dev;
	struct nf_hook_ops ops;
	char name[IFNAMSIZ];
	struct rcu_head rcu;
};

/* All of these: process, RTNL held. Refusals have a message. */
int drlb_device_add(struct drlb_net *dn, const char *name, bool check,
		    struct netlink_ext_ack *extack);
int drlb_device_del(struct drlb_net *dn, const char *name, bool check,
		    struct netlink_ext_ack *extack);
void drlb_device_flush(struct drlb_net *dn);

int drlb_device_init(void);
void drlb_device_exit(void);

#endif /* _DRLB_DEVICE_H */
