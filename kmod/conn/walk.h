/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_WALK_H
#define _DRLB_WALK_H

#include "conn/conn.h"

/* Entries that a walk has removed. RCU's callbacks run in softirq, where a
 * great many of them would keep packets waiting: a walk frees its own ones
 * itself.
 */
struct drlb_conn_grave {
	struct rcu_head *list4;
	struct rcu_head *list6;
};

/* Remove @conn. False if somebody else did. Context: RCU read-side section. */
bool drlb_conn_bury(struct drlb_conns *conns, struct drlb_conn *conn,
		    u8 family, struct drlb_conn_grave *grave);
/* Free them after a grace period. Context: process, sleeps. */
void drlb_conn_grave_empty(struct drlb_conn_grave *grave);

#endif /* _DRLB_WALK_H */
