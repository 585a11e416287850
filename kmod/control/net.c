// SPDX-License-Identifier: GPL-2.0
/* The memory of a namespace's director. live.c says when it works. */
#include "control/net.h"

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
	for (i = 0; i < DRLB_BUDGETS; i++)
		WRITE_ONCE(limits->unproven_max[i], set->unproven_max[i]);
	for (i = 0; i < DRLB_STATES; i++)
		WRITE_ONCE(limits->timeout[i], set->timeout[i] * DRLB_CONN_HZ);
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
	drlb_doors_init(dn);

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

int __init drlb_net_init(void)
{
	return register_pernet_subsys(&drlb_net_ops);
}

void drlb_net_exit(void)
{
	unregister_pernet_subsys(&drlb_net_ops);
}
