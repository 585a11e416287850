// SPDX-License-Identifier: GPL-2.0
/*
 * A namespace's director, from its beginning to its end.
 *
 * It has two lives: that of its memory (net.c) and, within that, the
 * one in which it works (here). The module's notifiers come between
 * the two, since they use the memory and since egresses need them to the last
 * to learn of their neighbours' release.
 *
 * The order of the end: first the doors go, the notifiers are told to stay
 * away, and the egresses forget their neighbours (pre_exit); then the core
 * waits for a grace period, after which no packet and no notifier is inside.
 * The services are removed, which retires their servers; the connections are
 * freed without ceremony, for nobody reads their servers' counts any more; the
 * servers are reaped, which frees the egresses. Pools, services and servers
 * are freed by RCU; the module's exit waits for that.
 */
#include "control/net.h"

#include <linux/rtnetlink.h>

static int __net_init drlb_live_start(struct net *net)
{
	struct drlb_net *dn = drlb_net(net);
	struct drlb_settings set;

	drlb_settings_initial(net, &set);
	mutex_lock(&dn->director.services.lock);
	drlb_net_set(dn, &set);
	mutex_unlock(&dn->director.services.lock);

	drlb_egresses_start(&dn->egresses);
	rtnl_lock();
	WRITE_ONCE(dn->live, true);
	rtnl_unlock();

	return 0;
}

static void __net_exit drlb_live_stop(struct net *net)
{
	struct drlb_net *dn = drlb_net(net);

	rtnl_lock();
	WRITE_ONCE(dn->live, false);
	drlb_devices_flush(&dn->devices);
	rtnl_unlock();

	drlb_doors_exit(dn);
	drlb_egresses_stop(&dn->egresses);
}

static struct pernet_operations drlb_live_ops = {
	.init		= drlb_live_start,
	.pre_exit	= drlb_live_stop,
};

int __init drlb_live_init(void)
{
	int err;

	err = drlb_net_init();
	if (err)
		return err;

	err = drlb_notify_init();
	if (err)
		goto err_net;

	err = register_pernet_subsys(&drlb_live_ops);
	if (err)
		goto err_notify;

	return 0;

err_notify:
	drlb_notify_exit();
err_net:
	drlb_net_exit();
	return err;
}

void drlb_live_exit(void)
{
	unregister_pernet_subsys(&drlb_live_ops);
	drlb_notify_exit();
	drlb_net_exit();
}
