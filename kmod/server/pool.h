/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_POOL_H
#define _DRLB_POOL_H

#include <linux/types.h>

#include "base/compat.h"
#include "base/key.h"
#include "base/load.h"
#include "server/server.h"

struct drlb_live;
struct drlb_pool;

/* No choice of a service: the address that the client sent its packet to. */
#define DRLB_HASH_DESTINATION	(DRLB_HASH_MAX + 1)

/**
 * struct drlb_sched - a scheduling discipline
 * @name: as in lbctl
 * @about: a sentence for a person
 * @adopts: the hash alone tells the server, on every director: a connection
 *	that is not known may be picked up in mid-stream
 * @flat: the hash gives equal shares to all servers that have a weight
 * @hash: enum drlb_hash of services that leave the choice to the discipline, or
 *	DRLB_HASH_DESTINATION for all services
 * @prepare: make what the discipline needs in a new live set with servers, if
 *	anything; 0 or -ENOMEM. Context: process, may sleep.
 * @recount: the load of the server at @index has changed; only for live sets
 *	with a tournament. Context: any, RCU.
 * @pick: a server for a new connection, or NULL if none may have one more;
 *	@live is not empty. It is usable unless the live set is some
 *	milliseconds behind.
 *	Context: softirq, RCU. Takes no lock, writes nothing but the cursor.
 */
struct drlb_sched {
	const char *name;
	const char *about;
	bool adopts;
	bool flat;
	u8 hash;
	int (*prepare)(struct drlb_live *live);
	void (*recount)(const struct drlb_live *live, u32 index);
	struct drlb_server *(*pick)(const struct drlb_pool *pool,
				    const struct drlb_live *live,
				    const struct drlb_packet *pkt);
};

/**
 * struct drlb_live - the servers of a pool that can be used now
 *
 * It is built whole, published by one pointer and never changed after, but for
 * the tournament's winners. Only servers with a weight are in it.
 *
 * @sched: the discipline
 * @rcu: frees it
 * @n: number of servers
 * @offset: of rr: added to the cursor, so that turns go on where they were
 * @begun: the cursor when the set was made
 * @last: of rr: the address of the server that had the last turn by then
 * @weight: sum of all weights, their common divisor taken out
 * @stride: of wrr: its step
 * @winners: of a tournament (sched/least.h): the index of each match's winner,
 *	if there are matches
 * @macs: the hardware addresses of all servers of the service, as a hash set
 *	in which 0 is a free slot; NULL without servers
 * @macs_shift: 64 less the binary logarithm of its number of slots
 * @local: the server that is the director itself, or NULL; its weight may be 0
 * @entry: by address; @index is its own, @end the sum of the weights before it
 *	and its own
 */
struct drlb_live {
	const struct drlb_sched *sched;
	struct rcu_head rcu;
	u32 n;
	u32 offset;
	u64 begun;
	union nf_inet_addr last;
	u64 weight;
	u64 stride;
	u16 *winners;
	u64 *macs;
	u8 macs_shift;
	struct drlb_server *local;
	struct drlb_live_entry {
		struct drlb_follower follower;
		struct drlb_server *server;
		u32 weight;
		u32 index;
		u64 end;
	} entry[];
};

/* A server, its weight and its thresholds. */
struct drlb_member {
	struct drlb_server *server;
	u32 weight;
	u32 upper;
	u32 lower;
};

/**
 * struct drlb_pool_conf - how a service schedules, as far as its pool is
 *	concerned
 * @sched: the discipline
 * @table_size: slots of the Maglev table, a prime; 0 for a small one
 * @hash: enum drlb_hash; in a pool it is the choice that was made, which may be
 *	DRLB_HASH_DESTINATION
 * @on_dead: enum drlb_on_dead
 * @on_empty: enum drlb_on_empty
 * @on_removed: enum drlb_on_removed
 * @adopts: connections in mid-stream are picked up
 * @ops: one-packet scheduling
 * @persistent: a client stays with its server
 * @persistent_prefix: bits of its address that count; 0 is all
 * @persistent_moves: but not with one whose weight is 0
 * @any_port: the service is for any port
 * @mark: the mark that it is for, or 0
 */
struct drlb_pool_conf {
	const struct drlb_sched *sched;
	u32 table_size;
	u8 hash;
	u8 on_dead;
	u8 on_empty;
	u8 on_removed;
	bool adopts;
	bool ops;
	bool persistent;
	u8 persistent_prefix;
	bool persistent_moves;
	bool any_port;
	u32 mark;
};

