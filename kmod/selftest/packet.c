// SPDX-License-Identifier: GPL-2.0
/*
 * Each frame is parsed at both doors, whole and in every division between the
 * linear part and a page; then some are cut off at every length. Behind the end
 * of the linear part lies 0xff where the parser has no business, and the rest of
 * a good packet where it might take that for its own. The parser for plain
 * packets has to take those that are plain and no others, and the parser for all
 * has to come to the same, and is tried in a VRF as well.
 *
 * Every pull moves the head, so that pointers from before it are found out: by
 * the 0xff behind the old one, which a clone holds; or, where there is no clone
 * and no room either, by KASAN or the zeros of init_on_free=1. Where nothing
 * moves, what is behind the linear part looks good, but has other addresses and
 * ports.
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include "check.h"

#define FRAME_MAX	192

enum {
	OK = DRLB_PARSE_OK,
	PASS = DRLB_PARSE_PASS,
	BAD = DRLB_PARSE_MALFORMED,
	NONE,			/* does not get to this door */
};

enum {
	NOTHING = DRLB_PACKET_NOTHING,
	OPEN = DRLB_PACKET_OPEN,
	CLOSE = DRLB_PACKET_CLOSE,
	FLOW = DRLB_PACKET_FLOW,
	RESET = DRLB_PACKET_RESET,
	DATAGRAM = DRLB_PACKET_DATAGRAM,
};

/*
 * Packets in hexadecimal, from 192.0.2.1 or 2001:db8::1, port 1025, to the VIP
 * 10.0.0.100 or fd00::64, port 80; quoted ones the other way round. Only the
 * IPv4 header's checksum is filled in later.
 */
#define CLIENT4		"c0000201"
#define VIP4		"0a000064"
#define CLIENT6		"20010db8000000000000000000000001"
#define VIP6		"fd000000000000000000000000000064"
#define OTHER4		"0a000065"
#define OTHER6		"fd000000000000000000000000000065"

#define IP4_(ihl, len, frag, next, from, to)				\
	"4" ihl "00" len "0001" frag "40" next "0000" from to
#define IP4(ihl, len, frag, next)	IP4_(ihl, len, frag, next, CLIENT4, VIP4)
#define QUOTE4(ihl, frag, next)		IP4_(ihl, "05dc", frag, next, VIP4, CLIENT4)
#define NOPS		"01010101"

#define IP6(len, next)	"60000000" len next "40" CLIENT6 VIP6
#define QUOTE6_(next, from)	"600000000500" next "40" from CLIENT6
#define QUOTE6(next)	QUOTE6_(next, VIP6)
#define EXT(next, len)	next len "0104 00000000"
#define RT(next, left)	next "0000" left "00000000"
#define AH(next)	next "010000 00000001 00000001"
#define FRAG(next, off)	next "00" off "00000001"

#define TCP(doff, flags)						\
	"0401 0050 00000001 00000000" doff "0" flags "2000 0000 0000"
#define UDP(len)	"0401 0050" len "0000"
#define ICMP(type)	type "00 0000 00000000"
#define QUOTED		"0050 0401 00000001"
#define DATA		"64617461"
#define PADDING		"000000000000"

