/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SERVER_H
#define _DRLB_SERVER_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/netfilter.h>

#include "server/egress.h"
#include "base/stats.h"

struct drlb_pool_entry;
struct drlb_service;

/**
 * struct drlb_server - a real server of one service
 *
 * It is live from its configuration to its removal. Then it is retired: dead to
 * packets, but in memory as long as connections name it; the same server added
 * again in the meantime is this one. When the last connection is gone and RCU
 * has seen every packet that may hold the old pool, it is reaped.
 *
 * @egress: next hop, for good
 * @traffic: counters
 * @dead: retired. Under drlb_net.lock; packets only read it.
 * @weight: 0 is quiesced
 * @addr: its address; the family is the service's
 * @active: connections in SYN_RECV or ESTABLISHED
 * @inactive: all others
 * @entry: of the pool that follows its load, or NULL
 * @service: whose server it is or was; NULL once that is gone
 * @list: in drlb_service.servers, by address, or drlb_service.retired
 * @retired_list: in drlb_net.retired
 * @cookie: the grace period after which no packet finds it in a pool
 * @traffic_block: where @traffic is from
 * @base: what @traffic showed when it was zeroed
 * @user: is told of changes of @egress's state
 * @rcu: frees it
 */
struct drlb_server {
	struct drlb_egress *egress;
	struct drlb_traffic __percpu *traffic;
	bool dead;
	u32 weight;
	union nf_inet_addr addr;

	/* Written for each new connection, away from what each packet reads. */
	atomic_t active ____cacheline_aligned_in_smp;
	atomic_t inactive;
	struct drlb_pool_entry __rcu *entry;

	struct drlb_service *service ____cacheline_aligned_in_smp;
	struct list_head list;
	struct list_head retired_list;
	unsigned long cookie;
	struct drlb_traffic_block *traffic_block;
	struct drlb_totals base;
	struct drlb_egress_user user;
	struct rcu_head rcu;
};

/* Whether new connections may go there. */
static inline bool drlb_server_usable(const struct drlb_server *server)
{
	return !READ_ONCE(server->dead) && drlb_egress_usable(server->egress);
}

/* Connections that name it. */
static inline unsigned int drlb_server_conns(const struct drlb_server *server)
{
	return atomic_read(&server->active) + atomic_read(&server->inactive);
}

/* All of these: drlb_net.lock held. */
struct drlb_server *drlb_server_create(struct drlb_net *dn,
				       struct drlb_service *svc,
				       const union nf_inet_addr *addr);
/* One that no packet ever saw. */
void drlb_server_destroy(struct drlb_server *server);
void drlb_server_retire(struct drlb_net *dn, struct drlb_server *server);
/* The retired server of @svc at @addr, or NULL; and make it live again. The
 * caller puts it into the service's list.
 */
struct drlb_server *drlb_server_find_retired(struct drlb_service *svc,
					     const union nf_inet_addr *addr);
void drlb_server_revive(struct drlb_server *server);
void drlb_server_totals(const struct drlb_server *server,
			struct drlb_totals *totals);
void drlb_server_zero(struct drlb_server *server);

void drlb_servers_init(struct drlb_net *dn);
/* No packet and no connection any more. */
void drlb_servers_exit(struct drlb_net *dn);

#endif /* _DRLB_SERVER_H */
