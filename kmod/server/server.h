/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SERVER_H
#define _DRLB_SERVER_H

#include <linux/list.h>
#include <linux/netfilter.h>

#include "base/load.h"
#include "base/stats.h"
#include "server/egress.h"

struct drlb_service;

/* How a server was removed, if it was: alone, or with its whole service. */
enum drlb_server_end {
	DRLB_SERVER_LIVES,
	DRLB_SERVER_REMOVED,
	DRLB_SERVER_WITH_SERVICE,
};

/**
 * struct drlb_server - a real server of one service
 *
 * It is live from its configuration to its removal. Then it is retired: dead
 * to packets, but in memory as long as entries count in it; the same
 * server added again in the meantime is this one. When the last connection is
 * gone and RCU has seen every packet that may hold the old pool, it is reaped.
 *
 * @egress: next hop, for good
 * @traffic: counters
 * @timeout: by enum drlb_connection_state, in units of drlb_conn_now(): the
 *	service's, or the namespace's
 * @retired: jiffies of its removal; valid while it is dead
 * @dead: enum drlb_server_end. Under drlb_services.lock; packets only read it.
 * @full: no new connections, see struct drlb_load. Under
 *	drlb_services.dirty_lock; packets only read it.
 * @weight: 0 is quiesced. Some disciplines read it.
 * @lower: the lower threshold as configured; 0 goes by the upper one
 * @load: its connections
 * @service: opaque here; for good
 * @list: in drlb_service.servers, by address, or drlb_service.retired
 * @retired_list: in drlb_services.retired
 * @cookie: the grace period after which no packet finds it in a pool
 * @traffic_block: where @traffic is from
 * @base: what @traffic showed when it was zeroed
 * @user: of @egress
 * @shown: the state that the last event told
 * @rcu: frees it
 */
struct drlb_server {
	struct drlb_egress *egress;
	struct drlb_traffic __percpu *traffic;
	const u32 *timeout;
	unsigned long retired;
	u8 dead;
	bool full;
	u32 weight;
	u32 lower;

	struct drlb_load load;

	struct drlb_service *service ____cacheline_aligned_in_smp;
	struct list_head list;
	struct list_head retired_list;
	unsigned long cookie;
	struct drlb_traffic_block *traffic_block;
	struct drlb_totals base;
	struct drlb_egress_user user;
	u8 shown;
	struct rcu_head rcu;
};

/* The server whose load it is. */
static inline struct drlb_server *drlb_load_server(struct drlb_load *load)
{
	return container_of(load, struct drlb_server, load);
}

/* True if new connections may go there. */
static inline bool drlb_server_usable(const struct drlb_server *server)
{
	return !READ_ONCE(server->dead) && !READ_ONCE(server->full) &&
	       drlb_egress_usable(server->egress);
}

/* True if packets of its connections may go there. */
static inline bool drlb_server_reachable(const struct drlb_server *server)
{
	return !READ_ONCE(server->dead) && drlb_egress_usable(server->egress);
}

/* enum drlb_server_state */
static inline u8 drlb_server_state(const struct drlb_server *server)
{
	u8 state = READ_ONCE(server->egress->state);

	return READ_ONCE(server->full) && drlb_egress_usable(server->egress) ?
	       DRLB_SERVER_FULL : state;
}

static inline const union nf_inet_addr *
drlb_server_addr(const struct drlb_server *server)
{
	return &server->load.addr;
}

/* One of @service at @addr; @changed is called as drlb_egress_user says.
 * ERR_PTR(-ENOMEM) or an error of drlb_egress_get(). Context: process.
 */
struct drlb_server *
drlb_server_create(struct drlb_egresses *egresses, u8 family,
		   const union nf_inet_addr *addr,
		   struct drlb_service *service,
		   void (*changed)(struct drlb_egress_user *user));
/* The one at @addr in a list of a service's, or NULL. */
struct drlb_server *drlb_server_find(const struct list_head *list,
				     const union nf_inet_addr *addr);
/* Free it after a grace period. No connection may count in it. */
void drlb_server_destroy(struct drlb_server *server);
void drlb_server_totals(const struct drlb_server *server,
			struct drlb_totals *totals);
void drlb_server_gauges(const struct drlb_server *server,
			struct drlb_gauges *now);
void drlb_server_zero(struct drlb_server *server);

#endif /* _DRLB_SERVER_H */
