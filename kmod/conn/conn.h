/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_CONN_H
#define _DRLB_CONN_H

#include <linux/jiffies.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>

#include <drlb.h>

#include "base/hash.h"
#include "base/key.h"
#include "base/load.h"
#include "base/table.h"
#include "proto/proto.h"

/* In drlb_conn.state: removed from the table. */
#define DRLB_CONN_DEAD	0xff

/**
 * union drlb_conn_own - what a connection has, and a template
 * @template: the one that the connection holds, or NULL
 * @lasting: the template's time once it is proven
 */
union drlb_conn_own {
	struct drlb_conn *template;
	unsigned long lasting;
};

/**
 * struct drlb_conn - a connection, the part that both families share
 *
 * A template is an entry for a client that stays with a server. The connections
 * that it controls hold it, and as long as there are any it does not expire,
 * unless its load is closed.
 *
 * @node: in the table
 * @load: its server's, for good. It stays valid as long as the connection is
 *	counted in it, and an RCU grace period longer.
 * @expires: drlb_conn_now(); written at most once a tick
 * @created: drlb_conn_age_now()
 * @state: enum drlb_connection_state, or DRLB_CONN_DEAD, from which there is
 *	no way back. Changes by cmpxchg() only, whose winner does the accounting.
 * @holders: of a template: the connections, and one more for the table
 * @own: valid until it is dead
 * @rcu: frees it
 */
struct drlb_conn {
	struct rhash_head node;
	struct drlb_load *load;
	u32 expires;
	u32 created;
	u32 state;
	refcount_t holders;
	union {
		union drlb_conn_own own;
		struct rcu_head rcu;
	};
};

/* One cache line on 64-bit machines: the key and all that a packet reads. */
struct drlb_conn4 {
	struct drlb_conn base;
	union drlb_key4 key;
};

struct drlb_conn6 {
	struct drlb_conn base;
	union drlb_key6 key;
};

/**
 * struct drlb_conn_walk - a walk over all connections that may pause
 * @iter: where it is
 * @family: in which of the two tables; 0 when it is over
 * @restarted: some may come twice
 * @resized: because a table was resized: many may
 */
struct drlb_conn_walk {
	struct rhashtable_iter iter;
	u8 family;
	bool restarted;
	bool resized;
};

/**
 * struct drlb_conn_limits - what CONFIG_SET changes, each word on its own
 * @max: entries past which new connections are balanced statelessly
 * @unproven_max: the same, for the unproven ones of each budget
 * @timeout: in units of drlb_conn_now(), by enum drlb_connection_state
 */
struct drlb_conn_limits {
	u32 max;
	u32 unproven_max[DRLB_BUDGETS];
	u32 timeout[DRLB_STATES];
};

/**
 * struct drlb_conns - the connections of a namespace
 * @table4: struct drlb_conn4
 * @limits: see above
 * @ready: the tables are there, with the first service or device
 * @table6: struct drlb_conn6
 * @unproven: how many there are of each budget
 * @gc: the collector's work
 * @walk: where in the tables the collector stopped
 * @wanted: the collector runs, connections or not
 * @resting: it found nothing to do, and may stop after the grace period @rest
 * @rest: see @resting
 */
struct drlb_conns {
	struct rhashtable table4;
	struct drlb_conn_limits limits;
	bool ready;
	/* Away from the number of entries in the other, which each new
	 * connection writes.
	 */
	struct rhashtable table6 ____cacheline_aligned_in_smp;
	atomic_t unproven[DRLB_BUDGETS];
	struct delayed_work gc;
	struct drlb_conn_walk walk;
	bool wanted;
	bool resting;
	unsigned long rest;
};

/* The unit of a connection's times: a jiffy, or several, so that a difference
 * of 32 bits with a sign can tell 31 days.
 */
#define DRLB_CONN_SHIFT		(HZ < 800 ? 0 : 1)
#define DRLB_CONN_HZ		(HZ >> DRLB_CONN_SHIFT)

/* Half a second: how much later a packet must be to renew a connection. */
#define DRLB_CONN_TICK		(DRLB_CONN_HZ / 2)

