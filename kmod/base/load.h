/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_LOAD_H
#define _DRLB_LOAD_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>

struct drlb_load;

/**
 * struct drlb_follower - what goes by a load, and is told of its changes
 * @changed: the load is another one.
 *	Context: any, RCU read-side section.
 */
struct drlb_follower {
	void (*changed)(const struct drlb_follower *follower);
};

/**
 * struct drlb_load - the connections and clients that a server has
 *
 * The connection table counts into it and knows nothing else of a server. It
 * has cache lines of its own: it is written for each new connection.
 *
 * @active: connections whose state is active (proto/proto.h)
 * @inactive: all others
 * @persistent: clients that stay with it
 * @upper: with this number of connections the server is full; 0: never
 * @lower: with fewer than this it is so no longer
 * @full: it is. Changes by cmpxchg() only.
 * @crossed: called when @full has changed.
 *	Context: any, RCU read-side section.
 * @closed: its clients may go, whoever holds their templates: it is removed and
 *	will not come back, or its service is not persistent
 * @follower: told of each change, or NULL
 * @addr: the server's address, which names it to a person
 * @mark: that of its service, or 0
 */
struct drlb_load {
	atomic_t active ____cacheline_aligned_in_smp;
	atomic_t inactive;
	atomic_t persistent;
	bool closed;
	u8 full;
	u32 upper;
	u32 lower;
	void (*crossed)(struct drlb_load *load);
	struct drlb_follower __rcu *follower;
	union nf_inet_addr addr;
	u32 mark;
};

/* Neither is below 0, although the two atomic operations of a connection that
 * passes from one to the other may be seen apart.
 */
static inline u32 drlb_load_active(const struct drlb_load *load)
{
	return max(atomic_read(&load->active), 0);
}

static inline u32 drlb_load_inactive(const struct drlb_load *load)
{
	return max(atomic_read(&load->inactive), 0);
}

static inline u32 drlb_load_persistent(const struct drlb_load *load)
{
	return atomic_read(&load->persistent);
}

/* True once no entry counts in it any more. */
static inline bool drlb_load_is_idle(const struct drlb_load *load)
{
	return !atomic_read(&load->active) && !atomic_read(&load->inactive) &&
	       !atomic_read(&load->persistent);
}

/* load.c: see whether the server is full now. Context: as drlb_load_changed(),
 * after a full barrier.
 */
void drlb_load_judge(struct drlb_load *load);
/* Set the thresholds. @lower is 0 for three quarters. Context: process, RCU
 * read-side section.
 */
void drlb_load_set_thresholds(struct drlb_load *load, u32 upper, u32 lower);

/* To be called after each atomic change of a load, and of whatever else its
 * follower goes by. Context: any, RCU read-side section.
 */
static inline void drlb_load_changed(struct drlb_load *load)
{
	const struct drlb_follower *follower;

	/* Pairs with smp_mb() in live_enter(): either that sees the
	 * change, or the follower that it sets is seen here.
	 */
	smp_mb__after_atomic();
	if (unlikely(READ_ONCE(load->upper)))
		drlb_load_judge(load);
	follower = rcu_dereference(load->follower);
	if (follower)
		follower->changed(follower);
}

#ifdef DRLB_SELFTEST
bool drlb_load_selftest(void);
#endif

#endif /* _DRLB_LOAD_H */
