// SPDX-License-Identifier: GPL-2.0
#include "server/server.h"
#include "base/memory.h"

#include <linux/rcupdate.h>
#include <linux/slab.h>

/* A server that is dead is none of the service's business. One that is seen
 * alive stays in memory, with its service, until a grace period later.
 */
static void server_crossed(struct drlb_load *load)
{
	struct drlb_server *server = drlb_load_server(load);

	if (!READ_ONCE(server->dead))
		server->user.changed(&server->user);
}

struct drlb_server *
drlb_server_create(struct drlb_egresses *egresses, u8 family,
		   const union nf_inet_addr *addr,
		   struct drlb_service *service,
		   void (*changed)(struct drlb_egress_user *user))
{
	struct drlb_server *server;
	int err = -ENOMEM;

	server = kzalloc(sizeof(*server), DRLB_GFP_CONFIG);
	if (!server)
		return ERR_PTR(-ENOMEM);

	server->traffic = drlb_traffic_alloc(&server->traffic_block);
	if (!server->traffic)
		goto err_server;

	server->service = service;
	server->load.addr = *addr;
	server->load.crossed = server_crossed;
	server->user.changed = changed;
	INIT_LIST_HEAD(&server->list);
	INIT_LIST_HEAD(&server->retired_list);
	server->egress = drlb_egress_get(egresses, family, addr,
					 &server->user);
	if (IS_ERR(server->egress)) {
		err = PTR_ERR(server->egress);
		goto err_traffic;
	}
	server->shown = READ_ONCE(server->egress->state);

	return server;

err_traffic:
	drlb_traffic_free(server->traffic_block, server->traffic);
err_server:
	kfree(server);
	return ERR_PTR(err);
}

struct drlb_server *drlb_server_find(const struct list_head *list,
				     const union nf_inet_addr *addr)
{
	struct drlb_server *server;

	list_for_each_entry(server, list, list) {
		if (nf_inet_addr_cmp(drlb_server_addr(server), addr))
			return server;
	}

	return NULL;
}

static void server_free(struct rcu_head *rcu)
{
	struct drlb_server *server = container_of(rcu, struct drlb_server, rcu);

	drlb_traffic_free(server->traffic_block, server->traffic);
	kfree(server);
}

/* Packets that hold it from before the last connection's end may read it a
 * grace period longer.
 */
void drlb_server_destroy(struct drlb_server *server)
{
	RCU_INIT_POINTER(server->load.follower, NULL);
	drlb_egress_put(server->egress, &server->user);
	call_rcu(&server->rcu, server_free);
}

void drlb_server_totals(const struct drlb_server *server,
			struct drlb_totals *totals)
{
	drlb_traffic_sum(server->traffic, totals);
	drlb_totals_sub(totals, &server->base);
}

void drlb_server_gauges(const struct drlb_server *server,
			struct drlb_gauges *now)
{
	now->active = drlb_load_active(&server->load);
	now->inactive = drlb_load_inactive(&server->load);
	now->persistent = drlb_load_persistent(&server->load);
}

void drlb_server_zero(struct drlb_server *server)
{
	drlb_traffic_sum(server->traffic, &server->base);
}
