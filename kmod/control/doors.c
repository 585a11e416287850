// SPDX-License-Identifier: GPL-2.0
/*
 * The PRE_ROUTING door and the collector are there while there are services,
 * and for a time longer if there are connections: the services may come back,
 * and the local stack would reset the connections. The LOCAL_IN door is there
 * while there are services for marks.
 */
#include "control/control.h"

#include <linux/rtnetlink.h>

int drlb_doors_open(struct drlb_net *dn, bool *opened)
{
	struct drlb_director *d = &dn->director;
	int err;

	*opened = !dn->hooks.enabled;
	/* Packets may come by an ingress door from now on. */
	drlb_conns_collect(&d->conns, true);
	err = drlb_hooks_enable(&dn->hooks, dn->net, d);
	if (!err && d->services.marks)
		err = drlb_hooks_enable_input(&dn->hooks, dn->net, d);

	return err;
}

static void doors_close(struct drlb_net *dn)
{
	drlb_hooks_disable(&dn->hooks, dn->net);
	drlb_conns_collect(&dn->director.conns, false);
}

static void drlb_doors_work(struct work_struct *work)
{
	struct drlb_net *dn = container_of(to_delayed_work(work),
					   struct drlb_net, close);
	struct drlb_services *services = &dn->director.services;

	mutex_lock(&services->lock);
	if (xa_empty(&services->ids))
		doors_close(dn);
	mutex_unlock(&services->lock);
}

void drlb_doors_follow(struct drlb_net *dn)
{
	struct drlb_director *d = &dn->director;

	if (!d->services.marks)
		drlb_hooks_disable_input(&dn->hooks, dn->net);
	if (!xa_empty(&d->services.ids))
		return;

	if (d->conns.ready && drlb_conn_number(&d->conns))
		mod_delayed_work(drlb_work_queue, &dn->close,
				 DRLB_SERVICE_GRACE);
	else
		doors_close(dn);
}

/* Frames that a device's LRO has merged cannot be forwarded. Devices that come
 * later are met by the notifier.
 */
void drlb_doors_disable_lro(struct drlb_net *dn)
{
	struct net_device *dev;

	rtnl_lock();
	for_each_netdev(dn->net, dev)
		dev_disable_lro(dev);
	rtnl_unlock();
}

void drlb_doors_init(struct drlb_net *dn)
{
	INIT_DELAYED_WORK(&dn->close, drlb_doors_work);
}

void drlb_doors_exit(struct drlb_net *dn)
{
	cancel_delayed_work_sync(&dn->close);
	mutex_lock(&dn->director.services.lock);
	drlb_hooks_disable_input(&dn->hooks, dn->net);
	drlb_hooks_disable(&dn->hooks, dn->net);
	mutex_unlock(&dn->director.services.lock);
}