/* Ages are told in units of 16 jiffies: 32 bits of these are two years at a
 * HZ of 1000, and eight at one of 250.
 */
#define DRLB_CONN_AGE_SHIFT	4

static inline u32 drlb_conn_age_now(void)
{
	u64 now = get_jiffies_64();

	return now >> DRLB_CONN_AGE_SHIFT;
}

static inline u32 drlb_conn_now(void)
{
	u64 ticks = get_jiffies_64();

	return ticks >> DRLB_CONN_SHIFT;
}

static inline bool drlb_conn_expired(const struct drlb_conn *conn, u32 now)
{
	return (s32)(now - READ_ONCE(conn->expires)) >= 0;
}

/* True if the collector may have it. */
static inline bool drlb_conn_is_over(const struct drlb_conn *conn, u32 now)
{
	bool expired = drlb_conn_expired(conn, now);

	if (likely(!drlb_state_is_persistent(READ_ONCE(conn->state))))
		return expired;

	return READ_ONCE(conn->load->closed) ||
	       (expired && refcount_read(&conn->holders) < 2);
}

/* A packet came: the connection has @timeout from @now on. A lost race
 * against another CPU costs a tick at the most.
 */
static inline void drlb_conn_renew(struct drlb_conn *conn, u32 now, u32 timeout)
{
	u32 expires = now + timeout;

	if (expires - READ_ONCE(conn->expires) >= DRLB_CONN_TICK)
		WRITE_ONCE(conn->expires, expires);
}

static inline const union drlb_key4 *
drlb_conn_key4(const struct drlb_conn *conn)
{
	return &container_of(conn, struct drlb_conn4, base)->key;
}

static inline const union drlb_key6 *
drlb_conn_key6(const struct drlb_conn *conn)
{
	return &container_of(conn, struct drlb_conn6, base)->key;
}

/* Should too many entries meet in a bucket by chance, the table moves all of
 * them by another @seed.
 */
static __always_inline u32 drlb_key4_hash(const union drlb_key4 *key, u32 seed)
{
	const u64 *secret = drlb_hash_secret;
	u64 both;

	both = drlb_fold(key->word[0] ^ secret[0],
			 key->word[1] ^ secret[1] ^ (u64)seed << 32);

	/* Neighbouring addresses are still evenly spaced there, and might meet
	 * in few buckets.
	 */
	return drlb_fold(both, secret[2]);
}

static __always_inline bool drlb_key4_equal(const union drlb_key4 *key,
					    const struct rhash_head *node)
{
	const union drlb_key4 *other =
		&container_of(node, struct drlb_conn4, base.node)->key;

	return !((key->word[0] ^ other->word[0]) |
		 (key->word[1] ^ other->word[1]));
}

/* Both halves of the client's address are the client's to choose: somebody who
 * knew the secret could make a factor without the seed zero, and then the seed
 * would not matter.
 */
static __always_inline u32 drlb_key6_hash(const union drlb_key6 *key, u32 seed)
{
	const u64 *secret = drlb_hash_secret;
	u64 high = (u64)seed << 32;
	u64 client, rest;

	client = drlb_fold(key->word[0] ^ secret[0] ^ high,
			   key->word[1] ^ secret[1] ^ high);
	rest = drlb_fold(key->word[2] ^ secret[2],
			 key->word[3] ^ secret[3] ^ high);

	return drlb_fold(client ^ key->word[4], rest ^ secret[4]);
}

static __always_inline bool drlb_key6_equal(const union drlb_key6 *key,
					    const struct rhash_head *node)
{
	const union drlb_key6 *other =
		&container_of(node, struct drlb_conn6, base.node)->key;

	return !((key->word[0] ^ other->word[0]) |
		 (key->word[1] ^ other->word[1]) |
		 (key->word[2] ^ other->word[2]) |
		 (key->word[3] ^ other->word[3]) |
		 (key->word[4] ^ other->word[4]));
}

