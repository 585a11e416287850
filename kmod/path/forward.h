/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_FORWARD_H
#define _DRLB_FORWARD_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/neighbour.h>

#include "server/egress.h"
#include "control/net.h"
#include "path/packet.h"
#include "server/server.h"

/* What the caller does with the skb. */
enum drlb_verdict {
	DRLB_PASS,	/* lets it go on its way up the stack, unchanged */
	DRLB_DROP,	/* frees it */
	DRLB_STOLEN,	/* forgets it: it was sent */
};

/* The rare ways out, for the functions below. All take the context of theirs. */

/* There is no neighbour: it is for this host itself, or no way leads there. */
enum drlb_verdict drlb_forward_nowhere(struct drlb_net *dn, struct sk_buff *skb,
				       const struct drlb_server *server,
				       enum drlb_door door);
/* TTL or hop limit end here. */
enum drlb_verdict drlb_forward_ttl(struct drlb_net *dn, struct sk_buff *skb,
				   enum drlb_door door, u8 family);
/* Longer than the MTU, perhaps only because it was merged. */
enum drlb_verdict drlb_forward_long(struct drlb_net *dn, struct sk_buff *skb,
				    const struct drlb_server *server,
				    struct neighbour *n, enum drlb_door door,
				    u8 family);

static inline void drlb_forward_count(const struct drlb_server *server,
				      const struct sk_buff *skb)
{
	unsigned int segs = 1;

	/* Some devices do not count the segments that they merge. */
	if (skb_is_gso(skb) && skb_shinfo(skb)->gso_segs)
		segs = skb_shinfo(skb)->gso_segs;

	drlb_traffic_packet(server->traffic, segs, skb->len);
}

/* Nothing of the way in may follow the packet out. */
static __always_inline void drlb_forward_clean(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	nf_reset_ct(skb);
	skb_dst_drop(skb);
}

/* As neigh_output(), with the copy of the cached header compiled in. There is
 * head room for it.
 */
static __always_inline void drlb_forward_neigh(struct neighbour *n,
					       struct sk_buff *skb)
{
	const struct hh_cache *hh = &n->hh;
	unsigned int seq, len;

	if (unlikely(!(READ_ONCE(n->nud_state) & NUD_CONNECTED)))
		goto resolve;

	do {
		seq = read_seqbegin(&hh->hh_lock);
		len = READ_ONCE(hh->hh_len);
		memcpy(skb->data - HH_DATA_MOD, hh->hh_data, HH_DATA_MOD);
	} while (unlikely(read_seqretry(&hh->hh_lock, seq)));

	if (unlikely(!len || len > HH_DATA_MOD))
		goto resolve;

	__skb_push(skb, len);
	dev_queue_xmit(skb);
	return;
resolve:
	neigh_output(n, skb, true);
}

static __always_inline enum drlb_verdict
drlb_forward_send(struct drlb_net *dn, struct sk_buff *skb,
		  const struct drlb_server *server, struct neighbour *n,
		  u8 family)
{
	if (unlikely(skb_cow(skb, LL_RESERVED_SPACE(n->dev)))) {
		drlb_count(dn->counters, DRLB_COUNT_NO_MEMORY);
		return DRLB_DROP;
	}

	drlb_forward_count(server, skb);
	if (family == AF_INET)
		ip_decrease_ttl(ip_hdr(skb));
	else
		ipv6_hdr(skb)->hop_limit--;
	drlb_forward_clean(skb);
	skb->dev = n->dev;
	drlb_forward_neigh(n, skb);

	return DRLB_STOLEN;
}

/* Send the packet to @server. What needs the IP stack (ICMP errors, fragments,
 * the local node) is not done at the ingress door but passed up to the other
 * one, which sees the packet next and finds the same server.
 *
 * Context: softirq, RCU read-side section.
 */
static __always_inline enum drlb_verdict
drlb_forward4(struct drlb_net *dn, struct sk_buff *skb,
	      const struct drlb_server *server, enum drlb_door door)
{
	struct neighbour *n = rcu_dereference(server->egress->neigh);

	if (unlikely(!n))
		return drlb_forward_nowhere(dn, skb, server, door);
	if (unlikely(ip_hdr(skb)->ttl <= 1))
		return drlb_forward_ttl(dn, skb, door, AF_INET);
	if (unlikely(skb->len > READ_ONCE(n->dev->mtu)))
		return drlb_forward_long(dn, skb, server, n, door, AF_INET);

	return drlb_forward_send(dn, skb, server, n, AF_INET);
}

static __always_inline enum drlb_verdict
drlb_forward6(struct drlb_net *dn, struct sk_buff *skb,
	      const struct drlb_server *server, enum drlb_door door)
{
	struct neighbour *n = rcu_dereference(server->egress->neigh);

	if (unlikely(!n))
		return drlb_forward_nowhere(dn, skb, server, door);
	if (unlikely(ipv6_hdr(skb)->hop_limit <= 1))
		return drlb_forward_ttl(dn, skb, door, AF_INET6);
	if (unlikely(skb->len > READ_ONCE(n->dev->mtu)))
		return drlb_forward_long(dn, skb, server, n, door, AF_INET6);

	return drlb_forward_send(dn, skb, server, n, AF_INET6);
}

/* Likewise, where it is not worth to be compiled in. */
enum drlb_verdict drlb_forward(struct drlb_net *dn, struct sk_buff *skb,
			       const struct drlb_server *server,
			       enum drlb_door door, u8 family);

/* Tell the client that nobody serves it, with an ICMP port unreachable, which
 * ends a TCP connection attempt at once.
 * Context: softirq; PRE_ROUTING only.
 */
void drlb_forward_refuse(struct sk_buff *skb, u8 family);

#endif /* _DRLB_FORWARD_H */
