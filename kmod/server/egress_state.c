// SPDX-License-Identifier: GPL-2.0
/* Next hops: the state of one, and of the table in which its neighbour is. */
#include "server/egress.h"

#include <net/arp.h>
#include <net/ndisc.h>

void drlb_egress_describe(const struct drlb_egress *egress,
			  struct drlb_egress_info *info)
{
	struct neighbour *n;

	memset(info, 0, sizeof(*info));
	info->state = READ_ONCE(egress->state);

	rcu_read_lock();
	n = rcu_dereference(egress->neigh);
	if (n) {
		info->ifindex = n->dev->ifindex;
		if (READ_ONCE(n->nud_state) & NUD_VALID) {
			info->lladdr_len = n->dev->addr_len;
			neigh_ha_snapshot((char *)info->lladdr, n, n->dev);
		}
	}
	rcu_read_unlock();
}

void drlb_egress_set_state(struct drlb_egress *egress, u8 state)
{
	if (READ_ONCE(egress->state) == state)
		return;
	if (state == DRLB_SERVER_UNREACHABLE)
		WRITE_ONCE(egress->failed, (u32)jiffies);
	WRITE_ONCE(egress->state, state);
}

static u8 neigh_server_state(const struct neighbour *n)
{
	u8 nud = READ_ONCE(n->nud_state);

	if (nud & NUD_VALID)
		return DRLB_SERVER_UP;

	return nud & NUD_FAILED ? DRLB_SERVER_UNREACHABLE :
				  DRLB_SERVER_RESOLVING;
}

/* A new question must not look like an answer: a server that failed stays
 * unreachable while its entry is INCOMPLETE.
 */
void drlb_egress_follow(struct drlb_egress *egress, const struct neighbour *n)
{
	u8 state = neigh_server_state(n);

	if (state == DRLB_SERVER_RESOLVING &&
	    READ_ONCE(egress->state) == DRLB_SERVER_UNREACHABLE)
		return;

	drlb_egress_set_state(egress, state);
}

bool drlb_egress_table_is_full(u8 family)
{
	const struct neigh_table *tbl = family == AF_INET ? &arp_tbl : &nd_tbl;

	return atomic_read(&tbl->gc_entries) > READ_ONCE(tbl->gc_thresh2);
}
