/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as kmod/path/packet.c needs, in user space. A buffer
 * that must grow is always a new one, so that pointers into the old one are
 * found.
 */
#ifndef FUZZ_SKBUFF_H
#define FUZZ_SKBUFF_H

#include <asm/byteorder.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

/* Differences between kernel versions do not matter here. */
#define _DRLB_COMPAT_H

#define get_unaligned(p)						\
({									\
	__typeof__(*(p) + 0) value;					\
									\
	memcpy(&value, p, sizeof(value));				\
	value;								\
})

#define __force
#define __aligned(n)	__attribute__((aligned(n)))
#undef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define htons(x)	__cpu_to_be16(x)
#define ntohs(x)	__be16_to_cpu(x)
#define ntohl(x)	__be32_to_cpu(x)

#define IP_CE		0x8000
#define IP_DF		0x4000
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

#define NEXTHDR_HOP		0
#define NEXTHDR_ROUTING		43
#define NEXTHDR_FRAGMENT	44
#define IP6_OFFSET		0xfff8
#define NEXTHDR_AUTH		51
#define NEXTHDR_ICMP		58
#define NEXTHDR_DEST		60

struct frag_hdr {
	u8 nexthdr;
	u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

/* The parser does not ask for these. */
bool ipv4_is_zeronet(__be32 addr);
bool ipv4_is_loopback(__be32 addr);
bool ipv4_is_multicast(__be32 addr);
bool ipv4_is_lbcast(__be32 addr);
int ipv6_addr_type(const struct in6_addr *addr);

#define IPV6_ADDR_UNICAST	0x0001
#define IPV6_ADDR_LOOPBACK	0x0010
#define IPV6_ADDR_MAPPED	0x1000

#define ipv6_optlen(p)	(((p)->hdrlen + 1) << 3)
#define ipv6_authlen(p)	(((p)->hdrlen + 2) << 2)

struct sk_buff {
	u8 *data;		/* the linear part, as large as it is */
	unsigned int headlen;
	const u8 *all;		/* the packet */
	unsigned int len;
	bool gso;
};

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->headlen;
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->gso;
}

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb->data;
}

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb->data;
}

static inline void skb_linear(struct sk_buff *skb, unsigned int len)
{
	free(skb->data);
	skb->data = malloc(len);
	memcpy(skb->data, skb->all, len);
	skb->headlen = len;
}

static inline bool pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
	if (len <= skb->headlen)
		return true;
	if (len > skb->len)
		return false;
	skb_linear(skb, len);

	return true;
}

static inline int pskb_trim_rcsum(struct sk_buff *skb, unsigned int len)
{
	if (len >= skb->len)
		return 0;
	skb->len = len;
	if (skb->headlen > len)
		skb_linear(skb, len);

	return 0;
}

static inline u16 ip_fast_csum(const void *iph, unsigned int ihl)
{
	const u8 *p = iph;
	u32 sum = 0;

	for (; ihl; ihl--, p += 4)
		sum += (p[0] << 8) + p[1] + (p[2] << 8) + p[3];
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;

	return ~sum;
}

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return iph->frag_off & htons(IP_MF | IP_OFFSET);
}

static inline bool ipv6_addr_equal(const struct in6_addr *a,
				   const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline u8 tcp_flag_byte(const struct tcphdr *th)
{
	return ((const u8 *)th)[13];
}

static inline u32 rol32(u32 word, unsigned int shift)
{
	return (word << shift) | (word >> (32 - shift));
}

#endif
