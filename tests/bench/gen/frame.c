// SPDX-License-Identifier: GPL-2.0
/*
 * The frames. A flow is identified by its source: a host of 198.18.0.0/15 or
 * 2001:db8:1::/96, and from the 131,073rd flow on by another port of it. The
 * skbs are like those of a driver that copies small frames, for a NIC that
 * verifies checksums: linear, with head room, fresh for each frame.
 * napi_alloc_skb() would take a page for each four of them, which Debian's
 * kernel clears by an instruction that the virtual machine counts 4,096 times.
 */
#include "gen.h"

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

#define HOSTS_4 0xc6120000 /* 198.18.0.0/15 */
#define HOST_BITS 17
#define FIRST_PORT 1024

static const u8 client_mac[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0x01 };

static unsigned int put_ip4(struct gen_frames *frames, u8 *at, u16 payload)
{
	struct iphdr *iph = (struct iphdr *)at;

	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tot_len = htons(sizeof(*iph) + payload);
	iph->frag_off = htons(IP_DF);
	iph->ttl = 64;
	iph->protocol = frames->protocol;
	iph->daddr = frames->dst.s6_addr32[0];

	return sizeof(*iph);
}

static unsigned int put_ip6(struct gen_frames *frames, u8 *at, u16 payload)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)at;

	ip6h->version = 6;
	ip6h->payload_len = htons(payload);
	ip6h->hop_limit = 64;
	ip6h->nexthdr = frames->protocol;
	ip6h->saddr.s6_addr32[0] = htonl(0x20010db8);
	ip6h->saddr.s6_addr32[1] = htonl(0x00010000);
	ip6h->daddr = frames->dst;

	return sizeof(*ip6h);
}

static void put_tcp(struct gen_frames *frames, u8 *at)
{
	struct tcphdr *th = (struct tcphdr *)at;

	th->dest = htons(frames->port);
	th->doff = sizeof(*th) / 4;
	th->window = htons(1024);
	at[13] = frames->flags;
}

static void put_udp(struct gen_frames *frames, u8 *at, u16 len)
{
	struct udphdr *uh = (struct udphdr *)at;

	uh->dest = htons(frames->port);
	uh->len = htons(len);
	uh->check = CSUM_MANGLED_0;
}

void gen_frames_prepare(struct gen_frames *frames)
{
	struct ethhdr *eth = (struct ethhdr *)frames->bytes;
	bool tcp = frames->protocol == IPPROTO_TCP;
	bool ip6 = frames->family == AF_INET6;
	unsigned int payload, len = ETH_HLEN;

	payload = tcp ? sizeof(struct tcphdr) : sizeof(struct udphdr);
	if (!ip6)
		payload = ETH_ZLEN - ETH_HLEN - sizeof(struct iphdr);

	memset(frames->bytes, 0, sizeof(frames->bytes));
	ether_addr_copy(eth->h_dest, frames->dev->dev_addr);
	ether_addr_copy(eth->h_source, client_mac);
	eth->h_proto = htons(ip6 ? ETH_P_IPV6 : ETH_P_IP);

	if (ip6)
		len += put_ip6(frames, frames->bytes + len, payload);
	else
		len += put_ip4(frames, frames->bytes + len, payload);
	if (tcp)
		put_tcp(frames, frames->bytes + len);
	else
		put_udp(frames, frames->bytes + len, payload);

	frames->len = len + payload;
	frames->at = 0;
}

/* UDP's ports are at the offsets of TCP's. */
static void put_source(const struct gen_frames *frames, u8 *at, u32 flow)
{
	u32 host = flow & (BIT(HOST_BITS) - 1);
	struct ipv6hdr *ip6h;
	struct udphdr *uh;
	struct iphdr *iph;

	if (frames->family == AF_INET) {
		iph = (struct iphdr *)(at + ETH_HLEN);
		iph->saddr = htonl(HOSTS_4 | host);
		ip_send_check(iph);
		uh = (struct udphdr *)(iph + 1);
	} else {
		ip6h = (struct ipv6hdr *)(at + ETH_HLEN);
		ip6h->saddr.s6_addr32[3] = htonl(host);
		uh = (struct udphdr *)(ip6h + 1);
	}
	uh->source = htons(FIRST_PORT + (flow >> HOST_BITS));
}

struct sk_buff *gen_frames_next(struct gen_frames *frames)
{
	struct sk_buff *skb;
	u8 *at;

	skb = netdev_alloc_skb_ip_align(frames->dev, frames->len);
	if (unlikely(!skb))
		return NULL;

	at = skb_put(skb, frames->len);
	/* This copies more than the frame, but a constant length: memcpy() of a
	 * variable length takes one of two ways, depending on its addresses.
	 */
	memcpy(at, frames->bytes, GEN_FRAME_MAX);
	put_source(frames, at, frames->first + frames->at);

	frames->at += frames->step;
	if (frames->at >= frames->flows)
		frames->at -= frames->flows;

	skb->protocol = eth_type_trans(skb, frames->dev);
	skb->ip_summed = CHECKSUM_UNNECESSARY;

	return skb;
}
