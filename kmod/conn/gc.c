// SPDX-License-Identifier: GPL-2.0
/*
 * The collector, and the life of the tables. Lookups look at the time, so an
 * expired entry is of no use to anyone, and the collector that frees it need
 * not hurry.
 */
#include "base/work.h"
#include "conn/walk.h"

/* Entries that are looked at before others may run, and the part of the table,
 * as a divisor, that is looked at each second.
 */
#define SLICE	256
#define PART	4
#define LEAST	8192

/* Remove the expired among the next entries. False at the end of the tables. */
static bool gc_slice(struct drlb_conns *conns, struct drlb_conn_grave *grave)
{
	struct drlb_conn_walk *walk = &conns->walk;
	unsigned int left = SLICE;
	u32 now = drlb_conn_now();
	struct drlb_conn *conn;

	drlb_conn_walk_start(walk);
	while (left--) {
		conn = drlb_conn_walk_next(conns, walk);
		if (!conn)
			break;
		if (drlb_conn_is_over(conn, now))
			drlb_conn_bury(conns, conn, walk->family, grave);
		else if (unlikely(drlb_conn_expired(conn, now)))
			/* It is held, for longer than 32 bits can tell. */
			WRITE_ONCE(conn->expires, now);
	}
	drlb_conn_walk_stop(walk);

	return walk->family;
}

/* True if the collector may stop: a packet that was on its way when the last
 * service went has had a grace period to enter its connection.
 */
static bool gc_is_over(struct drlb_conns *conns)
{
	if (READ_ONCE(conns->wanted) || drlb_conn_number(conns)) {
		conns->resting = false;
		return false;
	}
	if (!conns->resting) {
		conns->resting = true;
		conns->rest = start_poll_synchronize_rcu();
		return false;
	}

	return poll_state_synchronize_rcu(conns->rest) &&
	       !drlb_conn_number(conns);
}

static void drlb_conns_gc(struct work_struct *work)
{
	struct drlb_conns *conns = container_of(to_delayed_work(work),
						struct drlb_conns, gc);
	int left = max_t(int, LEAST, drlb_conn_number(conns) / PART);
	struct drlb_conn_grave grave = {};

	for (; left > 0; left -= SLICE) {
		if (!gc_slice(conns, &grave)) {
			drlb_conn_walk_exit(&conns->walk);
			drlb_conn_walk_init(conns, &conns->walk);
			break;
		}
		cond_resched();
	}
	drlb_conn_grave_empty(&grave);

	if (!gc_is_over(conns))
		queue_delayed_work(drlb_work_queue, &conns->gc, HZ);
}

void drlb_conns_collect(struct drlb_conns *conns, bool wanted)
{
	WRITE_ONCE(conns->wanted, wanted);
	if (wanted)
		queue_delayed_work(drlb_work_queue, &conns->gc, HZ);
}

void drlb_conns_init(struct drlb_conns *conns)
{
	INIT_DELAYED_WORK(&conns->gc, drlb_conns_gc);
}

int drlb_conns_prepare(struct drlb_conns *conns)
{
	int err;

	if (conns->ready)
		return 0;

	err = drlb_conn_tables_init(conns);
	if (err)
		return err;

	/* Pairs with smp_load_acquire() in drlb_conn_walk_init(). */
	smp_store_release(&conns->ready, true);
	drlb_conn_walk_init(conns, &conns->walk);

	return 0;
}

void drlb_conns_exit(struct drlb_conns *conns)
{
	if (!conns->ready)
		return;

	cancel_delayed_work_sync(&conns->gc);
	drlb_conn_walk_exit(&conns->walk);
	drlb_conn_tables_exit(conns);
}