static const struct frame {
	u8 family;
	const char *hex;
	u8 expected[2];		/* by enum drlb_door */
	u8 protocol;		/* these three if it is OK */
	u8 event;
	bool icmp_error;
	bool gso;
	bool bad_csum;
	u8 trimmed;		/* length without padding */
} frames[] = {
	/* What clients send */
	{ 4, IP4("5", "0028", "0000", "06") TCP("5", "02"),
	  { OK, OK }, IPPROTO_TCP, OPEN },
	{ 4, IP4("5", "002c", "4000", "06") TCP("5", "ff") DATA,
	  { OK, OK }, IPPROTO_TCP, RESET },
	{ 4, IP4("5", "0028", "0000", "06") TCP("5", "10") PADDING,
	  { NONE, OK }, IPPROTO_TCP, FLOW, .trimmed = 40 },
	{ 4, IP4("5", "002c", "0000", "06") TCP("6", "02") NOPS,
	  { OK, OK }, IPPROTO_TCP, OPEN },
	{ 4, IP4("5", "0020", "0000", "11") UDP("000c") DATA,
	  { OK, OK }, IPPROTO_UDP, DATAGRAM },
	{ 4, IP4("5", "001c", "0000", "11") UDP("0008") PADDING,
	  { NONE, OK }, IPPROTO_UDP, DATAGRAM, .trimmed = 28 },
	{ 6, IP6("0014", "06") TCP("5", "02"),
	  { OK, OK }, IPPROTO_TCP, OPEN },
	{ 6, IP6("0014", "06") TCP("5", "11") PADDING,
	  { NONE, OK }, IPPROTO_TCP, CLOSE, .trimmed = 60 },
	{ 6, IP6("000c", "11") UDP("000c") DATA,
	  { OK, OK }, IPPROTO_UDP, DATAGRAM },

	/* IPv4 options */
	{ 4, IP4("6", "002c", "0000", "06") NOPS TCP("5", "12"),
	  { OK, OK }, IPPROTO_TCP, NOTHING },
	{ 4, IP4("f", "0044", "0000", "11") NOPS NOPS NOPS NOPS NOPS NOPS NOPS
	  NOPS NOPS NOPS UDP("0008"),
	  { OK, OK }, IPPROTO_UDP, DATAGRAM },

	/* Headers that IP would refuse */
	{ 4, "5500 0028 0001 0000 40 06 0000" CLIENT4 VIP4 TCP("5", "02"),
	  { NONE, BAD } },
	{ 4, IP4("4", "0028", "0000", "06") TCP("5", "02"), { NONE, BAD } },
	{ 4, IP4("0", "0028", "0000", "06") TCP("5", "02"), { NONE, BAD } },
	{ 4, IP4("f", "0028", "0000", "06") TCP("5", "02"), { BAD, BAD } },
	{ 4, IP4("5", "0028", "0000", "06") TCP("5", "02"),
	  { OK, BAD }, IPPROTO_TCP, OPEN, .bad_csum = true },
	{ 4, IP4("5", "0029", "0000", "06") TCP("5", "02"), { NONE, BAD } },
	{ 4, IP4("5", "ffff", "0000", "06") TCP("5", "02"), { NONE, BAD } },
	{ 4, IP4("5", "0013", "0000", "06") TCP("5", "02"), { BAD, BAD } },
	{ 4, IP4("5", "0000", "0000", "06") TCP("5", "02"), { BAD, BAD } },
	{ 6, "40000000 0014 06 40" CLIENT6 VIP6 TCP("5", "02"),
	  { NONE, BAD } },
	{ 6, IP6("0015", "06") TCP("5", "02"), { NONE, BAD } },
	{ 6, IP6("ffff", "06") TCP("5", "02"), { NONE, BAD } },

	/* Lengths that lie, some about padding */
	{ 4, IP4("5", "0028", "0000", "06") TCP("4", "02"), { BAD, BAD } },
	{ 4, IP4("5", "0028", "0000", "06") TCP("0", "02"), { BAD, BAD } },
	{ 4, IP4("5", "0028", "0000", "06") TCP("f", "02"), { BAD, BAD } },
	{ 4, IP4("5", "0028", "0000", "06") TCP("6", "02") PADDING,
	  { BAD, BAD } },
	{ 4, IP4("5", "0027", "0000", "06") TCP("5", "02"), { BAD, BAD } },
	{ 6, IP6("0014", "06") TCP("6", "02") PADDING, { BAD, BAD } },
	{ 6, IP6("0014", "06") TCP("6", "02"), { BAD, BAD } },
	{ 6, IP6("0014", "06") TCP("4", "02"), { BAD, BAD } },
	{ 4, IP4("5", "0020", "0000", "11") UDP("0007") DATA, { BAD, BAD } },
	{ 4, IP4("5", "0020", "0000", "11") UDP("0000") DATA, { BAD, BAD } },
	{ 4, IP4("5", "0020", "0000", "11") UDP("000d") DATA, { BAD, BAD } },
	{ 4, IP4("5", "001c", "0000", "11") UDP("000c") DATA, { BAD, BAD } },
	{ 4, IP4("5", "0020", "0000", "11") UDP("000a") DATA,
	  { OK, OK }, IPPROTO_UDP, DATAGRAM },
	{ 6, IP6("000c", "11") UDP("000d") DATA, { BAD, BAD } },
	{ 6, IP6("000c", "11") UDP("0007") DATA, { BAD, BAD } },

	/* GRO's packets may be too long for the fields */
	{ 4, IP4("5", "0000", "0000", "06") TCP("5", "10") DATA,
	  { OK, OK }, IPPROTO_TCP, FLOW, .gso = true },
	{ 4, IP4("5", "0020", "0000", "11") UDP("0000") DATA,
	  { OK, OK }, IPPROTO_UDP, DATAGRAM, .gso = true },
	{ 6, IP6("0000", "06") TCP("5", "10") DATA,
	  { OK, PASS }, IPPROTO_TCP, FLOW, .gso = true },

	/* Fragments: the first, the middle, the last */
	{ 4, IP4("5", "0028", "2000", "06") TCP("5", "02"), { PASS, PASS } },
	{ 4, IP4("5", "0028", "2001", "06") TCP("5", "02"), { PASS, PASS } },
	{ 4, IP4("5", "0028", "0001", "06") TCP("5", "02"), { PASS, PASS } },
	{ 6, IP6("001c", "2c") FRAG("06", "0001") TCP("5", "02"),
	  { PASS, PASS } },
	{ 6, IP6("001c", "2c") FRAG("06", "0008") TCP("5", "02"),
	  { PASS, PASS } },
	{ 6, IP6("0024", "3c") EXT("2c", "00") FRAG("06", "0001")
	  TCP("5", "02"), { PASS, PASS } },

	/* IPv6 extension headers: hop-by-hop options are IP's affair */
	{ 6, IP6("001c", "00") EXT("06", "00") TCP("5", "02"),
	  { OK, PASS }, IPPROTO_TCP, OPEN },
	{ 6, IP6("0010", "3c") EXT("11", "00") UDP("0008"),
	  { OK, OK }, IPPROTO_UDP, DATAGRAM },
	{ 6, IP6("0018", "3c") EXT("11", "01") PADDING "0000" UDP("0008"),
	  { OK, OK }, IPPROTO_UDP, DATAGRAM },
	{ 6, IP6("001c", "2b") RT("06", "00") TCP("5", "02"),
	  { OK, OK }, IPPROTO_TCP, OPEN },
	{ 6, IP6("001c", "2b") RT("06", "01") TCP("5", "02"), { PASS, PASS } },
	{ 6, IP6("0020", "33") AH("06") TCP("5", "02"),
	  { OK, OK }, IPPROTO_TCP, OPEN },
	{ 6, IP6("0038", "00") EXT("3c", "00") EXT("2b", "00") RT("33", "00")
	  AH("06") TCP("5", "02"), { OK, PASS }, IPPROTO_TCP, OPEN },
	{ 6, IP6("001c", "3c") EXT("06", "03") TCP("5", "02"), { BAD, BAD } },
	{ 6, IP6("001c", "3c") EXT("06", "ff") TCP("5", "02"), { BAD, BAD } },
	{ 6, IP6("0008", "3c") EXT("3b", "01"), { BAD, BAD } },
	{ 6, IP6("001c", "33") "06ff 0000 00000000" TCP("5", "02"),
	  { BAD, BAD } },
	/* as many as are allowed, and one more */
	{ 6, IP6("0048", "3c") EXT("3c", "00") EXT("3c", "00") EXT("3c", "00")
	  EXT("3c", "00") EXT("3c", "00") EXT("3c", "00") EXT("3c", "00")
	  EXT("11", "00") UDP("0008"), { OK, OK }, IPPROTO_UDP, DATAGRAM },
	{ 6, IP6("0050", "3c") EXT("3c", "00") EXT("3c", "00") EXT("3c", "00")
	  EXT("3c", "00") EXT("3c", "00") EXT("3c", "00") EXT("3c", "00")
	  EXT("3c", "00") EXT("11", "00") UDP("0008"), { BAD, BAD } },

	/* Nothing to balance: SCTP, GRE, ESP, no next header, echo, redirect */
	{ 4, IP4("5", "0020", "0000", "84") UDP("0000") DATA, { PASS, PASS } },
	{ 4, IP4("5", "0018", "0000", "2f") DATA, { PASS, PASS } },
	{ 6, IP6("0004", "32") DATA, { PASS, PASS } },
	{ 6, IP6("0008", "3c") EXT("3b", "00"), { PASS, PASS } },
	{ 4, IP4("5", "001c", "0000", "01") ICMP("08"), { PASS, PASS } },
	{ 4, IP4("5", "0038", "0000", "01") ICMP("05") QUOTE4("5", "0000", "06")
	  QUOTED, { PASS, PASS } },
	{ 6, IP6("0008", "3a") ICMP("80"), { PASS, PASS } },
	{ 6, IP6("0008", "3a") ICMP("87"), { PASS, PASS } },

	/* ICMP errors: unreachable, source quench, time exceeded, parameter */
	{ 4, IP4("5", "0038", "0000", "01") ICMP("03") QUOTE4("5", "4000", "06")
	  QUOTED, { OK, OK }, IPPROTO_TCP, .icmp_error = true },
	{ 4, IP4("5", "0038", "0000", "01") ICMP("04") QUOTE4("5", "0000", "11")
	  QUOTED, { OK, OK }, IPPROTO_UDP, .icmp_error = true },
	{ 4, IP4("5", "0038", "0000", "01") ICMP("0b") QUOTE4("5", "0000", "06")
	  QUOTED, { OK, OK }, IPPROTO_TCP, .icmp_error = true },
	{ 4, IP4("6", "0040", "0000", "01") NOPS ICMP("0c")
	  QUOTE4("6", "2000", "11") NOPS QUOTED,
	  { OK, OK }, IPPROTO_UDP, .icmp_error = true },
	/* quoted: another fragment than the first, ICMP, nonsense */
	{ 4, IP4("5", "0038", "0000", "01") ICMP("03") QUOTE4("5", "0001", "11")
	  QUOTED, { PASS, PASS } },
	{ 4, IP4("5", "0038", "0000", "01") ICMP("03") QUOTE4("5", "0000", "01")
	  QUOTED, { PASS, PASS } },
	{ 4, IP4("5", "0038", "0000", "01") ICMP("03") QUOTE4("4", "0000", "06")
	  QUOTED, { BAD, BAD } },
	{ 4, IP4("5", "0038", "0000", "01") ICMP("03") QUOTE4("f", "0000", "06")
	  QUOTED, { BAD, BAD } },
	{ 4, IP4("5", "004c", "0000", "01") ICMP("03") QUOTE6("06") QUOTED,
	  { BAD, BAD } },
	{ 4, IP4("5", "0038", "0000", "01") ICMP("03")
	  "6500 05dc 0001 0000 40 06 0000" VIP4 CLIENT4 QUOTED, { BAD, BAD } },
	{ 4, IP4("5", "001c", "0000", "01") ICMP("03")
	  QUOTE4("5", "0000", "06") QUOTED, { BAD, BAD } },
	/* of another than the VIP, which would be the sender */
	{ 4, IP4("5", "0038", "0000", "01") ICMP("03")
	  IP4_("5", "05dc", "0000", "06", OTHER4, CLIENT4) QUOTED,
	  { PASS, PASS } },

	/* ICMPv6 errors: unreachable, too big, time exceeded, parameter */
	{ 6, IP6("0038", "3a") ICMP("01") QUOTE6("06") QUOTED,
	  { OK, OK }, IPPROTO_TCP, .icmp_error = true },
	{ 6, IP6("0038", "3a") ICMP("02") QUOTE6("11") QUOTED,
	  { OK, OK }, IPPROTO_UDP, .icmp_error = true },
	{ 6, IP6("0040", "3c") EXT("3a", "00") ICMP("03") QUOTE6("06") QUOTED,
	  { OK, OK }, IPPROTO_TCP, .icmp_error = true },
	{ 6, IP6("0048", "3a") ICMP("04") QUOTE6("00") EXT("3c", "00")
	  EXT("06", "00") QUOTED, { OK, OK }, IPPROTO_TCP, .icmp_error = true },
	{ 6, IP6("0040", "3a") ICMP("02") QUOTE6("2c") FRAG("11", "0008")
	  QUOTED, { PASS, PASS } },
	{ 6, IP6("0040", "3a") ICMP("02") QUOTE6("2c") FRAG("11", "0001")
	  QUOTED, { OK, OK }, IPPROTO_UDP, .icmp_error = true },
	{ 6, IP6("003c", "3a") ICMP("02") QUOTE6("2c") FRAG("11", "0001")
	  "0050", { BAD, BAD } },
	{ 6, IP6("0038", "3a") ICMP("01") QUOTE6("3a") QUOTED,
	  { PASS, PASS } },
	{ 6, IP6("0024", "3a") ICMP("01") QUOTE4("5", "0000", "06") QUOTED,
	  { BAD, BAD } },
	{ 6, IP6("0038", "3a") ICMP("01") "40000000 0500 06 40" VIP6 CLIENT6
	  QUOTED, { BAD, BAD } },
	{ 6, IP6("0008", "3a") ICMP("02") QUOTE6("06") QUOTED, { BAD, BAD } },
	{ 6, IP6("0038", "3a") ICMP("01") QUOTE6_("06", OTHER6) QUOTED,
	  { PASS, PASS } },
};

