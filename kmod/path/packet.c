// SPDX-License-Identifier: GPL-2.0
#include "path/packet.h"
#include "proto/proto.h"

#include <linux/errno.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

/* No serious sender uses more extension headers than these. */
#define EXTENSIONS_MAX	8

/* Ports come first in every protocol that is balanced. */
struct ports {
	__be32 both;
};

static __be32 ports_swap(__be32 ports)
{
	return (__force __be32)rol32((__force u32)ports, 16);
}

/* Have the first @len bytes in the linear part, of a packet that ends at @end.
 * If it has as many and they cannot be had, memory is short.
 */
static __always_inline enum drlb_parse
pull(struct sk_buff *skb, unsigned int len, unsigned int end)
{
	if (unlikely(len > end))
		return DRLB_PARSE_MALFORMED;
	if (likely(pskb_may_pull(skb, len)))
		return DRLB_PARSE_OK;

	return len > skb->len ? DRLB_PARSE_MALFORMED : DRLB_PARSE_NO_MEMORY;
}

/* Cut off all bytes behind @end. */
static enum drlb_parse trim(struct sk_buff *skb, unsigned int end)
{
	int err = pskb_trim_rcsum(skb, end);

	if (likely(!err))
		return DRLB_PARSE_OK;

	return err == -ENOMEM ? DRLB_PARSE_NO_MEMORY : DRLB_PARSE_MALFORMED;
}

/* The header of @proto at @offset, of a packet that ends at @end. */
static enum drlb_parse
parse_transport(struct sk_buff *skb, unsigned int offset, unsigned int end,
		const struct drlb_proto *proto, u8 *event, __be32 *ports)
{
	enum drlb_parse ret;
	const void *header;

	ret = pull(skb, offset + proto->header_len, end);
	if (unlikely(ret != DRLB_PARSE_OK))
		return ret;

	header = skb->data + offset;
	if (unlikely(!proto->event(skb, header, end - offset, event)))
		return DRLB_PARSE_MALFORMED;

	*ports = ((const struct ports *)header)->both;

	return DRLB_PARSE_OK;
}

/* The header quoted in an ICMP error at @offset: a packet that a real server
 * sent, so its addresses and ports are the connection's the other way round.
 * The quoted packet may be cut off, after 8 bytes of transport header at the
 * earliest (RFC 792), and it may be a first fragment.
 */
static enum drlb_parse parse_quoted4(struct sk_buff *skb, unsigned int offset,
				     unsigned int end, int vrf,
				     struct drlb_packet *pkt)
{
	const struct iphdr *iph;
	enum drlb_parse ret;
	unsigned int hlen;

	ret = pull(skb, offset + sizeof(*iph), end);
	if (ret != DRLB_PARSE_OK)
		return ret;

	iph = (const void *)skb->data + offset;
	hlen = iph->ihl * 4;
	if (iph->version != 4 || hlen < sizeof(*iph))
		return DRLB_PARSE_MALFORMED;
	if (!drlb_proto_find(iph->protocol))
		return DRLB_PARSE_PASS;
	if (iph->frag_off & htons(IP_OFFSET))
		return DRLB_PARSE_PASS;
	ret = pull(skb, offset + hlen + sizeof(struct ports), end);
	if (ret != DRLB_PARSE_OK)
		return ret;

	/* An error comes to the sender of the packet that it quotes. */
	iph = (const void *)skb->data + offset;
	if (ip_hdr(skb)->daddr != iph->saddr)
		return DRLB_PARSE_PASS;

	pkt->key.v4.saddr = iph->daddr;
	pkt->key.v4.daddr = iph->saddr;
	pkt->key.v4.ports = ports_swap(((const struct ports *)
				      ((const u8 *)iph + hlen))->both);
	pkt->key.v4.what = drlb_key_what(iph->protocol, vrf);
	pkt->icmp_error = true;

	return DRLB_PARSE_OK;
}

static enum drlb_parse parse_icmp4(struct sk_buff *skb, unsigned int offset,
				   unsigned int end, int vrf,
				     struct drlb_packet *pkt)
{
	const struct icmphdr *ich;
	enum drlb_parse ret;

	ret = pull(skb, offset + sizeof(*ich), end);
	if (ret != DRLB_PARSE_OK)
		return ret;

	ich = (const void *)skb->data + offset;
	switch (ich->type) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return parse_quoted4(skb, offset + sizeof(*ich), end, vrf,
				     pkt);
	default:
		return DRLB_PARSE_PASS;
	}
}

/* The length in the header, where GRO leaves 0 for packets above 64 KiB. */
static unsigned int total_length4(const struct sk_buff *skb,
				  const struct iphdr *iph)
{
	unsigned int len = ntohs(iph->tot_len);

	return likely(len) || !skb_is_gso(skb) ? len : skb->len;
}

