// SPDX-License-Identifier: GPL-2.0
/* The kernel's events of devices and neighbours, for all rooms below. */
#include "control/net.h"

#include <linux/rtnetlink.h>
#include <net/netevent.h>

static int drlb_netdev_event(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct drlb_net *dn = drlb_net(dev_net(dev));

	if (!dn->live)
		return NOTIFY_DONE;

	switch (event) {
	case NETDEV_REGISTER:
		if (READ_ONCE(dn->hooks.enabled))
			dev_disable_lro(dev);
		fallthrough;
	case NETDEV_CHANGENAME:
		drlb_devices_follow(&dn->devices, dev, false);
		break;
	case NETDEV_UNREGISTER:
		drlb_devices_follow(&dn->devices, dev, true);
		drlb_egresses_kick(&dn->egresses);
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEMTU:
		drlb_egresses_kick(&dn->egresses);
		break;
	}

	return NOTIFY_DONE;
}

/* Context: softirq or process; the neighbour's table may be locked. */
static int drlb_neigh_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct neighbour *n = ptr;
	struct drlb_net *dn;

	if (event != NETEVENT_NEIGH_UPDATE)
		return NOTIFY_DONE;

	dn = drlb_net(dev_net(n->dev));
	rcu_read_lock();
	drlb_egresses_neighbour(&dn->egresses, n);
	rcu_read_unlock();

	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = {
	.notifier_call = drlb_netdev_event,
};

static struct notifier_block neigh_nb = {
	.notifier_call = drlb_neigh_event,
};

int __init drlb_notify_init(void)
{
	int err;

	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		return err;

	err = register_netevent_notifier(&neigh_nb);
	if (err)
		unregister_netdevice_notifier(&netdev_nb);

	return err;
}

void drlb_notify_exit(void)
{
	unregister_netevent_notifier(&neigh_nb);
	unregister_netdevice_notifier(&netdev_nb);
}
