/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SCHED_H
#define _DRLB_SCHED_H

#include <linux/netlink.h>
#include <linux/types.h>

#include "path/packet.h"
#include "server/server.h"

struct drlb_sched;

/* Turns that a discipline may pass over, before it takes the first usable server
 * that it finds: a flood of new connections to a large service that is down is
 * not to cost so many for each.
 */
#define DRLB_TURNS_MAX	128U

/**
 * struct drlb_sched_conf - how a service schedules
 * @sched: the discipline
 * @table_size: slots of mh's table, a prime; 0 for the default
 * @hash: enum drlb_hash
 */
struct drlb_sched_conf {
	const struct drlb_sched *sched;
	u32 table_size;
	u8 hash;
};

/**
 * struct drlb_pool - a service's servers as packets see them
 *
 * Built whole, published by one pointer, never changed after.
 *
 * @sched: the discipline
 * @cursor: of the service; the one word that a discipline may write
 * @rcu: frees it
 * @hash: enum drlb_hash
 * @n: number of servers, those of weight 0 left out
 * @weight: sum of all weights, their common divisor taken out
 * @stride: wrr's step
 * @winners: wlc's tournament, if there is one: the index of each match's winner
 * @table_size: slots in @table, 0 without servers
 * @table: Maglev table of indices into @entry
 * @entry: by address; @index is its own, @end the sum of the weights before it
 *	and its own
 */
struct drlb_pool {
	const struct drlb_sched *sched;
	atomic64_t *cursor;
	struct rcu_head rcu;
	u8 hash;
	u32 n;
	u64 weight;
	u64 stride;
	u16 *winners;
	u32 table_size;
	u16 *table;
	struct drlb_pool_entry {
		struct drlb_server *server;
		u32 weight;
		u32 index;
		u64 end;
	} entry[];
};

/**
 * struct drlb_sched - a scheduling discipline
 * @name: as in lbctl
 * @adopts: the hash alone tells the server, on every director: TCP without a
 *	connection may be picked up in mid-stream
 * @prepare: make what it needs in a new pool with servers, if anything; 0 or
 *	-ENOMEM. Context: process, may sleep.
 * @recount: the load or the state of a server has changed; for pools with a
 *	tournament. Context: any, RCU.
 * @pick: a usable server for a new connection, or NULL
 *	Context: softirq, RCU. Takes no lock, writes nothing but the cursor.
 */
struct drlb_sched {
	const char *name;
	bool adopts;
	int (*prepare)(struct drlb_pool *pool);
	void (*recount)(const struct drlb_pool *pool, u32 index);
	struct drlb_server *(*pick)(const struct drlb_pool *pool,
				    const struct drlb_packet *pkt);
};

extern const struct drlb_sched drlb_sched_rr;
extern const struct drlb_sched drlb_sched_wrr;
extern const struct drlb_sched drlb_sched_wlc;
extern const struct drlb_sched drlb_sched_mh;

const struct drlb_sched *drlb_sched_find(const char *name);

/* For conf.table_size. */
int drlb_sched_check_table_size(u32 size, struct netlink_ext_ack *extack);

/* A server and what it is to weigh. */
struct drlb_member {
	struct drlb_server *server;
	u32 weight;
};

/* A pool of those of @n members, sorted by address, which have a weight; or
 * ERR_PTR. @like is another pool of the namespace, published and not retired,
 * which may have the same servers, or NULL. Context: process, may sleep.
 */
struct drlb_pool *drlb_pool_create(const struct drlb_sched_conf *conf,
				   atomic64_t *cursor,
				   const struct drlb_member *members, u32 n,
				   u8 family, const struct drlb_pool *like);
/* From now on its servers' loads are followed in this one, if they are at all.
 * To be called before packets see it. Context: process.
 */
void drlb_pool_enter(struct drlb_pool *pool);
/* At once, and after a grace period. NULL will do. */
void drlb_pool_destroy(struct drlb_pool *pool);
void drlb_pool_retire(struct drlb_pool *pool);

/* The first usable server from @at on, once around, or NULL. Context: any, RCU. */
static inline struct drlb_server *
drlb_pool_usable(const struct drlb_pool *pool, u32 at)
{
	struct drlb_server *server;
	u32 i;

	for (i = 0; i < pool->n; i++) {
		server = pool->entry[at].server;
		if (drlb_server_usable(server))
			return server;
		if (++at == pool->n)
			at = 0;
	}

	return NULL;
}

/* After each change, by an atomic operation, of @server's counts of connections and of its egress's
 * state. Context: any, RCU read-side section.
 */
static inline void drlb_sched_recount(const struct drlb_server *server)
{
	const struct drlb_pool_entry *entry;
	const struct drlb_pool *pool;

	/* drlb_pool_enter() does it the other way round: either it sees the
	 * change, or the pool that it enters is seen here.
	 */
	smp_mb__after_atomic();
	entry = rcu_dereference(server->entry);
	if (!entry)
		return;

	pool = container_of(entry - entry->index, struct drlb_pool, entry[0]);
	pool->sched->recount(pool, entry->index);
}

/* sched_wrr.c: a step through @weight slots that visits each once a cycle. */
u64 drlb_wrr_stride(u64 weight);

/* sched_mh.c: fill pool->table. Pools of all disciplines have one, since it
 * also serves when connections get no entry.
 */
u32 drlb_mh_default_size(u32 n);
int drlb_mh_build(struct drlb_pool *pool, u32 size, u8 family);
/* The same by copying the table of @like, if that has the same servers. */
bool drlb_mh_copy(struct drlb_pool *pool, u32 size,
		  const struct drlb_pool *like);
struct drlb_server *drlb_mh_pick(const struct drlb_pool *pool,
				 const struct drlb_packet *pkt);

#ifdef DRLB_SELFTEST
bool drlb_sched_wlc_selftest(void);
bool drlb_sched_wrr_selftest(void);
bool drlb_sched_mh_selftest(void);
#endif

#endif /* _DRLB_SCHED_H */
