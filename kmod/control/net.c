// SPDX-License-Identifier: GPL-2.0
/*
 * A namespace's director, from its beginning to its end.
 *
 * The order of the end: first the hooks and the devices go, the notifiers are
 * told to stay away, and the egresses let go of neighbours, which would hold up
 * the end of their devices (pre_exit); then the core waits for a grace period,
 * after which no packet and no notifier is inside. The services are removed,
 * which retires their servers; the connections are freed without ceremony, for
 * nobody reads their servers' counts any more; the servers are reaped, which
 * lets go of the egresses. Pools,
 * services and servers are freed by RCU; the module's exit waits for that.
 */
#include "control/net.h"
#include "conn/conn.h"
#include "door/device.h"
#include "server/egress.h"
#include "door/hook.h"
#include "server/server.h"
#include "service/service.h"

#include <linux/cred.h>
#include <linux/rtnetlink.h>
#include <net/netns/generic.h>

static unsigned int drlb_net_id __read_mostly;

/* Connections of a namespace in a user namespace: 6 MB. */
#define GUEST_CONN_MAX		65536
#define GUEST_HALF_OPEN_MAX	(GUEST_CONN_MAX / 8)

struct drlb_settings drlb_settings_default __read_mostly;
int drlb_hook_priority __read_mostly;

struct drlb_net *drlb_net(const struct net *net)
{
	return net_generic(net, drlb_net_id);
}

void drlb_settings_initial(const struct net *net, struct drlb_settings *set)
{
	*set = drlb_settings_default;
	if (net->user_ns == &init_user_ns)
		return;

	set->conn_max = min_t(u32, set->conn_max, GUEST_CONN_MAX);
	set->half_open_max = min_t(u32, set->half_open_max,
				   GUEST_HALF_OPEN_MAX);
}

void drlb_settings_set(struct drlb_net *dn, const struct drlb_settings *set)
{
	int i;

	lockdep_assert_held(&dn->lock);

	WRITE_ONCE(dn->settings.conn_max, set->conn_max);
	WRITE_ONCE(dn->settings.half_open_max, set->half_open_max);
	WRITE_ONCE(dn->settings.probe_interval, set->probe_interval);
	for (i = 0; i < DRLB_STATES; i++) {
		WRITE_ONCE(dn->settings.timeout[i], set->timeout[i]);
		WRITE_ONCE(dn->timeout[i], set->timeout[i] * HZ);
	}
}

static int __net_init drlb_net_start(struct net *net)
{
	struct drlb_net *dn = drlb_net(net);
	struct drlb_settings set;
	int err;

	dn->net = net;
	mutex_init(&dn->lock);
	INIT_LIST_HEAD(&dn->devices);
	drlb_servers_init(dn);

	drlb_settings_initial(net, &set);
	mutex_lock(&dn->lock);
	drlb_settings_set(dn, &set);
	mutex_unlock(&dn->lock);

	dn->counters = drlb_counters_alloc();
	if (!dn->counters)
		return -ENOMEM;

	err = drlb_services_init(dn);
	if (err)
		goto err_counters;

	err = drlb_conns_init(dn);
	if (err)
		goto err_services;

	err = drlb_egresses_init(dn);
	if (err)
		goto err_conns;

	rtnl_lock();
	WRITE_ONCE(dn->live, true);
	rtnl_unlock();

	return 0;

err_conns:
	drlb_conns_exit(dn);
err_services:
	drlb_services_exit(dn);
err_counters:
	free_percpu(dn->counters);
	return err;
}

static void __net_exit drlb_net_pre_exit(struct net *net)
{
	struct drlb_net *dn = drlb_net(net);

	rtnl_lock();
	WRITE_ONCE(dn->live, false);
	drlb_device_flush(dn);
	rtnl_unlock();

	mutex_lock(&dn->lock);
	drlb_hooks_disable(dn);
	mutex_unlock(&dn->lock);

	drlb_egresses_stop(dn);
}

static void __net_exit drlb_net_stop(struct net *net)
{
	struct drlb_net *dn = drlb_net(net);

	drlb_services_exit(dn);
	drlb_conns_exit(dn);
	drlb_servers_exit(dn);
	drlb_egresses_exit(dn);
	free_percpu(dn->counters);
	mutex_destroy(&dn->lock);
}

static struct pernet_operations drlb_net_ops = {
	.init		= drlb_net_start,
	.pre_exit	= drlb_net_pre_exit,
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