/* To be cut off: good from @headers bytes on, with the lengths put right. */
static const struct cut {
	struct frame frame;
	u8 headers;
} cuts[] = {
	{ { 4, IP4("6", "0030", "0000", "06") NOPS TCP("5", "10") DATA,
	    { OK, OK }, IPPROTO_TCP, FLOW }, 24 + 20 },
	{ { 4, IP4("5", "0038", "0000", "01") ICMP("03")
	    QUOTE4("6", "0000", "11") NOPS "0050 0401",
	    { OK, OK }, IPPROTO_UDP, .icmp_error = true }, 20 + 8 + 24 + 4 },
	{ { 4, IP4("5", "001c", "0000", "11") UDP("0008"),
	    { OK, OK }, IPPROTO_UDP, DATAGRAM }, 20 + 8 },
	{ { 6, IP6("0030", "2b") RT("3c", "00") EXT("33", "00")
	    AH("06") TCP("5", "10") DATA,
	    { OK, OK }, IPPROTO_TCP, FLOW }, 40 + 8 + 8 + 12 + 20 },
	{ { 6, IP6("0044", "3a") ICMP("02") QUOTE6("3c") EXT("06", "00")
	    QUOTED, { OK, OK }, IPPROTO_TCP, .icmp_error = true },
	  40 + 8 + 40 + 8 + 4 },
};

