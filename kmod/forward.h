/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_FORWARD_H
#define _DRLB_FORWARD_H

#include <linux/skbuff.h>

#include "net.h"
#include "packet.h"
#include "server.h"

/* What the caller does with the skb. */
enum drlb_verdict {
	DRLB_PASS,	/* lets it go on its way up the stack, unchanged */
	DRLB_DROP,	/* frees it */
	DRLB_STOLEN,	/* forgets it: it was sent */
};

/* Send the packet to @server. What needs the IP stack (ICMP errors, fragments,
 * the local node) is not done at the ingress door but passed up to the other
 * one, which sees the packet next and finds the same server.
 *
 * Context: softirq, RCU read-side section.
 */
enum drlb_verdict drlb_forward4(struct drlb_net *dn, struct sk_buff *skb,
				const struct drlb_server *server,
				enum drlb_door door);
enum drlb_verdict drlb_forward6(struct drlb_net *dn, struct sk_buff *skb,
				const struct drlb_server *server,
				enum drlb_door door);

static inline enum drlb_verdict
drlb_forward(struct drlb_net *dn, struct sk_buff *skb,
	     const struct drlb_server *server, enum drlb_door door, u8 family)
{
	return family == AF_INET ? drlb_forward4(dn, skb, server, door) :
				   drlb_forward6(dn, skb, server, door);
}

/* Tell the client that nobody serves it, with an ICMP port unreachable, which
 * ends a TCP connection attempt at once.
 * Context: softirq; PRE_ROUTING only.
 */
void drlb_forward_refuse(struct sk_buff *skb, u8 family);

#endif /* _DRLB_FORWARD_H */
