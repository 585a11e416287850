// SPDX-License-Identifier: GPL-2.0
/*
 * The states of servers' next hops, as far as services are concerned: which
 * servers can be used now, and the events that tell of it. A next hop may have
 * very many users, so its notification only notes the services; this work
 * looks at them in slices.
 */
#include "base/event.h"
#include "service/service.h"

/* Services that are brought up to date before others may take the lock. */
#define SLICE	64

/* Its next hop is in another state, or it is full, or no longer. Who is last here
 * has the last word about that.
 * Context: any; drlb_egresses.lock held, or RCU read-side section.
 */
void drlb_service_server_changed(struct drlb_egress_user *user)
{
	struct drlb_server *server = container_of(user, struct drlb_server,
						  user);
	struct drlb_service *svc = server->service;
	struct drlb_services *services = svc->services;

	spin_lock_bh(&services->dirty_lock);
	WRITE_ONCE(server->full, READ_ONCE(server->load.full));
	if (list_empty(&svc->dirty))
		list_add_tail(&svc->dirty, &services->dirty);
	spin_unlock_bh(&services->dirty_lock);
	drlb_share_wake(&services->share, &services->refresh, 0);
}

void drlb_service_forget_news(struct drlb_service *svc)
{
	spin_lock_bh(&svc->services->dirty_lock);
	list_del_init(&svc->dirty);
	spin_unlock_bh(&svc->services->dirty_lock);
}

static struct drlb_service *dirty_take(struct drlb_services *services)
{
	struct drlb_service *svc;

	spin_lock_bh(&services->dirty_lock);
	svc = list_first_entry_or_null(&services->dirty, struct drlb_service,
				       dirty);
	if (svc)
		list_del_init(&svc->dirty);
	spin_unlock_bh(&services->dirty_lock);

	return svc;
}

static void publish_states(struct drlb_service *svc)
{
	struct drlb_event event = {
		.net = svc->services->net,
		.kind = DRLB_EVENT_SERVER_STATE,
		.service = &svc->key,
	};
	struct drlb_server_conf conf;
	struct drlb_server *server;

	list_for_each_entry(server, &svc->servers, list) {
		u8 state = drlb_server_state(server);

		if (server->shown == state)
			continue;
		server->shown = state;
		drlb_service_server_conf(server, &conf);
		event.server = &conf;
		event.state = state;
		drlb_event_publish(&event);
	}
}

/* False if there is no memory. The old live set goes on: packets look at the
 * servers' states as well.
 */
static bool service_refresh(struct drlb_service *svc)
{
	struct drlb_live *live, *before;
	struct drlb_pool *pool;

	lockdep_assert_held(&svc->services->lock);

	if (svc->is_gone)
		return true;

	pool = rcu_dereference_protected(svc->pool, true);
	before = rcu_dereference_protected(pool->live, true);
	live = drlb_live_create(pool, before);
	if (IS_ERR(live))
		return false;

	drlb_pool_set_live(pool, live);
	publish_states(svc);

	return true;
}

/* False when there is nothing more to do, or no memory to do it. */
static bool refresh_slice(struct drlb_services *services)
{
	struct drlb_service *svc = NULL;
	bool done = true;
	int i;

	mutex_lock(&services->lock);
	for (i = 0; i < SLICE && done; i++) {
		svc = dirty_take(services);
		if (!svc)
			break;
		done = service_refresh(svc);
		cond_resched();
	}
	if (!done) {
		spin_lock_bh(&services->dirty_lock);
		if (list_empty(&svc->dirty))
			list_add(&svc->dirty, &services->dirty);
		spin_unlock_bh(&services->dirty_lock);
		drlb_share_wake(&services->share, &services->refresh, HZ);
	}
	mutex_unlock(&services->lock);

	return svc && done;
}

void drlb_services_refresh(struct work_struct *work)
{
	struct drlb_services *services = container_of(to_delayed_work(work),
						      struct drlb_services,
						      refresh);

	drlb_share_begin(&services->share);
	while (refresh_slice(services))
		cond_resched();
	drlb_share_end(&services->share);
}
