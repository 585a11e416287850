// SPDX-License-Identifier: GPL-2.0
/*
 * The module's packet parser as a target of libFuzzer. The first byte says how
 * the packet lies in memory, the others are the packet. However it lies, and
 * whichever parser takes it, the result must be the same, and must be within
 * the packet.
 */
#include "../../kmod/path/packet.c"
#include "../../kmod/proto/proto.c"
#include "../../kmod/proto/tcp.c"

#include <stdio.h>

#include "fuzz.h"

#define FLAG_IPV6	1	/* a frame of that type */
#define FLAG_INGRESS	2	/* at that door */
#define FLAG_GSO	4	/* merged on its way */
#define FLAG_MEND	8	/* with a valid IPv4 header checksum */
#define FLAG_VRF	16	/* in a VRF */

#define VRF_INDEX	0x6edcba

/* Splits behind these bytes are all the same. */
#define HEADERS_MAX	160

static void expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "packet: %s\n", what);
	abort();
}

/* True for a packet that the parser for plain ones takes. */
static bool parse_plain(const struct sk_buff *skb, enum drlb_door door,
			u8 family, struct drlb_packet *pkt)
{
	struct sk_buff before = *skb;
	bool plain;

	plain = family == AF_INET ?
		drlb_packet_plain4(skb, door, &pkt->key.v4, &pkt->event) :
		drlb_packet_plain6(skb, &pkt->key.v6, &pkt->event);
	expect(!memcmp(skb, &before, sizeof(before)), "it was changed");
	if (!plain) {
		memset(pkt, 0, sizeof(*pkt));
		return false;
	}
	pkt->family = family;

	return true;
}

/* @any: use the parser for all packets, also for plain ones. */
static enum drlb_parse parse(const u8 *data, size_t size, u8 how,
			     size_t headlen, bool any, struct drlb_packet *pkt)
{
	u8 family = how & FLAG_IPV6 ? AF_INET6 : AF_INET;
	int vrf = how & FLAG_VRF ? VRF_INDEX : 0;
	enum drlb_door door = how & FLAG_INGRESS ? DRLB_DOOR_INGRESS :
					DRLB_DOOR_PREROUTING;
	struct sk_buff skb = { .all = data, .len = size, .gso = how & FLAG_GSO };
	enum drlb_parse ret = DRLB_PARSE_OK;

	/* Keys are compared and hashed with their holes, which must be zero. */
	memset(pkt, 0, sizeof(*pkt));
	skb_linear(&skb, headlen);
	if (any || vrf || !parse_plain(&skb, door, family, pkt))
		ret = drlb_packet_parse(&skb, door, family, vrf, pkt);
	expect(skb.headlen <= skb.len && skb.len <= size, "it grew");
	expect(ret != DRLB_PARSE_OK || pkt->family == family, "another family");
	expect(ret != DRLB_PARSE_OK ||
	       drlb_key_vrf(drlb_packet_what(pkt)) == (u32)vrf, "another VRF");
	free(skb.data);

	return ret;
}

/* The checks that IP makes before PRE_ROUTING. */
static bool ip_accepts(const u8 *data, size_t size, u8 how)
{
	const struct iphdr *iph = (const void *)data;

	if (how & FLAG_INGRESS)
		return true;
	if (how & FLAG_IPV6)
		return size >= sizeof(struct ipv6hdr) && data[0] >> 4 == 6 &&
		       ntohs(((const struct ipv6hdr *)data)->payload_len) +
		       sizeof(struct ipv6hdr) <= size;

	return size >= sizeof(*iph) && iph->version == 4 && iph->ihl >= 5 &&
	       size >= iph->ihl * 4U && ntohs(iph->tot_len) >= iph->ihl * 4U &&
	       ntohs(iph->tot_len) <= size;
}

/* The bytes that the kernel guarantees to be linear at that door. */
static size_t linear_at_least(const u8 *data, u8 how)
{
	if (how & FLAG_INGRESS)
		return 0;

	return how & FLAG_IPV6 ? sizeof(struct ipv6hdr) : (data[0] & 15) * 4U;
}

static void try(const u8 *data, size_t size, u8 how)
{
	struct drlb_packet whole, split;
	enum drlb_parse ret;
	size_t headlen;

	if (!ip_accepts(data, size, how))
		return;

	ret = parse(data, size, how, size, false, &whole);
	headlen = linear_at_least(data, how);
	for (; headlen <= size && headlen < HEADERS_MAX; headlen++)
		for (int any = 0; any < 2; any++) {
			expect(parse(data, size, how, headlen, any, &split) ==
			       ret, "another verdict");
			expect(ret != DRLB_PARSE_OK ||
			       !memcmp(&whole, &split, sizeof(whole)),
			       "another key");
		}
}

/* Without this only one checksum in 65536 would be valid. */
static void mend(u8 *data, size_t size)
{
	unsigned int ihl;
	u16 sum;

	if (size < sizeof(struct iphdr))
		return;
	ihl = data[0] & 15;
	if (ihl < 5 || size < ihl * 4)
		return;
	data[10] = 0;
	data[11] = 0;
	sum = ip_fast_csum(data, ihl);
	data[10] = sum >> 8;
	data[11] = sum;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 how, *copy;

	if (!size)
		return 0;
	how = *data++;
	size--;
	copy = malloc(size);
	memcpy(copy, data, size);
	if (how & FLAG_MEND && !(how & FLAG_IPV6))
		mend(copy, size);
	try(copy, size, how);
	free(copy);

	return 0;
}
