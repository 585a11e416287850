// SPDX-License-Identifier: GPL-2.0
/*
 * Servers and services that have been removed. Connections and clients name
 * servers, so a server stays in memory as long as they do; and a connection goes by the
 * protocol, the VIP, the port and the server, not by the object that these
 * belong to, so a removed service stays as long as its servers do.
 */
#include "service/service.h"

#include <linux/rhashtable.h>
#include <linux/slab.h>

void drlb_service_retire_server(struct drlb_service *svc,
				struct drlb_server *server,
				enum drlb_server_end end)
{
	struct drlb_services *services = svc->services;

	lockdep_assert_held(&services->lock);

	server->retired = jiffies;
	WRITE_ONCE(server->dead, end);
	RCU_INIT_POINTER(server->load.follower, NULL);
	server->cookie = start_poll_synchronize_rcu();
	list_move_tail(&server->list, &svc->retired);
	/* The first of many sets the time; the others must not put it off. */
	if (list_empty(&services->retired))
		mod_delayed_work(drlb_work_queue, &services->reap, HZ / 10);
	list_add_tail(&server->retired_list, &services->retired);
}

static void service_free(struct drlb_service *svc)
{
	rhashtable_remove_fast(&svc->services->gone, &svc->gone_node,
			       drlb_gone_params);
	drlb_service_forget_news(svc);
	kfree_rcu(svc, rcu);
}

void drlb_service_leave(struct drlb_service *svc)
{
	svc->is_gone = true;
	if (list_empty(&svc->retired)) {
		service_free(svc);
		return;
	}

	/* Without memory it cannot come back; the reaper frees it. */
	rhashtable_insert_fast(&svc->services->gone, &svc->gone_node,
			       drlb_gone_params);
}

struct drlb_service *drlb_service_return(struct drlb_services *services,
					 const struct drlb_service_key *key)
{
	struct drlb_service *svc;

	svc = rhashtable_lookup_fast(&services->gone, key, drlb_gone_params);
	if (svc)
		rhashtable_remove_fast(&services->gone, &svc->gone_node,
				       drlb_gone_params);

	return svc;
}

/* Its counters go on in the service's sum. */
static void server_reap(struct drlb_server *server)
{
	struct drlb_service *svc = server->service;
	struct drlb_totals totals;

	drlb_server_totals(server, &totals);
	drlb_totals_add(&svc->past, &totals);
	list_del(&server->list);
	list_del(&server->retired_list);
	drlb_server_destroy(server);
	if (svc->is_gone && list_empty(&svc->retired))
		service_free(svc);
}

/* A server that is removed with its service may come back with it. */
static bool server_may_return(const struct drlb_server *server)
{
	return READ_ONCE(server->dead) == DRLB_SERVER_WITH_SERVICE &&
	       drlb_server_in_grace(server);
}

/* A service that is gone keeps its servers, and so its counters, for the time
 * in which it may come back.
 */
static bool server_is_over(const struct drlb_server *server)
{
	return poll_state_synchronize_rcu(server->cookie) &&
	       drlb_load_is_idle(&server->load) &&
	       (!server->service->is_gone || !drlb_server_in_grace(server));
}

void drlb_services_reap(struct work_struct *work)
{
	struct drlb_services *services = container_of(to_delayed_work(work),
						      struct drlb_services,
						      reap);
	struct drlb_server *server, *next;

	mutex_lock(&services->lock);
	list_for_each_entry_safe(server, next, &services->retired,
				 retired_list) {
		if (!server_may_return(server))
			WRITE_ONCE(server->load.closed, true);
		if (server_is_over(server))
			server_reap(server);
		cond_resched();
	}
	if (!list_empty(&services->retired))
		queue_delayed_work(drlb_work_queue, &services->reap, HZ);
	mutex_unlock(&services->lock);
}

void drlb_services_reap_all(struct drlb_services *services)
{
	struct drlb_server *server, *next;

	cancel_delayed_work_sync(&services->reap);
	mutex_lock(&services->lock);
	list_for_each_entry_safe(server, next, &services->retired,
				 retired_list) {
		server_reap(server);
		cond_resched();
	}
	mutex_unlock(&services->lock);
}
