// SPDX-License-Identifier: GPL-2.0
#include "path/forward.h"
#include "base/compat.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/dst.h>
#include <net/dst_metadata.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>
#include <net/route.h>

static enum drlb_verdict drop(struct drlb_counters __percpu *counters,
			      enum drlb_counter why)
{
	drlb_count(counters, why);

	return DRLB_DROP;
}

/* icmp_send() answers routed packets only. The VIP being an address of this
 * host, the answer's source is the VIP.
 */
static void send_icmp4(struct sk_buff *skb, u8 type, u8 code, __be32 info)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (!skb_valid_dst(skb) &&
	    ip_route_input_noref(skb, iph->daddr, iph->saddr, 0, skb->dev))
		return;

	icmp_send(skb, type, code, info);
}

static void send_reset(struct sk_buff *skb, u8 family, enum drlb_door door)
{
	int hook = door == DRLB_DOOR_INPUT ? NF_INET_LOCAL_IN :
					     NF_INET_PRE_ROUTING;

	if (family == AF_INET)
		nf_send_reset(dev_net(skb->dev), NULL, skb, hook);
	else
		nf_send_reset6(dev_net(skb->dev), NULL, skb, hook);
}

void drlb_forward_refuse(struct sk_buff *skb, u8 family, enum drlb_door door,
			 enum drlb_refusal why)
{
	static const struct {
		u8 code4;
		u8 code6;
	} codes[] = {
		[DRLB_REFUSE_PORT]  = { ICMP_PORT_UNREACH,
					ICMPV6_PORT_UNREACH },
		[DRLB_REFUSE_HOST]  = { ICMP_HOST_UNREACH,
					ICMPV6_ADDR_UNREACH },
		[DRLB_REFUSE_SCOPE] = { ICMP_HOST_UNREACH,
					ICMPV6_NOT_NEIGHBOUR },
		[DRLB_REFUSE_RESET] = { ICMP_PORT_UNREACH,
					ICMPV6_PORT_UNREACH },
	};

	/* The host's own clients learn it from ICMP, too. */
	if (why == DRLB_REFUSE_RESET && door != DRLB_DOOR_OUTPUT) {
		send_reset(skb, family, door);
		return;
	}

	if (family == AF_INET)
		send_icmp4(skb, ICMP_DEST_UNREACH, codes[why].code4, 0);
	else
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, codes[why].code6, 0);
}

/* Some devices do not count the segments that they merge. */
static unsigned int count_segments(const struct sk_buff *skb)
{
	return skb_is_gso(skb) ? max_t(u16, skb_shinfo(skb)->gso_segs, 1) : 1;
}

enum drlb_verdict drlb_forward_nowhere(struct drlb_counters __percpu *counters,
				       struct sk_buff *skb,
				       const struct drlb_server *server,
				       enum drlb_door door)
{
	u32 state = READ_ONCE(server->egress->state);

	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;
	if (state == DRLB_SERVER_NO_ROUTE)
		return drop(counters, DRLB_COUNT_NO_ROUTE);
	if (state != DRLB_SERVER_LOCAL)
		return drop(counters, DRLB_COUNT_NO_NEIGHBOUR);

	drlb_traffic_packet(server->traffic, count_segments(skb), skb->len);
	drlb_count(counters, DRLB_COUNT_LOCAL_NODE);

	return DRLB_PASS;
}