enum drlb_parse drlb_packet_parse4(struct sk_buff *skb, enum drlb_door door,
				   int vrf, struct drlb_packet *pkt)
{
	const struct drlb_proto *proto;
	const struct iphdr *iph;
	unsigned int hlen, end;
	enum drlb_parse ret;
	__be32 ports;

	ret = pull(skb, sizeof(*iph), skb->len);
	if (unlikely(ret != DRLB_PARSE_OK))
		return ret;

	iph = ip_hdr(skb);
	hlen = iph->ihl * 4;
	end = total_length4(skb, iph);

	if (door == DRLB_DOOR_INGRESS) {
		if (unlikely(iph->version != 4 || hlen < sizeof(*iph) ||
			     end < hlen || end > skb->len))
			return DRLB_PARSE_MALFORMED;
		ret = pull(skb, hlen, end);
		if (unlikely(ret != DRLB_PARSE_OK))
			return ret;

		iph = ip_hdr(skb);
		if (unlikely(ip_fast_csum(iph, iph->ihl)))
			return DRLB_PARSE_MALFORMED;
		if (unlikely(ip_is_fragment(iph)))
			return DRLB_PARSE_PASS;
		ret = trim(skb, end);
		if (unlikely(ret != DRLB_PARSE_OK))
			return ret;
		iph = ip_hdr(skb);
	} else if (unlikely(ip_is_fragment(iph))) {
		/* Defragmentation was asked not to touch it. */
		return DRLB_PARSE_PASS;
	}

	pkt->family = AF_INET;
	pkt->event = DRLB_PACKET_NOTHING;
	pkt->icmp_error = false;

	proto = drlb_proto_find(iph->protocol);
	if (unlikely(!proto)) {
		if (iph->protocol == IPPROTO_ICMP)
			return parse_icmp4(skb, hlen, end, vrf, pkt);
		return DRLB_PARSE_PASS;
	}

	ret = parse_transport(skb, hlen, end, proto, &pkt->event, &ports);
	if (unlikely(ret != DRLB_PARSE_OK))
		return ret;

	iph = ip_hdr(skb);
	pkt->key.v4.saddr = iph->saddr;
	pkt->key.v4.daddr = iph->daddr;
	pkt->key.v4.ports = ports;
	pkt->key.v4.what = drlb_key_what(iph->protocol, vrf);

	return DRLB_PARSE_OK;
}

static unsigned int extension_len(u8 type, const struct ipv6_opt_hdr *oh)
{
	switch (type) {
	case NEXTHDR_AUTH:
		return ipv6_authlen(oh);
	case NEXTHDR_FRAGMENT:
		return sizeof(struct frag_hdr);
	default:
		return ipv6_optlen(oh);
	}
}

/* True if no transport header follows: with segments left the packet does not
 * end here, and only a first fragment has the ports. @header has 8 bytes.
 */
static bool extension_is_last(u8 type, const void *header)
{
	const struct ipv6_rt_hdr *rh = header;
	const struct frag_hdr *fh = header;

	if (type == NEXTHDR_ROUTING)
		return rh->segments_left;

	return type == NEXTHDR_FRAGMENT && fh->frag_off & htons(IP6_OFFSET);
}

/* Walk the extension headers from @offset on, bounded by @end. On return
 * *@nexthdr and *@offset are the first header that is none, and its place.
 * Fragments pass, but a packet that an error quotes may be one.
 */
static enum drlb_parse skip_extensions(struct sk_buff *skb, unsigned int end,
				       bool quoted, u8 *nexthdr,
				       unsigned int *offset)
{
	const struct ipv6_opt_hdr *oh;
	enum drlb_parse ret;
	unsigned int hlen;
	int i;

	for (i = 0; i <= EXTENSIONS_MAX; i++) {
		switch (*nexthdr) {
		case NEXTHDR_HOP:
		case NEXTHDR_DEST:
		case NEXTHDR_ROUTING:
		case NEXTHDR_AUTH:
			break;
		case NEXTHDR_FRAGMENT:
			if (!quoted)
				return DRLB_PARSE_PASS;
			break;
		default:
			return DRLB_PARSE_OK;
		}

		/* None is shorter than 8 bytes. */
		ret = pull(skb, *offset + 8, end);
		if (ret != DRLB_PARSE_OK)
			return ret;

		oh = (const void *)skb->data + *offset;
		hlen = extension_len(*nexthdr, oh);
		if (*offset + hlen > end)
			return DRLB_PARSE_MALFORMED;
		if (extension_is_last(*nexthdr, oh))
			return DRLB_PARSE_PASS;

		*nexthdr = oh->nexthdr;
		*offset += hlen;
	}

	return DRLB_PARSE_MALFORMED;
}

