/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SERVICE_H
#define _DRLB_SERVICE_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rhashtable-types.h>
#include <linux/xarray.h>

#include <drlb.h>

#include "base/key.h"
#include "base/work.h"
#include "conn/conn.h"
#include "sched/sched.h"
#include "server/server.h"
#include "service/options.h"

/**
 * struct drlb_service - a virtual service
 *
 * When it is removed while connections count in its servers it is gone, but
 * not freed: the same service added again is this one, with its servers, their
 * connections and counters.
 *
 * @node: in drlb_services.table
 * @key: the VIP, protocol and port, or a mark
 * @pool: its servers, as packets see them; never NULL for packets
 * @cursor: where schedulers that take turns are; outlives pools
 * @id: index in drlb_services.ids
 * @conf: scheduler and other options
 * @timeout: by enum drlb_connection_state, in units of drlb_conn_now(), if it
 *	has own ones
 * @services: the namespace's
 * @servers: struct drlb_server, by address
 * @servers_n: how many
 * @retired: removed ones that connections still name
 * @past: counters of the reaped
 * @dirty: in drlb_services.dirty, or empty
 * @gone_node: in drlb_services.gone. A packet that walks a chain of the table
 *	must not be led into one of these.
 * @is_gone: it has been removed
 * @rcu: frees it
 */
struct drlb_service {
	struct rhash_head node;
	struct drlb_service_key key;
	struct drlb_pool __rcu *pool;
	atomic64_t cursor;

	u32 id;
	struct drlb_service_conf conf;
	u32 timeout[DRLB_STATES];
	struct drlb_services *services;
	struct list_head servers;
	u32 servers_n;
	struct list_head retired;
	struct drlb_totals past;
	struct list_head dirty;
	struct rhash_head gone_node;
	bool is_gone;
	struct rcu_head rcu;
};

/**
 * struct drlb_services - the services of a namespace
 * @table: struct drlb_service by key
 * @anyport: how many are for any port
 * @marks: how many are for marks
 * @net: the namespace
 * @egresses: its next hops
 * @timeout: its timeouts, in the same form
 * @lock: serialises configuration; see control/net.h
 * @ids: services by id, which is the order of dumps
 * @id_next: next id
 * @pool_latest: the newest pool, unless it is retired
 * @gone: removed services whose servers are not reaped yet, by key
 * @retired: removed servers that connections still name
 * @reap: frees these
 * @dirty_lock: protects @dirty, and drlb_server.full. Taken in softirq, too.
 * @dirty: services whose servers' next hops have changed
 * @refresh: brings these up to date
 * @share: of @refresh
 * @generation: counts changes, for dumps to notice
 */
struct drlb_services {
	struct rhashtable table;
	u32 anyport;
	u32 marks;

	struct net *net;
	struct drlb_egresses *egresses;
	const u32 *timeout;
	struct mutex lock;	/* see above */
	struct xarray ids;
	u32 id_next;
	struct drlb_pool *pool_latest;
	struct rhashtable gone;
	struct list_head retired;
	struct delayed_work reap;
	spinlock_t dirty_lock;	/* see above */
	struct list_head dirty;
	struct delayed_work refresh;
	struct drlb_share share;
	u32 generation;
};

/* Jiffies for which the connections of a removed service wait for it to come
 * back: their packets are dropped in silence, for the local stack would reset
 * them.
 */
#define DRLB_SERVICE_GRACE	(10 * HZ)

/* True if it is less long ago that the server was removed. */
static inline bool drlb_server_in_grace(const struct drlb_server *server)
{
	return time_before(jiffies,
			   READ_ONCE(server->retired) + DRLB_SERVICE_GRACE);
}

/**
 * struct drlb_service_change - a service as it is to be
 * @key: which
 * @conf: options; of these only those in @has are set
 * @has: mask of the options that were given, by the index of their rows
 * @servers: the whole set, if @replace; sorted in place
 * @servers_n: how many
 * @replace: servers are given
 * @check: only see if it could be done
 * @culprit: on error, the origin of the server to blame, or NULL
 */
struct drlb_service_change {
	struct drlb_service_key key;
	struct drlb_service_conf conf;
	u32 has;
	struct drlb_server_conf *servers;
	u32 servers_n;
	bool replace;
	bool check;
	const void *culprit;
};

/* The service that a packet with @mark is for: the mark first, then the exact
 * port, then any. Context: RCU read-side section.
 */
struct drlb_service *drlb_service_find(struct drlb_services *services,
				       const struct drlb_packet *pkt, u32 mark);
/* The service for @mark, or NULL. Context: RCU read-side section. */
struct drlb_service *drlb_service_marked(struct drlb_services *services,
					 u8 family, u32 mark);

/* ---- configuration: drlb_services.lock held, process context -------------- */

/* The service of a key, or NULL. */
struct drlb_service *drlb_service_get(struct drlb_services *services,
				      const struct drlb_service_key *key);
/* The server at an address, or NULL. */
struct drlb_server *drlb_service_server(struct drlb_service *svc,
					const union nf_inet_addr *addr);

/* The options of a server. */
void drlb_service_server_conf(const struct drlb_server *server,
			      struct drlb_server_conf *conf);

/* Sums over all its servers, past ones included. */
void drlb_service_totals(const struct drlb_service *svc,
			 struct drlb_totals *totals, struct drlb_gauges *now);
void drlb_service_zero(struct drlb_service *svc);

/* change.c: the changes, which are checked already. Each is made whole or, on
 * an error (ENOMEM, ENOSPC), not at all.
 */
int drlb_service_add(struct drlb_services *services,
		     const struct drlb_service_change *change,
		     struct drlb_service **added);
int drlb_service_set(struct drlb_service *svc,
		     const struct drlb_service_change *change);
void drlb_service_del(struct drlb_service *svc);
void drlb_services_flush(struct drlb_services *services);
int drlb_service_server_add(struct drlb_service *svc,
			    const struct drlb_server_conf *conf);
int drlb_service_server_set(struct drlb_service *svc,
			    struct drlb_server *server,
			    const struct drlb_server_conf *conf);
int drlb_service_server_del(struct drlb_service *svc,
			    struct drlb_server *server);
/* The namespace's timeouts are others. */
void drlb_services_follow_timeouts(struct drlb_services *services);

/* members.c: sort the servers of a wanted set by address. */
void drlb_service_sort(struct drlb_service_change *change);

/* retire.c: servers and services that have been removed. */
void drlb_service_retire_server(struct drlb_service *svc,
				struct drlb_server *server,
				enum drlb_server_end end);
/* A removed service that comes back, or NULL. */
struct drlb_service *drlb_service_return(struct drlb_services *services,
					 const struct drlb_service_key *key);
/* Keep it for its return, or free it if nothing counts in it. */
void drlb_service_leave(struct drlb_service *svc);
void drlb_services_reap(struct work_struct *work);
void drlb_services_reap_all(struct drlb_services *services);

/* refresh.c: what the servers' next hops tell. */
void drlb_service_server_changed(struct drlb_egress_user *user);
void drlb_services_refresh(struct work_struct *work);
/* It has no news to be told of any more. */
void drlb_service_forget_news(struct drlb_service *svc);

extern const struct rhashtable_params drlb_service_params;
extern const struct rhashtable_params drlb_gone_params;

int drlb_services_init(struct drlb_services *services, struct net *net,
		       struct drlb_egresses *egresses, const u32 *timeout);
/* No packet and no connection may name a server any more. */
void drlb_services_exit(struct drlb_services *services);

#endif /* _DRLB_SERVICE_H */
