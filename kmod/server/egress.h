/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_EGRESS_H
#define _DRLB_EGRESS_H

#include <linux/bits.h>
#include <linux/if_ether.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/neighbour.h>

#include <drlb.h>

#include "base/work.h"

/**
 * struct drlb_egress_user - a server that sends by an egress
 * @list: in drlb_egress.users
 * @changed: the egress's state or its neighbour's address is another one.
 *	Context: process, drlb_egresses.lock held.
 */
struct drlb_egress_user {
	struct list_head list;
	void (*changed)(struct drlb_egress_user *user);
};

struct drlb_egress_key {
	union nf_inet_addr addr;
	u32 family;
};

/**
 * struct drlb_egress - the next hop of all servers with one address
 *
 * It holds no reference to the neighbour entry, whose table is the whole
 * host's. @neigh is cleared in the event that precedes the entry's release,
 * and a grace period passes before the entry is freed.
 *
 * @neigh: the neighbour entry; NULL for the director itself, without a route,
 *	and while there is none. The neighbour layer resolves it and keeps its
 *	header; packets read it under RCU.
 * @state: enum drlb_server_state
 * @mtu: the longest packet that may go this way, in bytes from the IP header
 * @failed: jiffies, of which 32 bits, when it was last found unreachable
 * @node: in drlb_egresses.table
 * @key: the servers' address
 * @list: in drlb_egresses.list
 * @changed: in drlb_egresses.changed, or empty
 * @egresses: the namespace's
 * @users: struct drlb_egress_user, under drlb_egresses.lock
 * @told: the state and hardware address that the users know
 * @probed: jiffies of the last active check
 * @tries: questions in a row that had no answer, or for which there was no
 *	neighbour entry
 * @retry: jiffies of the next one, should the neighbour table be full
 * @rcu: frees it
 */
struct drlb_egress {
	struct neighbour __rcu *neigh;
	u32 state;
	u32 mtu;
	u32 failed;

	struct rhash_head node;
	struct drlb_egress_key key;
	struct list_head list;
	struct list_head changed;
	struct drlb_egresses *egresses;
	struct list_head users;
	struct {
		u8 state;
		u8 lladdr[ETH_ALEN];
	} told;
	unsigned long probed;
	unsigned int tries;
	unsigned long retry;
	struct rcu_head rcu;
};

/* States in which new connections may go there. */
#define DRLB_EGRESS_USABLE	(BIT(DRLB_SERVER_UP) |			\
				 BIT(DRLB_SERVER_LOCAL) |		\
				 BIT(DRLB_SERVER_RESOLVING))

static inline bool drlb_egress_usable(const struct drlb_egress *egress)
{
	return DRLB_EGRESS_USABLE >> READ_ONCE(egress->state) & 1;
}

/* True for the first second in which it is known not to answer: a neighbour
 * whose entry was deleted or flushed answers before that is over.
 */
static inline bool drlb_egress_just_failed(const struct drlb_egress *egress)
{
	return READ_ONCE(egress->state) == DRLB_SERVER_UNREACHABLE &&
	       (u32)jiffies - READ_ONCE(egress->failed) < HZ;
}

/* Prefixes whose routes have changed and that wait for the work. */
#define DRLB_EGRESS_PREFIXES	8

struct drlb_prefix {
	union nf_inet_addr addr;
	u8 family;
	u8 len;
};

/**
 * struct drlb_egresses - the next hops of a namespace's servers
 * @table: struct drlb_egress by family and address
 * @net: the namespace
 * @lock: serialises changes and the work
 * @list: all of them
 * @n: how many
 * @max: how many there may be
 * @probe_interval: seconds between two checks of a neighbour, 0 for none
 * @live: changes are followed
 * @used: there has been one
 * @work: brings egresses up to date with routes, devices, neighbours
 * @next_all: jiffies of the next look at all of them
 * @share: the work's, of a processor
 * @news_lock: protects the news, which come in any context
 * @changed: news: struct drlb_egress whose neighbour has changed
 * @prefixes: news: the routes of these have changed
 * @prefixes_n: how many
 * @all: news: anything may have changed
 * @routes_heard: @fib_nb is registered
 * @routes_try: jiffies of the next attempt to register it
 * @fib_nb: route changes
 */
struct drlb_egresses {
	struct rhashtable table;
	struct net *net;
	struct mutex lock;	/* see control/net.h */
	struct list_head list;
	u32 n;
	u32 max;
	u32 probe_interval;
	bool live;
	bool used;
	struct delayed_work work;
	unsigned long next_all;
	struct drlb_share share;

	spinlock_t news_lock;	/* see above */
	struct list_head changed;
	struct drlb_prefix prefixes[DRLB_EGRESS_PREFIXES];
	u32 prefixes_n;
	bool all;

	bool routes_heard;
	unsigned long routes_try;
	struct notifier_block fib_nb;
};

/* The plain form of an egress. lladdr_len is 0 when the address is not known. */
struct drlb_egress_info {
	u8 state;
	int ifindex;
	u8 lladdr_len;
	u8 lladdr[MAX_ADDR_LEN];
};

void drlb_egress_describe(const struct drlb_egress *egress,
			  struct drlb_egress_info *info);

/* egress_state.c: by the name of a state, and by the neighbour's entry. */
void drlb_egress_set_state(struct drlb_egress *egress, u8 state);
void drlb_egress_follow(struct drlb_egress *egress, const struct neighbour *n);
/* True if the host's table of neighbours of @family is so full that the kernel
 * throws entries out.
 */
bool drlb_egress_table_is_full(u8 family);

/* True if there is one for the address, and a way there is known. */
bool drlb_egress_known(struct drlb_egresses *egresses, u8 family,
		       const union nf_inet_addr *addr);

/* @user's until it is put, or ERR_PTR: ENOSPC past the namespace's limit,
 * ENOMEM. Context: process, may sleep.
 */
struct drlb_egress *drlb_egress_get(struct drlb_egresses *egresses, u8 family,
				    const union nf_inet_addr *addr,
				    struct drlb_egress_user *user);
void drlb_egress_put(struct drlb_egress *egress, struct drlb_egress_user *user);

/* Anything may have changed: look at all of them soon. Context: any. */
void drlb_egresses_kick(struct drlb_egresses *egresses);
/* The neighbour's state has changed, or it is about to be released.
 * Context: softirq or process, RCU; the neighbour's table may be locked.
 */
void drlb_egresses_neighbour(struct drlb_egresses *egresses,
			     struct neighbour *n);

int drlb_egresses_init(struct drlb_egresses *egresses, struct net *net);
void drlb_egresses_start(struct drlb_egresses *egresses);
/* Forget all neighbours, for good. No netdevice and no neighbour event may
 * come in any more but those that are inside now.
 */
void drlb_egresses_stop(struct drlb_egresses *egresses);
void drlb_egresses_exit(struct drlb_egresses *egresses);

/* egress_work.c: bring one up to date. Context: drlb_egresses.lock held. */
void drlb_egress_refresh(struct drlb_egress *egress);
void drlb_egresses_work(struct work_struct *work);
/* Have the work run after @delay jiffies, or later if it has worked much. */
void drlb_egresses_wake(struct drlb_egresses *egresses, unsigned long delay);
int drlb_egress_fib_event(struct notifier_block *nb, unsigned long event,
			  void *ptr);

#endif /* _DRLB_EGRESS_H */
