// SPDX-License-Identifier: GPL-2.0
/*
 * A namespace's director, from its beginning to its end.
 *
 * It has two lives: that of its memory (drlb_net_ops) and, within that, the
 * one in which it works (drlb_live_ops). The module's notifiers come between
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
#include <net/netns/generic.h>

static unsigned int drlb_net_id __read_mostly;

struct drlb_net *drlb_net(const struct net *net)
{
	return net_generic(net, drlb_net_id);
}

void drlb_net_set(struct drlb_net *dn, const struct drlb_settings *set)
{
	struct drlb_conn_limits *limits = &dn->director.conns.limits;
	int i;

	lockdep_assert_held(&dn->director.services.lock);

	dn->settings = *set;
	WRITE_ONCE(limits->max, set->conn_max);
	for (i = 0; i < DRLB_PROTOS; i++)
		WRITE_ONCE(limits->unproven_max[i], set->unproven_max[i]);
	for (i = 0; i < DRLB_STATES; i++)
		WRITE_ONCE(limits->timeout[i], set->timeout[i] * HZ);
	WRITE_ONCE(dn->egresses.probe_interval, set->probe_interval);
	drlb_services_follow_timeouts(&dn->director.services);
}

static int __net_init drlb_net_start(struct net *net)
{
	struct drlb_net *dn = drlb_net(net);
	struct drlb_director *d = &dn->director;
	int err;

	dn->net = net;
	d->counters = drlb_counters_alloc();
	if (!d->counters)
		return -ENOMEM;

	err = drlb_egresses_init(&dn->egresses, net);
	if (err)
		goto err_counters;

	err = drlb_services_init(&d->services, net, &dn->egresses,
				 d->conns.limits.timeout);
	if (err)
		goto err_egresses;

	drlb_conns_init(&d->conns);
	drlb_devices_init(&dn->devices, d);

	return 0;

err_egresses:
	drlb_egresses_exit(&dn->egresses);
err_counters:
	free_percpu(d->counters);
	return err;
}

static void __net_exit drlb_net_stop(struct net *net)
{
	struct drlb_net *dn = drlb_net(net);
	struct drlb_director *d = &dn->director;

	mutex_lock(&d->services.lock);
	drlb_services_flush(&d->services);
	mutex_unlock(&d->services.lock);
	drlb_conns_exit(&d->conns);
	drlb_services_exit(&d->services);
	drlb_egresses_exit(&dn->egresses);
	free_percpu(d->counters);
}

static struct pernet_operations drlb_net_ops = {
	.init		= drlb_net_start,
	.exit		= drlb_net_stop,
	.id		= &drlb_net_id,
	.size		= sizeof(struct drlb_net),
};

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

	mutex_lock(&dn->director.services.lock);
	drlb_hooks_disable(&dn->hooks, net);
	mutex_unlock(&dn->director.services.lock);

	drlb_egresses_stop(&dn->egresses);
}

static struct pernet_operations drlb_live_ops = {
	.init		= drlb_live_start,
	.pre_exit	= drlb_live_stop,
};

int __init drlb_net_init(void)
{
	int err;

	err = register_pernet_subsys(&drlb_net_ops);
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
	unregister_pernet_subsys(&drlb_net_ops);
	return err;
}

void drlb_net_exit(void)
{
	unregister_pernet_subsys(&drlb_live_ops);
	drlb_notify_exit();
	unregister_pernet_subsys(&drlb_net_ops);
}
