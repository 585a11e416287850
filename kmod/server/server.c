// SPDX-License-Identifier: GPL-2.0
#include "server/server.h"
#include "base/memory.h"
#include "service/service.h"

#include <linux/rcupdate.h>
#include <linux/slab.h>

static void server_changed(struct drlb_egress_user *user)
{
	drlb_sched_recount(container_of(user, struct drlb_server, user));
}

struct drlb_server *drlb_server_create(struct drlb_net *dn,
				       struct drlb_service *svc,
				       const union nf_inet_addr *addr)
{
	struct drlb_server *server;
	int err = -ENOMEM;

	lockdep_assert_held(&dn->lock);

	server = kzalloc(sizeof(*server), DRLB_GFP_CONFIG);
	if (!server)
		return ERR_PTR(-ENOMEM);

	server->traffic = drlb_traffic_alloc(&server->traffic_block);
	if (!server->traffic)
		goto err_server;

	server->user.changed = server_changed;
	server->egress = drlb_egress_get(dn, svc->key.family, addr,
					 &server->user);
	if (IS_ERR(server->egress)) {
		err = PTR_ERR(server->egress);
		goto err_traffic;
	}

	server->service = svc;
	server->addr = *addr;
	INIT_LIST_HEAD(&server->list);
	INIT_LIST_HEAD(&server->retired_list);

	return server;

err_traffic:
	drlb_traffic_free(server->traffic_block, server->traffic);
err_server:
	kfree(server);
	return ERR_PTR(err);
}

static void server_free(struct rcu_head *rcu)
{
	struct drlb_server *server = container_of(rcu, struct drlb_server, rcu);

	drlb_traffic_free(server->traffic_block, server->traffic);
	kfree(server);
}

void drlb_server_destroy(struct drlb_server *server)
{
	RCU_INIT_POINTER(server->entry, NULL);
	drlb_egress_put(server->egress, &server->user);
	call_rcu(&server->rcu, server_free);
}

void drlb_server_retire(struct drlb_net *dn, struct drlb_server *server)
{
	lockdep_assert_held(&dn->lock);

	WRITE_ONCE(server->dead, true);
	RCU_INIT_POINTER(server->entry, NULL);
	server->cookie = start_poll_synchronize_rcu();
	list_move_tail(&server->list, &server->service->retired);
	/* The first of many sets the time; the others must not put it off. */
	if (list_empty(&dn->retired))
		mod_delayed_work(system_power_efficient_wq, &dn->reap, HZ / 10);
	list_add_tail(&server->retired_list, &dn->retired);
}

struct drlb_server *drlb_server_find_retired(struct drlb_service *svc,
					     const union nf_inet_addr *addr)
{
	struct drlb_server *server;

	list_for_each_entry(server, &svc->retired, list) {
		if (nf_inet_addr_cmp(&server->addr, addr))
			return server;
	}

	return NULL;
}

void drlb_server_revive(struct drlb_server *server)
{
	list_del_init(&server->list);
	list_del_init(&server->retired_list);
	WRITE_ONCE(server->dead, false);
}

void drlb_server_totals(const struct drlb_server *server,
			struct drlb_totals *totals)
{
	drlb_traffic_sum(server->traffic, totals);
	drlb_totals_sub(totals, &server->base);
}

void drlb_server_zero(struct drlb_server *server)
{
	drlb_traffic_sum(server->traffic, &server->base);
}

/* Its counters go on in the service's sum; packets that hold it from before the
 * last connection's end may read it a grace period longer.
 */
static void server_reap(struct drlb_server *server)
{
	struct drlb_totals totals;

	if (server->service) {
		drlb_server_totals(server, &totals);
		drlb_totals_add(&server->service->past, &totals);
		list_del(&server->list);
	}
	list_del(&server->retired_list);
	drlb_egress_put(server->egress, &server->user);
	call_rcu(&server->rcu, server_free);
}

static void drlb_servers_reap(struct work_struct *work)
{
	struct drlb_net *dn = container_of(to_delayed_work(work),
					   struct drlb_net, reap);
	struct drlb_server *server, *next;

	mutex_lock(&dn->lock);
	list_for_each_entry_safe(server, next, &dn->retired, retired_list) {
		if (poll_state_synchronize_rcu(server->cookie) &&
		    !drlb_server_conns(server))
			server_reap(server);
		cond_resched();
	}
	if (!list_empty(&dn->retired))
		queue_delayed_work(system_power_efficient_wq, &dn->reap, HZ);
	mutex_unlock(&dn->lock);
}

void drlb_servers_init(struct drlb_net *dn)
{
	INIT_LIST_HEAD(&dn->retired);
	INIT_DELAYED_WORK(&dn->reap, drlb_servers_reap);
}

void drlb_servers_exit(struct drlb_net *dn)
{
	struct drlb_server *server, *next;

	cancel_delayed_work_sync(&dn->reap);
	list_for_each_entry_safe(server, next, &dn->retired, retired_list) {
		server_reap(server);
		cond_resched();
	}
}