/* True if the packet is no longer than @mtu, or only because GRO merged it. */
static bool packet_fits(const struct sk_buff *skb, unsigned int mtu)
{
	return skb->len <= mtu ||
	       (skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

/* The length of segments depends on where the headers behind IP's begin, which
 * may not be noted yet at the ingress door. False if it is not known at once.
 */
static bool find_transport(struct sk_buff *skb, u8 family)
{
	int len = sizeof(struct ipv6hdr);

	if (family == AF_INET)
		len = ip_hdrlen(skb);
	else if (ipv6_hdr(skb)->nexthdr != IPPROTO_TCP &&
		 ipv6_hdr(skb)->nexthdr != IPPROTO_UDP)
		return false;
	skb_set_transport_header(skb, skb_network_offset(skb) + len);

	return true;
}

/* IP writes headers in front of each fragment of the packet, where a tap may
 * still read the old ones: a packet whose fragments others hold as well is
 * copied. skb_cow() sees to its head alone.
 */
static int own_all(struct sk_buff *skb, unsigned int headroom)
{
	struct sk_buff *frag;

	skb_walk_frags(skb, frag) {
		if (skb_cloned(frag) || skb_shared(frag)) {
			if (skb_linearize(skb))
				return -ENOMEM;
			break;
		}
	}

	return skb_cow(skb, headroom);
}

/* A route for this packet alone, whose next hop is the server although the
 * packet is for the VIP. The routes that IP remembers obey path MTUs and
 * redirects, which anybody may forge.
 */
static struct dst_entry *route4(const struct drlb_server *server,
				struct neighbour *n)
{
	struct rtable *rt = rt_dst_alloc(n->dev, 0, RTN_UNICAST, true);

	if (!rt)
		return NULL;

	rt->rt_gw_family = AF_INET;
	rt->rt_gw4 = drlb_server_addr(server)->ip;

	return &rt->dst;
}

static struct dst_entry *route6(const struct drlb_server *server,
				struct neighbour *n)
{
	struct inet6_dev *idev = in6_dev_get(n->dev);
	struct rt6_info *rt;

	if (!idev)
		return NULL;

	rt = ip6_dst_alloc(dev_net(n->dev), n->dev, DST_NOCOUNT);
	if (!rt) {
		in6_dev_put(idev);
		return NULL;
	}

	rt->dst.output = ip6_output;
	rt->rt6i_flags = RTF_UP | RTF_GATEWAY;
	rt->rt6i_gateway = drlb_server_addr(server)->in6;
	rt->rt6i_idev = idev;

	return &rt->dst;
}

/* Let IP send it, in fragments. As for all other packets there is no
 * POST_ROUTING.
 */
static enum drlb_verdict
forward_routed(struct drlb_counters __percpu *counters, struct sk_buff *skb,
	       const struct drlb_server *server, struct neighbour *n, u8 family)
{
	struct dst_entry *dst = family == AF_INET ? route4(server, n) :
						    route6(server, n);

	if (!dst)
		return drop(counters, DRLB_COUNT_NO_MEMORY);

	if (own_all(skb, LL_RESERVED_SPACE(n->dev))) {
		dst_release(dst);
		return drop(counters, DRLB_COUNT_NO_MEMORY);
	}

	drlb_traffic_packet(server->traffic, count_segments(skb), skb->len);
	drlb_forward_clean(skb);
	skb_dst_set(skb, dst);
	if (family == AF_INET) {
		ip_decrease_ttl(ip_hdr(skb));
		IPCB(skb)->flags |= IPSKB_REROUTED;
		ip_output(dev_net(n->dev), NULL, skb);
	} else {
		ipv6_hdr(skb)->hop_limit--;
		IP6CB(skb)->flags |= IP6SKB_REROUTED;
		ip6_output(dev_net(n->dev), NULL, skb);
	}

	return DRLB_STOLEN;
}

/* LRO leaves no type, so that the segments cannot be had back. As
 * skb_warn_if_lro(), but no packet makes the kernel log.
 */
static bool merged_by_lro(const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);

	return skb_is_nonlinear(skb) && shinfo->gso_size && !shinfo->gso_type;
}

/* A packet without DF goes out in fragments; one with DF that came in fragments,
 * in fragments no larger.
 */
static enum drlb_verdict
forward_big4(struct drlb_counters __percpu *counters, struct sk_buff *skb,
	     const struct drlb_server *server, struct neighbour *n,
	     unsigned int mtu)
{
	if (!(ip_hdr(skb)->frag_off & htons(IP_DF)) ||
	    (skb->ignore_df && IPCB(skb)->frag_max_size <= mtu))
		return forward_routed(counters, skb, server, n, AF_INET);

	send_icmp4(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));

	return drop(counters, DRLB_COUNT_TOO_BIG);
}

/* A packet that came in fragments goes out in fragments no larger. */
static enum drlb_verdict
forward_big6(struct drlb_counters __percpu *counters, struct sk_buff *skb,
	     const struct drlb_server *server, struct neighbour *n,
	     unsigned int mtu)
{
	if (skb->ignore_df && IP6CB(skb)->frag_max_size <= mtu)
		return forward_routed(counters, skb, server, n, AF_INET6);

	icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);

	return drop(counters, DRLB_COUNT_TOO_BIG);
}

enum drlb_verdict drlb_forward_ttl(struct drlb_counters __percpu *counters,
				   struct sk_buff *skb, enum drlb_door door,
				   u8 family)
{
	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;

	if (family == AF_INET)
		send_icmp4(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
	else
		icmpv6_send(skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);

	return drop(counters, DRLB_COUNT_TTL_EXCEEDED);
}

enum drlb_verdict drlb_forward_long(struct drlb_counters __percpu *counters,
				    struct sk_buff *skb,
				    const struct drlb_server *server,
				    struct neighbour *n, enum drlb_door door,
				    u8 family)
{
	unsigned int mtu = READ_ONCE(server->egress->mtu);

	if (door == DRLB_DOOR_INGRESS && !find_transport(skb, family))
		return DRLB_PASS;
	if (merged_by_lro(skb))
		return door == DRLB_DOOR_INGRESS ?
		       DRLB_PASS : drop(counters, DRLB_COUNT_LRO);
	if (packet_fits(skb, mtu))
		return drlb_forward_send(counters, skb, server, n,
					 count_segments(skb), family);
	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;
	if (family == AF_INET)
		return forward_big4(counters, skb, server, n, mtu);

	return forward_big6(counters, skb, server, n, mtu);
}

enum drlb_verdict drlb_forward(struct drlb_counters __percpu *counters,
			       struct sk_buff *skb,
			       const struct drlb_server *server,
			       enum drlb_door door, u8 family)
{
	return drlb_forward_inline(counters, skb, server, door, family);
}
