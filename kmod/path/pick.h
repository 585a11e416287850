/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_PICK_H
#define _DRLB_PICK_H

#include "path/director.h"

/*
 * The server for a packet that has none yet. NULL if there is none now.
 *
 * Context of all: softirq, RCU read-side section.
 */

/* By @sched. */
static __always_inline struct drlb_server *
drlb_pick(const struct drlb_pool *pool, const struct drlb_sched *sched,
	  const struct drlb_packet *pkt)
{
	const struct drlb_live *live = rcu_dereference(pool->live);

	if (likely(live->n))
		return sched->pick(pool, live, pkt);

	return pool->conf.on_dead == DRLB_ON_DEAD_OPEN ?
	       drlb_sched_blind(pool, pkt) : NULL;
}

/* By the template of the client of a persistent service or a new template, which
 * *@template is then; the caller holds it. @state is that of the connection.
 */
struct drlb_server *
drlb_pick_for_client(struct drlb_director *d, const struct drlb_packet *pkt,
		     const struct drlb_pool *pool,
		     const struct drlb_sched *sched, u32 state,
		     struct drlb_conn **template);

/* Without a new template: the server that the client of a persistent service has,
 * or that the hash of the client leads to.
 */
struct drlb_server *drlb_pick_of_client(struct drlb_director *d,
					const struct drlb_packet *pkt,
					const struct drlb_pool *pool);

/* The same server for each packet to come: by the hash, or the client's. */
static __always_inline struct drlb_server *
drlb_pick_hashed(struct drlb_director *d, const struct drlb_packet *pkt,
		 const struct drlb_pool *pool)
{
	struct drlb_server *server;

	server = unlikely(pool->conf.persistent) ?
		 drlb_pick_of_client(d, pkt, pool) :
		 drlb_sched_hashed(pool, rcu_dereference(pool->live), pkt);

	if (unlikely(!server && pool->conf.on_dead == DRLB_ON_DEAD_OPEN))
		server = drlb_sched_blind(pool, pkt);

	return server;
}

/* Flows scheduled without an entry reappear in mid-stream without a SYN. Note
 * that some of @budget exist; this writes at most once a second.
 */
static inline void drlb_stateless_mark(struct drlb_director *d, u8 budget)
{
	u64 now = get_jiffies_64();

	if (now - READ_ONCE(d->stateless[budget]) > HZ)
		WRITE_ONCE(d->stateless[budget], now);
}

/* True if it is less long ago than such a flow may be idle. */
static inline bool drlb_stateless_lately(const struct drlb_director *d,
					 u8 budget)
{
	u8 state = budget < DRLB_PROTOS ? drlb_protos[budget].idle :
					  DRLB_CONNECTION_ESTABLISHED;
	u32 idle = READ_ONCE(d->conns.limits.timeout[state]);
	u64 at = READ_ONCE(d->stateless[budget]);

	return at && get_jiffies_64() - at < (u64)idle << DRLB_CONN_SHIFT;
}

#endif /* _DRLB_PICK_H */