enum surroundings {
	TAPPED,			/* shared; only the parser for all is asked */
	TIGHT,
	BAITED,
};

/* Indices of VRFs' devices. A plain packet is in none. */
static const int vrfs[] = {
	[TAPPED] = 0x6bcdef,
	[TIGHT] = 0,
	[BAITED] = 0,
};

/**
 * struct trial - one skb, parsed once
 * @frame: what it is
 * @page: its bytes
 * @size: their number
 * @len: how many of them the skb has
 * @linear: how many of these are in its linear part
 * @door: where it comes in
 * @expected: what is to come of it
 * @trimmed: how long it is to be thereafter, if that is OK
 * @around: what is around it
 */
struct trial {
	const struct frame *frame;
	struct page *page;
	u32 size;
	u32 len;
	u32 linear;
	enum drlb_door door;
	u8 expected;
	u32 trimmed;
	enum surroundings around;
};

static void __init trial_checksum(const struct trial *t)
{
	struct iphdr *iph = page_address(t->page);

	if (t->frame->family == 4 && !t->frame->bad_csum && iph->ihl >= 5)
		ip_send_check(iph);
}

static void __init trial_load(struct trial *t, const struct frame *frame)
{
	const char *hex = frame->hex;
	u8 *byte = page_address(t->page);

	memset(byte, 0xff, FRAME_MAX);
	t->frame = frame;
	for (t->size = 0; *hex; t->size++) {
		hex += strspn(hex, " ");
		*byte++ = hex_to_bin(hex[0]) << 4 | hex_to_bin(hex[1]);
		hex += 2;
	}
	trial_checksum(t);
}