static enum drlb_parse parse_quoted6(struct sk_buff *skb, unsigned int offset,
				     unsigned int end, int vrf,
				     struct drlb_packet *pkt)
{
	const struct ipv6hdr *ip6h;
	unsigned int inner = offset;
	enum drlb_parse ret;
	u8 nexthdr;

	ret = pull(skb, offset + sizeof(*ip6h), end);
	if (ret != DRLB_PARSE_OK)
		return ret;

	ip6h = (const void *)skb->data + offset;
	if (ip6h->version != 6)
		return DRLB_PARSE_MALFORMED;

	nexthdr = ip6h->nexthdr;
	offset += sizeof(*ip6h);
	ret = skip_extensions(skb, end, true, &nexthdr, &offset);
	if (ret != DRLB_PARSE_OK)
		return ret;
	if (!drlb_proto_find(nexthdr))
		return DRLB_PARSE_PASS;
	ret = pull(skb, offset + sizeof(struct ports), end);
	if (ret != DRLB_PARSE_OK)
		return ret;

	ip6h = (const void *)skb->data + inner;
	if (!ipv6_addr_equal(&ipv6_hdr(skb)->daddr, &ip6h->saddr))
		return DRLB_PARSE_PASS;

	pkt->key.v6.saddr = ip6h->daddr;
	pkt->key.v6.daddr = ip6h->saddr;
	pkt->key.v6.ports = ports_swap(((const struct ports *)
				      (skb->data + offset))->both);
	pkt->key.v6.what = drlb_key_what(nexthdr, vrf);
	pkt->icmp_error = true;

	return DRLB_PARSE_OK;
}

static enum drlb_parse parse_icmp6(struct sk_buff *skb, unsigned int offset,
				   unsigned int end, int vrf,
				     struct drlb_packet *pkt)
{
	const struct icmp6hdr *ich;
	enum drlb_parse ret;

	ret = pull(skb, offset + sizeof(*ich), end);
	if (ret != DRLB_PARSE_OK)
		return ret;

	ich = (const void *)skb->data + offset;
	if (ich->icmp6_type & ICMPV6_INFOMSG_MASK)
		return DRLB_PARSE_PASS;

	return parse_quoted6(skb, offset + sizeof(*ich), end, vrf, pkt);
}

enum drlb_parse drlb_packet_parse6(struct sk_buff *skb, enum drlb_door door,
				   int vrf, struct drlb_packet *pkt)
{
	const struct drlb_proto *proto;
	const struct ipv6hdr *ip6h;
	unsigned int offset, end;
	enum drlb_parse ret;
	__be32 ports;
	u8 nexthdr;

	ret = pull(skb, sizeof(*ip6h), skb->len);
	if (unlikely(ret != DRLB_PARSE_OK))
		return ret;

	ip6h = ipv6_hdr(skb);
	end = ntohs(ip6h->payload_len);
	nexthdr = ip6h->nexthdr;
	offset = sizeof(*ip6h);

	/* A jumbogram, or GRO's packets above 64 KiB: IP finds out which. */
	if (unlikely(!end)) {
		if (door == DRLB_DOOR_INGRESS)
			return DRLB_PARSE_PASS;
		end = skb->len;
	} else {
		end += sizeof(*ip6h);
	}

	if (door == DRLB_DOOR_INGRESS) {
		if (unlikely(ip6h->version != 6 || end > skb->len))
			return DRLB_PARSE_MALFORMED;
		/* IP acts on hop-by-hop options first. */
		if (unlikely(nexthdr == NEXTHDR_HOP))
			return DRLB_PARSE_PASS;
		ret = trim(skb, end);
		if (unlikely(ret != DRLB_PARSE_OK))
			return ret;
	}

	pkt->family = AF_INET6;
	pkt->event = DRLB_PACKET_NOTHING;
	pkt->icmp_error = false;

	proto = drlb_proto_find(nexthdr);
	if (unlikely(!proto)) {
		ret = skip_extensions(skb, end, false, &nexthdr, &offset);
		if (ret != DRLB_PARSE_OK)
			return ret;
		if (nexthdr == NEXTHDR_ICMP)
			return parse_icmp6(skb, offset, end, vrf, pkt);
		proto = drlb_proto_find(nexthdr);
		if (!proto)
			return DRLB_PARSE_PASS;
	}

	ret = parse_transport(skb, offset, end, proto, &pkt->event, &ports);
	if (unlikely(ret != DRLB_PARSE_OK))
		return ret;

	ip6h = ipv6_hdr(skb);
	pkt->key.v6.saddr = ip6h->saddr;
	pkt->key.v6.daddr = ip6h->daddr;
	pkt->key.v6.ports = ports;
	pkt->key.v6.what = drlb_key_what(nexthdr, vrf);

	return DRLB_PARSE_OK;
}

#ifdef DRLB_SELFTEST
#include "selftest/packet.c"
#endif