/**
 * struct drlb_pool - a service's servers as packets see them
 *
 * It is built whole, published by one pointer and never changed after, but for
 * @live.
 *
 * @conf: see above
 * @live: those that can be used now; never NULL once packets see the pool
 * @cursor: of the service; the one word that a discipline may write
 * @rcu: frees it
 * @n: number of servers with a weight, which come first in @member
 * @all: number of servers
 * @table_size: slots in @table, 0 without servers that have a weight
 * @table: Maglev table of indices into @member. Pools of all disciplines have
 *	one, since it also serves connections that get no entry.
 * @member: with a weight or without, by address each
 */
struct drlb_pool {
	struct drlb_pool_conf conf;
	struct drlb_live __rcu *live;
	atomic64_t *cursor;
	struct rcu_head rcu;
	u32 n;
	u32 all;
	u32 table_size;
	u16 *table;
	struct drlb_member member[];
};

/* A pool of @n members, sorted by address, without a live set; or ERR_PTR.
 * @like is another pool of the namespace, published and not retired, which may
 * have the same servers, or NULL. Context: process, may sleep.
 */
struct drlb_pool *drlb_pool_create(const struct drlb_pool_conf *conf,
				   atomic64_t *cursor,
				   const struct drlb_member *members, u32 n,
				   u8 family, const struct drlb_pool *like);

/* The servers of @pool that can be used now, or ERR_PTR(-ENOMEM). @before is
 * the live set that it follows, or NULL. Context: process, may sleep.
 */
struct drlb_live *drlb_live_create(const struct drlb_pool *pool,
				   const struct drlb_live *before);
/* Make @live the pool's, and have the one before freed after a grace period.
 * The caller serialises. Context: process.
 */
void drlb_pool_set_live(struct drlb_pool *pool, struct drlb_live *live);
/* From now on the servers' loads are followed in the live set of @pool, if they
 * are at all. To be called before packets see it. Context: process.
 */
void drlb_pool_enter(struct drlb_pool *pool);

/* At once, for one that no packet saw, and after a grace period. Both free the
 * live set, and take NULL.
 */
void drlb_pool_destroy(struct drlb_pool *pool);
void drlb_pool_retire(struct drlb_pool *pool);

/* Hardware addresses as numbers, which are never 0. Their value is that of the
 * bytes as they lie in memory: ether_addr_to_u64() takes six turns.
 */
static inline u64 drlb_mac_number(const u8 *mac)
{
	return get_unaligned((const u32 *)mac) |
	       (u64)get_unaligned((const u16 *)(mac + 4)) << 32 | 1ULL << 48;
}

/* The top bits of the product: each bit of the address takes part in them. */
static inline u32 drlb_mac_slot(u64 mac, u8 shift)
{
	return mac * 0x9e3779b97f4a7c15ULL >> shift;
}

/* The slot of a hardware address, or the free one where it belongs. */
static inline u32 drlb_live_mac_slot(const struct drlb_live *live, u64 mac)
{
	u32 mask = ~0U >> (live->macs_shift - 32);
	u32 at = drlb_mac_slot(mac, live->macs_shift);

	while (live->macs[at] && live->macs[at] != mac)
		at = (at + 1) & mask;

	return at;
}

/* True if a server of the service has the hardware address @mac. */
static inline bool drlb_live_has_mac(const struct drlb_live *live,
				     const u8 *mac)
{
	u64 number = drlb_mac_number(mac);

	return live->macs && live->macs[drlb_live_mac_slot(live, number)];
}

/* Tries at servers that are usable, where the live set may be behind. */
#define DRLB_LIVE_TRIES	8U

/* A usable server from @at on, or the last one tried. Context: any, RCU. */
static inline struct drlb_server *
drlb_live_usable(const struct drlb_live *live, u32 at)
{
	struct drlb_server *server;
	u32 i;

	for (i = 0; i < DRLB_LIVE_TRIES; i++) {
		server = live->entry[at].server;
		if (drlb_server_usable(server))
			break;
		if (++at == live->n)
			at = 0;
	}

	return server;
}

/* The entry whose share of the sum of all weights unit number @slot is in. */
static inline const struct drlb_live_entry *
drlb_live_slot(const struct drlb_live *live, u64 slot)
{
	u32 low = 0, high = live->n - 1, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (slot < live->entry[mid].end)
			high = mid;
		else
			low = mid + 1;
	}

	return &live->entry[low];
}

#ifdef DRLB_SELFTEST
bool drlb_pool_selftest(void);
#endif

#endif /* _DRLB_POOL_H */