/* As if it had been cut after @cut bytes before it was sent. */
static void __init trial_shorten(const struct trial *t, u32 cut)
{
	struct ipv6hdr *ip6h = page_address(t->page);
	struct iphdr *iph = page_address(t->page);

	if (t->frame->family == 4)
		iph->tot_len = htons(cut);
	else
		ip6h->payload_len = htons(max_t(u32, cut, 40) - 40);
	trial_checksum(t);
}

static void __init trial_bait(const struct trial *t, u8 *data)
{
	u32 i = t->frame->family == 4 ? 12 : 8;
	u32 end = t->frame->family == 4 ? 24 : 44;

	memcpy(data, page_address(t->page), t->size);
	for (; i < end; i++)
		data[i] ^= 0xff;
}

static struct sk_buff *__init trial_skb(const struct trial *t)
{
	struct sk_buff *skb = alloc_skb(FRAME_MAX, GFP_KERNEL);

	if (!skb)
		return NULL;

	memset(skb->data, 0xff, skb_tailroom(skb));
	if (t->around == BAITED)
		trial_bait(t, skb->data);
	if (t->around == TIGHT)
		skb_reserve(skb, skb_tailroom(skb) -
				 (t->linear < t->len ? t->linear : t->size));
	skb_reset_network_header(skb);
	if (t->linear < t->len) {
		skb_put_data(skb, page_address(t->page), t->linear);
		get_page(t->page);
		skb_add_rx_frag(skb, 0, t->page, t->linear, t->len - t->linear,
				PAGE_SIZE);
	} else {
		skb_put_data(skb, page_address(t->page), t->size);
		__skb_trim(skb, t->len);
	}
	if (t->frame->gso)
		skb_shinfo(skb)->gso_size = 1000;

