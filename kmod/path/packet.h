/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_PACKET_H
#define _DRLB_PACKET_H

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "base/compat.h"
#include "base/key.h"
#include "proto/tcp.h"

/* Where a packet came in. */
enum drlb_door {
	DRLB_DOOR_PREROUTING,	/* after IP's own checks and defragmentation */
	DRLB_DOOR_INGRESS,	/* straight from the device, nothing checked */
	DRLB_DOOR_INPUT,	/* found to be for this host, behind its rules */
	DRLB_DOOR_OUTPUT,	/* made by this host */
};

enum drlb_parse {
	DRLB_PARSE_OK,
	DRLB_PARSE_PASS,	/* nothing that could be balanced */
	DRLB_PARSE_MALFORMED,
	DRLB_PARSE_NO_MEMORY,	/* its headers cannot be had in one piece */
};

/* The plain packet, which nearly all are: TCP or UDP right behind a header
 * without options, both in the linear part, no padding behind. False for all
 * others, right or wrong. The caller has seen that the packet is in no VRF.
 */
static __always_inline bool drlb_packet_plain4(const struct sk_buff *skb,
					       enum drlb_door door,
					       union drlb_key4 *key, u8 *event)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th = (const void *)(iph + 1);
	const struct udphdr *uh = (const void *)(iph + 1);
	unsigned int len;

	if (unlikely(skb_headlen(skb) < sizeof(*iph) + sizeof(*uh)))
		return false;

	len = ntohs(iph->tot_len);
	if (unlikely(*(const u8 *)iph != 0x45 || len != skb->len ||
		     iph->frag_off & htons(IP_MF | IP_OFFSET)))
		return false;

	if (iph->protocol == IPPROTO_TCP) {
		if (unlikely(skb_headlen(skb) < sizeof(*iph) + sizeof(*th) ||
			     th->doff < sizeof(*th) / 4 ||
			     sizeof(*iph) + th->doff * 4 > len))
			return false;
		*event = drlb_tcp_event(drlb_tcp_flags(th));
	} else {
		if (iph->protocol != IPPROTO_UDP ||
		    ntohs(uh->len) < sizeof(*uh) ||
		    ntohs(uh->len) > len - sizeof(*iph))
			return false;
		*event = DRLB_PACKET_DATAGRAM;
	}

	if (door == DRLB_DOOR_INGRESS &&
	    unlikely(ip_fast_csum(iph, sizeof(*iph) / 4)))
		return false;

	key->word[0] = get_unaligned((const u64 *)&iph->saddr);
	key->word[1] = drlb_key_tail(*(const __be32 *)uh,
				     drlb_key_what(iph->protocol, 0));

	return true;
}

static __always_inline bool drlb_packet_plain6(const struct sk_buff *skb,
					       union drlb_key6 *key, u8 *event)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct tcphdr *th = (const void *)(ip6h + 1);
	const struct udphdr *uh = (const void *)(ip6h + 1);
	const u64 *addrs = (const u64 *)&ip6h->saddr;
	unsigned int len;

	if (unlikely(skb_headlen(skb) < sizeof(*ip6h) + sizeof(*uh)))
		return false;

	len = ntohs(ip6h->payload_len);
	if (unlikely(ip6h->version != 6 || sizeof(*ip6h) + len != skb->len))
		return false;

	if (ip6h->nexthdr == IPPROTO_TCP) {
		if (unlikely(skb_headlen(skb) < sizeof(*ip6h) + sizeof(*th) ||
			     th->doff < sizeof(*th) / 4 || th->doff * 4 > len))
			return false;
		*event = drlb_tcp_event(drlb_tcp_flags(th));
	} else {
		if (ip6h->nexthdr != IPPROTO_UDP ||
		    ntohs(uh->len) < sizeof(*uh) || ntohs(uh->len) > len)
			return false;
		*event = DRLB_PACKET_DATAGRAM;
	}

	key->word[0] = get_unaligned(addrs);
	key->word[1] = get_unaligned(addrs + 1);
	key->word[2] = get_unaligned(addrs + 2);
	key->word[3] = get_unaligned(addrs + 3);
	key->word[4] = drlb_key_tail(*(const __be32 *)uh,
				     drlb_key_what(ip6h->nexthdr, 0));

	return true;
}

/* Every other packet: make an untrusted skb a trusted packet. Nobody after it
 * checks a length.
 *
 * It may reallocate the skb's head. At the ingress door it also does the work
 * of IP's receive functions: it checks the header and trims padding; it passes
 * fragments, which PRE_ROUTING sees whole.
 *
 * Context: softirq. skb->data is at the network header.
 */
enum drlb_parse drlb_packet_parse4(struct sk_buff *skb, enum drlb_door door,
				   int vrf, struct drlb_packet *pkt);
enum drlb_parse drlb_packet_parse6(struct sk_buff *skb, enum drlb_door door,
				   int vrf, struct drlb_packet *pkt);

static inline enum drlb_parse drlb_packet_parse(struct sk_buff *skb,
						enum drlb_door door, u8 family,
						int vrf,
						struct drlb_packet *pkt)
{
	return family == AF_INET ? drlb_packet_parse4(skb, door, vrf, pkt) :
				   drlb_packet_parse6(skb, door, vrf, pkt);
}

#ifdef DRLB_SELFTEST
bool drlb_packet_selftest(void);
#endif

#endif /* _DRLB_PACKET_H */
