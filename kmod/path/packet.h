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

/*
 * Keys of connections, and what a packet is looked up by. They are compared
 * and hashed as whole words, so that the padding must be zero.
 */
union drlb_key4 {
	struct {
		__be32 saddr;		/* the client's */
		__be32 daddr;		/* the VIP */
		union {
			struct {
				__be16 sport;
				__be16 dport;
			};
			__be32 ports;
		};
		u32 protocol;
	};
	u64 word[2];
};

union drlb_key6 {
	struct {
		struct in6_addr saddr;
		struct in6_addr daddr;
		union {
			struct {
				__be16 sport;
				__be16 dport;
			};
			__be32 ports;
		};
		u32 protocol;
	};
	u64 word[5];
};

/* The last word of either. In one piece, since a word which is written in two
 * and then read whole has to wait for the store buffer.
 */
static __always_inline u64 drlb_key_tail(__be32 ports, u32 protocol)
{
	u64 first = (__force u32)ports, second = protocol;

#ifdef __LITTLE_ENDIAN_BITFIELD
	return second << 32 | first;
#else
	return first << 32 | second;
#endif
}

/* Where a packet came in. */
enum drlb_door {
	DRLB_DOOR_PREROUTING,	/* after IP's own checks and defragmentation */
	DRLB_DOOR_INGRESS,	/* straight from the device, nothing checked */
};

/**
 * struct drlb_packet - what the data path knows of a packet
 * @key4: AF_INET: whose connection it belongs to. For an ICMP error that is
 *	the connection of the packet it quotes.
 * @key6: AF_INET6: likewise
 * @family: AF_INET or AF_INET6
 * @tcp_flags: the header's flag byte, for TCP that is no ICMP error
 * @icmp_error: it is an ICMP or ICMPv6 error that quotes a client's packet
 */
struct drlb_packet {
	union {
		union drlb_key4 key4;
		union drlb_key6 key6;
	};
	u8 family;
	u8 tcp_flags;
	bool icmp_error;
};

/* TCP's flag byte */
enum {
	DRLB_TCP_FIN = 0x01,
	DRLB_TCP_SYN = 0x02,
	DRLB_TCP_RST = 0x04,
	DRLB_TCP_ACK = 0x10,
};

enum drlb_parse {
	DRLB_PARSE_OK,
	DRLB_PARSE_PASS,	/* nothing that could be balanced */
	DRLB_PARSE_MALFORMED,
	DRLB_PARSE_NO_MEMORY,	/* to have its headers in one piece */
};

/* What nearly all packets are: TCP or UDP right behind a header without options,
 * both in the linear part, no padding behind. False for all others, right or
 * wrong. @tcp_flags is set for TCP only.
 */
static __always_inline bool drlb_packet_plain4(const struct sk_buff *skb,
					       enum drlb_door door,
					       union drlb_key4 *key,
					       u8 *tcp_flags)
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
		*tcp_flags = ((const u8 *)th)[13];
	} else if (iph->protocol != IPPROTO_UDP ||
		   ntohs(uh->len) < sizeof(*uh) ||
		   ntohs(uh->len) > len - sizeof(*iph)) {
		return false;
	}

	if (door == DRLB_DOOR_INGRESS &&
	    unlikely(ip_fast_csum(iph, sizeof(*iph) / 4)))
		return false;

	key->word[0] = get_unaligned((const u64 *)&iph->saddr);
	key->word[1] = drlb_key_tail(*(const __be32 *)uh, iph->protocol);

	return true;
}

static __always_inline bool drlb_packet_plain6(const struct sk_buff *skb,
					       union drlb_key6 *key,
					       u8 *tcp_flags)
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
		*tcp_flags = ((const u8 *)th)[13];
	} else if (ip6h->nexthdr != IPPROTO_UDP ||
		   ntohs(uh->len) < sizeof(*uh) || ntohs(uh->len) > len) {
		return false;
	}

	key->word[0] = get_unaligned(addrs);
	key->word[1] = get_unaligned(addrs + 1);
	key->word[2] = get_unaligned(addrs + 2);
	key->word[3] = get_unaligned(addrs + 3);
	key->word[4] = drlb_key_tail(*(const __be32 *)uh, ip6h->nexthdr);

	return true;
}

/* Every other packet. */
enum drlb_parse drlb_packet_parse4_any(struct sk_buff *skb, enum drlb_door door,
				       struct drlb_packet *pkt);
enum drlb_parse drlb_packet_parse6_any(struct sk_buff *skb, enum drlb_door door,
				       struct drlb_packet *pkt);

/* Make an untrusted skb a trusted packet: nobody after it checks a length.
 *
 * May reallocate the skb's head. At the ingress door it also does what IP's
 * receive functions would: checks the header and trims padding; it passes
 * fragments, which PRE_ROUTING sees whole.
 *
 * Context: softirq. skb->data is at the network header.
 */
static inline enum drlb_parse
drlb_packet_parse4(struct sk_buff *skb, enum drlb_door door,
		   struct drlb_packet *pkt)
{
	pkt->family = AF_INET;
	pkt->tcp_flags = 0;
	pkt->icmp_error = false;
	if (likely(drlb_packet_plain4(skb, door, &pkt->key4, &pkt->tcp_flags)))
		return DRLB_PARSE_OK;

	return drlb_packet_parse4_any(skb, door, pkt);
}

static inline enum drlb_parse
drlb_packet_parse6(struct sk_buff *skb, enum drlb_door door,
		   struct drlb_packet *pkt)
{
	pkt->family = AF_INET6;
	pkt->tcp_flags = 0;
	pkt->icmp_error = false;
	if (likely(drlb_packet_plain6(skb, &pkt->key6, &pkt->tcp_flags)))
		return DRLB_PARSE_OK;

	return drlb_packet_parse6_any(skb, door, pkt);
}

#ifdef DRLB_SELFTEST
bool drlb_packet_selftest(void);
#endif

#endif /* _DRLB_PACKET_H */