/* The connection of @key, or NULL. It may be expired, or its server gone: the
 * caller looks. Context: RCU read-side section; the tables are ready.
 */
static __always_inline struct drlb_conn *
drlb_conn_lookup4(struct drlb_conns *conns, const union drlb_key4 *key)
{
	struct rhash_head *node;

	node = DRLB_TABLE_LOOKUP(&conns->table4, key, drlb_key4_hash,
				 drlb_key4_equal);

	return node ? container_of(node, struct drlb_conn, node) : NULL;
}

static __always_inline struct drlb_conn *
drlb_conn_lookup6(struct drlb_conns *conns, const union drlb_key6 *key)
{
	struct rhash_head *node;

	node = DRLB_TABLE_LOOKUP(&conns->table6, key, drlb_key6_hash,
				 drlb_key6_equal);

	return node ? container_of(node, struct drlb_conn, node) : NULL;
}

static __always_inline struct drlb_conn *
drlb_conn_lookup(struct drlb_conns *conns, const union drlb_key *key, u8 family)
{
	return family == AF_INET ? drlb_conn_lookup4(conns, &key->v4) :
				   drlb_conn_lookup6(conns, &key->v6);
}

static inline unsigned int drlb_conn_number(const struct drlb_conns *conns)
{
	return atomic_read(&conns->table4.nelems) +
	       atomic_read(&conns->table6.nelems);
}

/* True if another entry in @state would be past a limit. */
static inline bool drlb_conn_full(const struct drlb_conns *conns, u32 state)
{
	const struct drlb_conn_limits *limits = &conns->limits;
	u8 budget = drlb_states[state].budget;

	if (drlb_conn_number(conns) >= READ_ONCE(limits->max))
		return true;

	return drlb_states[state].unproven &&
	       atomic_read(&conns->unproven[budget]) >=
	       READ_ONCE(limits->unproven_max[budget]);
}

/* Enter a connection for the packet, counted in @load, which expires in
 * @timeout; or a template, by @state, whose key @pkt has. On success the
 * connection takes over the caller's hold of its template, and the caller holds
 * the new template. NULL if there is no memory, or if another CPU was first: then
 * a lookup finds that one's entry.
 *
 * Context: softirq, RCU read-side section in which @load was found.
 */
struct drlb_conn *drlb_conn_create(struct drlb_conns *conns,
				   const struct drlb_packet *pkt,
				   struct drlb_load *load, u32 state,
				   u32 timeout, union drlb_conn_own own);
/* False if it is about to be freed. Context: RCU read-side section. */
static inline bool drlb_conn_hold(struct drlb_conn *template)
{
	return refcount_inc_not_zero(&template->holders);
}

void drlb_conn_unhold(struct drlb_conn *template, u8 family);
/* A template is proven, if it was not: a connection of it is.
 * Context: RCU read-side section in which it was found.
 */
void drlb_conn_prove(struct drlb_conns *conns, struct drlb_conn *template);

/* From one state to another, unless somebody else was first. */
void drlb_conn_change(struct drlb_conns *conns, struct drlb_conn *conn,
		      u32 from, u32 to);

/* Remove it from the table and from all counts. True for the one caller that
 * did. Context: any with bottom halves disabled or process; RCU.
 */
bool drlb_conn_kill(struct drlb_conns *conns, struct drlb_conn *conn,
		    u8 family);

/* drlb_conn_kill() in two steps, for callers that batch frees: remove, then
 * free after a grace period, if the caller was the @last one to hold it.
 */
bool drlb_conn_remove(struct drlb_conns *conns, struct drlb_conn *conn,
		      u8 family, bool *last);
void drlb_conn_free4(struct rcu_head *rcu);
void drlb_conn_free6(struct rcu_head *rcu);

/**
 * struct drlb_conn_filter - a choice of connections
 * @mask: of DRLB_MATCH_*, the members that count
 * @persistent: of templates, not of connections
 */
struct drlb_conn_filter {
	u32 mask;
	bool persistent;
	u8 family;
	u8 protocol;
	u8 client_prefix;
	u8 state;
	__be16 client_port;
	__be16 vip_port;
	u32 mark;
	union nf_inet_addr client;
	union nf_inet_addr vip;
	union nf_inet_addr server;
};

