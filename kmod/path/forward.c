// SPDX-License-Identifier: GPL-2.0
#include "path/forward.h"
#include "base/compat.h"
#include "server/egress.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/dst.h>
#include <net/dst_metadata.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/route.h>

static enum drlb_verdict drop(struct drlb_net *dn, enum drlb_counter why)
{
	drlb_count(dn->counters, why);

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

void drlb_forward_refuse(struct sk_buff *skb, u8 family)
{
	if (family == AF_INET)
		send_icmp4(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	else
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
}

/* No neighbour: it is for this host itself, or there is no way to the server. */
enum drlb_verdict drlb_forward_nowhere(struct drlb_net *dn, struct sk_buff *skb,
				       const struct drlb_server *server,
				       enum drlb_door door)
{
	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;

	if (READ_ONCE(server->egress->state) != DRLB_SERVER_LOCAL)
		return drop(dn, DRLB_COUNT_NO_ROUTE);

	drlb_forward_count(server, skb);
	drlb_count(dn->counters, DRLB_COUNT_LOCAL_NODE);

	return DRLB_PASS;
}

/* Longer than @mtu, but perhaps only because GRO merged it. LRO, which leaves
 * no type, cannot be undone.
 */
static bool segments_fit(const struct sk_buff *skb, unsigned int mtu)
{
	return skb_is_gso(skb) && skb_shinfo(skb)->gso_type &&
	       skb_gso_validate_network_len(skb, mtu);
}

/* At the ingress door nobody may have told where the headers behind IP's begin, by
 * which the length of segments is told. False if that is not known at once.
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

/* IP writes headers in front of each fragment that the packet came in, where a tap
 * may still read what was there: a packet whose fragments others hold as well is
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

/* A route on which the server is the next hop although the packet is for the VIP,
 * for this packet alone: those that IP remembers obey the path MTUs and redirects
 * that anybody may have told.
 */
static struct dst_entry *route4(const struct drlb_server *server,
				struct neighbour *n)
{
	struct rtable *rt = rt_dst_alloc(n->dev, 0, RTN_UNICAST, true);

	if (!rt)
		return NULL;

	rt->rt_gw_family = AF_INET;
	rt->rt_gw4 = server->addr.ip;

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
	rt->rt6i_gateway = server->addr.in6;
	rt->rt6i_idev = idev;

	return &rt->dst;
}

/* Let IP send it, in fragments. There is no POST_ROUTING for it, as there is none
 * for other packets.
 */
static enum drlb_verdict
forward_routed(struct drlb_net *dn, struct sk_buff *skb,
	       const struct drlb_server *server, struct neighbour *n, u8 family)
{
	struct dst_entry *dst = family == AF_INET ? route4(server, n) :
						    route6(server, n);

	if (!dst)
		return drop(dn, DRLB_COUNT_NO_MEMORY);

	if (own_all(skb, LL_RESERVED_SPACE(n->dev))) {
		dst_release(dst);
		return drop(dn, DRLB_COUNT_NO_MEMORY);
	}

	drlb_forward_count(server, skb);
	drlb_forward_clean(skb);
	skb_dst_set(skb, dst);
	if (family == AF_INET) {
		ip_decrease_ttl(ip_hdr(skb));
		IPCB(skb)->flags |= IPSKB_REROUTED;
		ip_output(dn->net, NULL, skb);
	} else {
		ipv6_hdr(skb)->hop_limit--;
		IP6CB(skb)->flags |= IP6SKB_REROUTED;
		ip6_output(dn->net, NULL, skb);
	}

	return DRLB_STOLEN;
}

/* As skb_warn_if_lro(), but no packet makes the kernel talk. */
static bool merged_by_lro(const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);

	return skb_is_nonlinear(skb) && shinfo->gso_size && !shinfo->gso_type;
}

/* A packet that may be fragmented goes out so; one that came in fragments which
 * may not be, in fragments no larger.
 */
static enum drlb_verdict
forward_big4(struct drlb_net *dn, struct sk_buff *skb,
	     const struct drlb_server *server, struct neighbour *n,
	     unsigned int mtu, enum drlb_door door)
{
	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;
	if (merged_by_lro(skb))
		return drop(dn, DRLB_COUNT_LRO);
	if (!(ip_hdr(skb)->frag_off & htons(IP_DF)) ||
	    (skb->ignore_df && IPCB(skb)->frag_max_size <= mtu))
		return forward_routed(dn, skb, server, n, AF_INET);

	send_icmp4(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));

	return drop(dn, DRLB_COUNT_TOO_BIG);
}

/* A packet that came in fragments goes out in fragments no larger. */
static enum drlb_verdict
forward_big6(struct drlb_net *dn, struct sk_buff *skb,
	     const struct drlb_server *server, struct neighbour *n,
	     unsigned int mtu, enum drlb_door door)
{
	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;
	if (merged_by_lro(skb))
		return drop(dn, DRLB_COUNT_LRO);
	if (skb->ignore_df && IP6CB(skb)->frag_max_size <= mtu)
		return forward_routed(dn, skb, server, n, AF_INET6);

	icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);

	return drop(dn, DRLB_COUNT_TOO_BIG);
}

enum drlb_verdict drlb_forward_ttl(struct drlb_net *dn, struct sk_buff *skb,
				   enum drlb_door door, u8 family)
{
	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;

	if (family == AF_INET)
		send_icmp4(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
	else
		icmpv6_send(skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);

	return drop(dn, DRLB_COUNT_TTL_EXCEEDED);
}

enum drlb_verdict drlb_forward_long(struct drlb_net *dn, struct sk_buff *skb,
				    const struct drlb_server *server,
				    struct neighbour *n, enum drlb_door door,
				    u8 family)
{
	unsigned int mtu = READ_ONCE(n->dev->mtu);

	if (door == DRLB_DOOR_INGRESS && !find_transport(skb, family))
		return DRLB_PASS;
	if (segments_fit(skb, mtu))
		return drlb_forward_send(dn, skb, server, n, family);
	if (family == AF_INET)
		return forward_big4(dn, skb, server, n, mtu, door);

	return forward_big6(dn, skb, server, n, mtu, door);
}

enum drlb_verdict drlb_forward(struct drlb_net *dn, struct sk_buff *skb,
			       const struct drlb_server *server,
			       enum drlb_door door, u8 family)
{
	return family == AF_INET ? drlb_forward4(dn, skb, server, door) :
				   drlb_forward6(dn, skb, server, door);
}
