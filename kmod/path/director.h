/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_DIRECTOR_H
#define _DRLB_DIRECTOR_H

#include <linux/skbuff.h>

#include "base/stats.h"
#include "conn/conn.h"
#include "path/forward.h"
#include "path/packet.h"
#include "service/service.h"

/**
 * struct drlb_director - the data path of a namespace
 * @counters: the fate of its packets
 * @conns: connections
 * @services: services
 * @stateless: when a connection, or a client, of each budget got no entry last,
 *	or up to a second before: jiffies in 64 bits, 0 for never. Such connections
 *	reappear in mid-stream for as long as they may be idle.
 */
struct drlb_director {
	struct drlb_counters __percpu *counters;
	struct drlb_conns conns;
	struct drlb_services services;
	u64 stateless[DRLB_BUDGETS];
};

/* The data path for a packet of each family that came in by @door.
 *
 * Context: softirq, RCU read-side section, skb->data at the network header.
 * The skb is the caller's again unless the verdict is DRLB_STOLEN.
 */
enum drlb_verdict drlb_direct4(struct drlb_director *d, struct sk_buff *skb,
			       enum drlb_door door);
enum drlb_verdict drlb_direct6(struct drlb_director *d, struct sk_buff *skb,
			       enum drlb_door door);

/* The same at LOCAL_IN, for a packet with a mark. PRE_ROUTING has seen it, but
 * perhaps without the mark, and the packet is what it passed.
 */
enum drlb_verdict drlb_direct_marked(struct drlb_director *d,
				     struct sk_buff *skb, u8 family);

#endif /* _DRLB_DIRECTOR_H */