enum {
	DRLB_MATCH_FAMILY	= BIT(0),
	DRLB_MATCH_PROTOCOL	= BIT(1),
	DRLB_MATCH_CLIENT	= BIT(2),
	DRLB_MATCH_CLIENT_PORT	= BIT(3),
	DRLB_MATCH_VIP		= BIT(4),
	DRLB_MATCH_VIP_PORT	= BIT(5),
	DRLB_MATCH_SERVER	= BIT(6),
	DRLB_MATCH_STATE	= BIT(7),
	DRLB_MATCH_MARK		= BIT(8),
};

/**
 * struct drlb_conn_info - a connection in plain form
 * @protocol: 0 for a template of a service for a mark, which has no VIP either
 * @persistent: it is a template
 * @mark: that of its service, or 0
 * @vrf: index of the VRF's device that its packets come in by, or 0
 * @expires_ms: milliseconds left; of a template, 0 also while it is held
 * @age_ms: milliseconds since it was scheduled
 */
struct drlb_conn_info {
	u8 family;
	u8 protocol;
	u8 state;
	bool persistent;
	__be16 client_port;
	__be16 vip_port;
	u32 vrf;
	u32 mark;
	union nf_inet_addr client;
	union nf_inet_addr vip;
	union nf_inet_addr server;
	u32 expires_ms;
	u64 age_ms;
};

/* False for one that is expired or dead. Context: RCU read-side section. */
bool drlb_conn_describe(const struct drlb_conn *conn, u8 family,
			struct drlb_conn_info *info);
bool drlb_conn_matches(const struct drlb_conn_info *info,
		       const struct drlb_conn_filter *filter);

/* drlb_conn_count() returns the number of matches, drlb_conn_flush() removes
 * them and returns how many. count may overcount while a table is resized.
 * Context: process, may sleep.
 */
u64 drlb_conn_count(struct drlb_conns *conns,
		    const struct drlb_conn_filter *filter);
u64 drlb_conn_flush(struct drlb_conns *conns,
		    const struct drlb_conn_filter *filter);

/* init, then any number of { start, next ..., stop }, then exit. Between start
 * and stop the RCU read lock is held, and the result of next is valid. next
 * returns NULL at the end of all. Without tables a walk is over at once.
 * Context: process.
 */
void drlb_conn_walk_init(struct drlb_conns *conns, struct drlb_conn_walk *walk);
void drlb_conn_walk_start(struct drlb_conn_walk *walk);
struct drlb_conn *drlb_conn_walk_next(struct drlb_conns *conns,
				      struct drlb_conn_walk *walk);
/* The last result of next once more, after a stop and a start. */
struct drlb_conn *drlb_conn_walk_again(struct drlb_conns *conns,
				       struct drlb_conn_walk *walk);
void drlb_conn_walk_stop(struct drlb_conn_walk *walk);
void drlb_conn_walk_exit(struct drlb_conn_walk *walk);

/* Make the tables, if they are not there yet: 0 or -ENOMEM. The caller
 * serialises. Context: process.
 */
int drlb_conns_prepare(struct drlb_conns *conns);
/* Have the collector run from now on; or until there are no connections, and
 * a packet that was on its way has had the time to make one: a namespace
 * without services is never woken up. Context: process.
 */
void drlb_conns_collect(struct drlb_conns *conns, bool wanted);
/* The tables alone. No packet may be on its way when they go. */
int drlb_conn_tables_init(struct drlb_conns *conns);
void drlb_conn_tables_exit(struct drlb_conns *conns);

void drlb_conns_init(struct drlb_conns *conns);
/* No packet may be on its way any more. */
void drlb_conns_exit(struct drlb_conns *conns);

int drlb_conn_cache_init(void);
void drlb_conn_cache_exit(void);

#ifdef DRLB_SELFTEST
bool drlb_conn_selftest(void);
#endif

#endif /* _DRLB_CONN_H */