	return skb;
}

static bool __init packet_is_right(const struct trial *t,
				   const struct drlb_packet *pkt)
{
	static const union drlb_key4 key4 = {
		.saddr = cpu_to_be32(0xc0000201),
		.daddr = cpu_to_be32(0x0a000064),
		.sport = cpu_to_be16(1025),
		.dport = cpu_to_be16(80),
	};
	static const union drlb_key6 key6 = {
		.saddr.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x01 },
		.daddr.s6_addr = { 0xfd, [15] = 0x64 },
		.sport = cpu_to_be16(1025),
		.dport = cpu_to_be16(80),
	};
	u32 what = vrfs[t->around] << 8 | t->frame->protocol;
	const struct frame *f = t->frame;
	union drlb_key right = {};

	if (f->family == 4) {
		right.v4 = key4;
		right.v4.what = what;
		if (memcmp(&pkt->key.v4, &right.v4, sizeof(key4)))
			return false;
	} else {
		right.v6 = key6;
		right.v6.what = what;
		if (memcmp(&pkt->key.v6, &right.v6, sizeof(key6)))
			return false;
	}

	return pkt->family == (f->family == 4 ? AF_INET : AF_INET6) &&
	       pkt->event == f->event && pkt->icmp_error == f->icmp_error;
}

/* TCP or UDP right behind a header without options, both in the linear part, no
 * padding behind, and no length that GRO left at 0: of those that are good.
 */
static bool __init trial_is_plain(const struct trial *t)
{
	bool tcp = t->frame->protocol == IPPROTO_TCP;
	const u8 *byte = page_address(t->page);
	u32 fixed, next, len;

	if (t->frame->family == 4) {
		fixed = 20;
		next = byte[0] == 0x45 ? byte[9] : 0;
		len = byte[2] << 8 | byte[3];
	} else {
		fixed = 40;
		next = byte[6];
		len = (byte[4] << 8 | byte[5]) + 40;
	}

	return next == t->frame->protocol && len == t->len && !t->frame->gso &&
	       t->linear >= fixed + (tcp ? 20 : 8);
}

static bool __init trial_parse_plain(const struct trial *t,
				     const struct sk_buff *skb,
				     struct drlb_packet *pkt)
{
	u8 family = t->frame->family == 4 ? AF_INET : AF_INET6;

	pkt->family = family;
	pkt->icmp_error = false;

	return family == AF_INET ?
	       drlb_packet_plain4(skb, t->door, &pkt->key.v4, &pkt->event) :
	       drlb_packet_plain6(skb, &pkt->key.v6, &pkt->event);
}

/* As the director does it, but for a tapped one. A plain packet that is not
 * taken for one, or the other way round, is NONE.
 */
static int __init trial_parse(const struct trial *t, struct sk_buff *skb,
			      struct drlb_packet *pkt)
{
	u8 family = t->frame->family == 4 ? AF_INET : AF_INET6;
	bool plain;

	if (t->around != TAPPED) {
		plain = trial_parse_plain(t, skb, pkt);
		if (plain != (t->expected == OK && trial_is_plain(t)))
			return NONE;
		if (plain)
			return DRLB_PARSE_OK;
		memset(pkt, 0xa5, sizeof(*pkt));
	}

	return drlb_packet_parse(skb, t->door, family, vrfs[t->around], pkt);
}

