/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_FORWARD_H
#define _DRLB_FORWARD_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/neighbour.h>

#include "base/stats.h"
#include "path/packet.h"
#include "server/server.h"

/* The caller's part in the skb's fate. */
enum drlb_verdict {
	DRLB_PASS,	/* lets it go on its way up the stack, unchanged */
	DRLB_DROP,	/* frees it */
	DRLB_STOLEN,	/* forgets it: it was sent */
};

/* The rare ways out, for the functions below, in whose context they run. */

/* There is no neighbour: the packet is for this host itself, or there is no way
 * to the server now.
 */
enum drlb_verdict drlb_forward_nowhere(struct drlb_counters __percpu *counters,
				       struct sk_buff *skb,
				       const struct drlb_server *server,
				       enum drlb_door door);
/* TTL or hop limit end here. */
enum drlb_verdict drlb_forward_ttl(struct drlb_counters __percpu *counters,
				   struct sk_buff *skb, enum drlb_door door,
				   u8 family);
/* Merged from segments, or longer than the MTU. */
enum drlb_verdict drlb_forward_long(struct drlb_counters __percpu *counters,
				    struct sk_buff *skb,
				    const struct drlb_server *server,
				    struct neighbour *n, enum drlb_door door,
				    u8 family);

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

/* @segments is the number of packets that it counts as. */
static __always_inline enum drlb_verdict
drlb_forward_send(struct drlb_counters __percpu *counters, struct sk_buff *skb,
		  const struct drlb_server *server, struct neighbour *n,
		  unsigned int segments, u8 family)
{
	if (unlikely(skb_cow(skb, LL_RESERVED_SPACE(n->dev)))) {
		drlb_count(counters, DRLB_COUNT_NO_MEMORY);
		return DRLB_DROP;
	}

	drlb_traffic_packet(server->traffic, segments, skb->len);
	if (family == AF_INET)
		ip_decrease_ttl(ip_hdr(skb));
	else
		ipv6_hdr(skb)->hop_limit--;
	drlb_forward_clean(skb);
	skb->dev = n->dev;
	drlb_forward_neigh(n, skb);

	return DRLB_STOLEN;
}

/* Send the packet to @server. Packets that need the IP stack (ICMP errors,
 * fragments, the local node) are passed up by the ingress door: the other door
 * sees them next and finds the same server.
 *
 * Context: softirq, RCU read-side section.
 */
static __always_inline enum drlb_verdict
drlb_forward_inline(struct drlb_counters __percpu *counters,
		    struct sk_buff *skb, const struct drlb_server *server,
		    enum drlb_door door, u8 family)
{
	const struct drlb_egress *egress = server->egress;
	struct neighbour *n = rcu_dereference(egress->neigh);

	if (unlikely(!n))
		return drlb_forward_nowhere(counters, skb, server, door);
	if (unlikely((family == AF_INET ? ip_hdr(skb)->ttl :
					  ipv6_hdr(skb)->hop_limit) <= 1))
		return drlb_forward_ttl(counters, skb, door, family);
	if (unlikely(skb->len > READ_ONCE(egress->mtu) || skb_is_gso(skb)))
		return drlb_forward_long(counters, skb, server, n, door,
					 family);

	return drlb_forward_send(counters, skb, server, n, 1, family);
}

/* Out-of-line variant for slow paths. */
enum drlb_verdict drlb_forward(struct drlb_counters __percpu *counters,
			       struct sk_buff *skb,
			       const struct drlb_server *server,
			       enum drlb_door door, u8 family);

/* The reasons to refuse a client. */
enum drlb_refusal {
	DRLB_REFUSE_PORT,	/* nobody serves here: port unreachable */
	DRLB_REFUSE_HOST,	/* no server answers: host unreachable */
	DRLB_REFUSE_SCOPE,	/* IPv6: its address ends at another link */
	DRLB_REFUSE_RESET,	/* TCP: the same as DRLB_REFUSE_PORT */
};

/* Tell the client so by ICMP, or by a RST, which end the attempt at a TCP
 * connection at once. Context: softirq; not at the ingress door.
 */
void drlb_forward_refuse(struct sk_buff *skb, u8 family, enum drlb_door door,
			 enum drlb_refusal why);

#endif /* _DRLB_FORWARD_H */