static bool __init trial_holds_once(const struct trial *t)
{
	struct sk_buff *skb, *tap = NULL;
	u8 seen[FRAME_MAX] = {};
	struct drlb_packet pkt;
	bool good;
	int ret;

	skb = trial_skb(t);
	if (skb && t->around == TAPPED)
		tap = skb_clone(skb, GFP_KERNEL);
	if (!skb || (t->around == TAPPED && !tap)) {
		kfree_skb(skb);
		return false;
	}

	memset(&pkt, 0xa5, sizeof(pkt));
	ret = trial_parse(t, skb, &pkt);

	good = ret == t->expected &&
	       !skb_copy_bits(skb, 0, seen, skb->len) &&
	       !memcmp(seen, page_address(t->page), skb->len);
	if (good && ret == DRLB_PARSE_OK)
		good = packet_is_right(t, &pkt) &&
		       skb->len == t->trimmed;

	kfree_skb(tap);
	kfree_skb(skb);

	return good;
}

static bool __init trial_holds(struct trial *t)
{
	bool good = true;

	for (t->around = TAPPED; t->around <= BAITED; t->around++)
		good &= trial_holds_once(t);

	return good;
}

/* At one door, divided between linear part and page in every way. */
static bool __init frame_holds(struct trial *t, enum drlb_door door)
{
	bool good = true;

	t->door = door;
	t->len = t->size;
	t->expected = t->frame->expected[door];
	t->trimmed = t->frame->trimmed ?: t->size;
	if (t->expected == NONE)
		return true;

	for (t->linear = 0; t->linear <= t->size; t->linear++)
		good &= trial_holds(t);

	return good;
}

static bool __init trial_holds_split(struct trial *t)
{
	bool good;

	t->linear = t->len;
	good = trial_holds(t);
	t->linear = t->len / 2;

	return good & trial_holds(t);
}

/* The end is missing, and the lengths in the headers do not say so: ingress
 * sees it, while at PRE_ROUTING IP has seen to that; still what is not there
 * must not be read.
 */
static bool __init cut_lying_holds(struct trial *t, u32 cut, u32 headers)
{
	bool good = true;

	trial_shorten(t, t->size);
	t->len = cut;
	t->expected = BAD;
	t->door = DRLB_DOOR_INGRESS;
	good &= trial_holds_split(t);
	t->door = DRLB_DOOR_PREROUTING;
	if (cut < headers)
		good &= trial_holds_split(t);

	return good;
}

/* The lengths tell the truth, with or without the rest as padding. */
static bool __init cut_honest_holds(struct trial *t, u32 cut, u32 headers)
{
	u32 fixed = t->frame->family == 4 ? 20 : 40;
	bool good = true;

	trial_shorten(t, cut);
	for (t->door = 0; t->door <= DRLB_DOOR_INGRESS; t->door++) {
		t->expected = cut >= headers ? OK : BAD;
		/* With a payload of 0 bytes it might be a jumbogram. */
		if (cut == 40 && t->frame->family == 6 &&
		    t->door == DRLB_DOOR_INGRESS)
			t->expected = PASS;
		t->len = cut;
		t->trimmed = cut;
		good &= trial_holds_split(t);
		if (cut <= fixed)
			continue;
		t->len = t->size;
		t->trimmed = t->door == DRLB_DOOR_INGRESS ? cut : t->size;
		good &= trial_holds_split(t);
	}

	return good;
}

static bool __init cut_holds(struct trial *t, const struct cut *c)
{
	bool good = true;
	u32 cut;

	for (cut = 0; cut < t->size; cut++) {
		good &= cut_lying_holds(t, cut, c->headers);
		good &= cut_honest_holds(t, cut, c->headers);
	}

	return good;
}

bool __init drlb_packet_selftest(void)
{
	struct selftest st = { .name = "packet" };
	struct trial trial = {};
	unsigned int i;

	trial.page = alloc_page(GFP_KERNEL);
	if (!trial.page)
		return false;

	/* Odd numbers are PRE_ROUTING, even ones ingress. */
	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		trial_load(&trial, &frames[i]);
		check(&st, frame_holds(&trial, DRLB_DOOR_PREROUTING));
		check(&st, frame_holds(&trial, DRLB_DOOR_INGRESS));
	}

	for (i = 0; i < ARRAY_SIZE(cuts); i++) {
		trial_load(&trial, &cuts[i].frame);
		check(&st, cut_holds(&trial, &cuts[i]));
	}

	put_page(trial.page);

	return check_all_good(&st);
}
