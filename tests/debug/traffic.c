// SPDX-License-Identifier: GPL-2.0
/*
 * Sends random packets of all kinds, RATE a second at the most:
 *
 *	traffic DEVICE SECONDS RATE SEED MAC/ADDRESS...
 *
 * They come from a few hundred clients in 198.18.0.0/15 or 2001:db8:bad::/48,
 * so that the same connections are met again in each of their states, and go to
 * the addresses, each at its MAC. At the end, or when terminated, it prints how
 * many packets of each kind, and on each way, the device took.
 *
 * A new kind needs a function and a line in the table.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define BATCH		16
#define SOURCES		32
#define SOURCE_PORTS	16
#define GSO_SIZE	1200
#define GSO_PAYLOAD	(4 * GSO_SIZE)
#define IDENTIFIERS	64
#define EXTRA_MAX	256
#define VLAN_HLEN	4

#define SLOTS		64
#define SLOT_SIZE	8192
#define SLOT_DATA	(TPACKET2_HDRLEN - sizeof(struct sockaddr_ll))

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

static const uint16_t ports[] = { 80, 80, 8080, 8080, 53, 53, 443, 9 };

struct target {
	uint8_t mac[ETH_ALEN];
	int family;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} addr;
};

/* A header for the packet socket, then the frame. */
struct frame {
	struct virtio_net_hdr vnet;
	uint8_t data[7680];
} __attribute__((packed));

struct kind {
	const char *name;
	unsigned int weight;
	/* Fills in what follows the Ethernet header; returns its length. */
	size_t (*build)(struct frame *f, const struct target *to);
	int family;		/* 0 is any */
	unsigned long sent;
};

/* How a frame is sent: with a VLAN tag, which the director's end of the veth
 * pair finds beside the frame, and with all but the first bytes in pages.
 */
struct way {
	const char *name;
	unsigned int weight;
	bool tagged;
	bool paged;
	unsigned long sent;
};

/* Between the network header and the transport header: IPv4's options, or IPv6's
 * extension headers, each of which has the next one's number in its first byte.
 */
static struct {
	uint8_t data[EXTRA_MAX];
	size_t len;
	size_t last;		/* IPv6: where the last header begins */
	uint8_t first;		/* IPv6: the number of the first */
} extra;

static uint64_t seed;

static uint32_t dice(uint32_t sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;

	return (uint32_t)(seed >> 32) % sides;
}

static uint16_t any_source_port(void)
{
	return htons(1024 + dice(SOURCE_PORTS));
}

static uint16_t any_port(void)
{
	return htons(ports[dice(ARRAY_SIZE(ports))]);
}

static uint32_t sum_up(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? p[i] : p[i] << 8;

	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);

	return htons(sum);
}

static uint8_t *network(struct frame *f)
{
	return f->data + ETH_HLEN;
}

static uint32_t pseudo_sum(const struct frame *f, int family, uint8_t protocol,
			   size_t len)
{
	const uint8_t *ip = f->data + ETH_HLEN;
	uint32_t sum = protocol + len;

	return family == AF_INET ? sum_up(ip + 12, 8, sum) :
				   sum_up(ip + 8, 32, sum);
}

/* Writes a network header from any source to @to; returns its length. */
static size_t put_network(struct frame *f, const struct target *to,
			  uint8_t protocol, size_t payload, uint16_t frag)
{
	struct ip6_hdr *ip6 = (void *)network(f);
	struct iphdr *ip = (void *)network(f);

	if (to->family == AF_INET) {
		size_t hlen = sizeof(*ip) + extra.len;

		memset(ip, 0, sizeof(*ip));
		memcpy(ip + 1, extra.data, extra.len);
		ip->version = 4;
		ip->ihl = hlen / 4;
		ip->tot_len = htons(hlen + payload);
		ip->id = htons(dice(IDENTIFIERS));
		ip->frag_off = htons(frag);
		ip->ttl = 64;
		ip->protocol = protocol;
		ip->saddr = htonl(0xc6120001 + dice(SOURCES));
		ip->daddr = to->addr.v4.s_addr;
		ip->check = ~fold(sum_up(ip, hlen, 0));
		return hlen;
	}

	memset(ip6, 0, sizeof(*ip6));
	if (extra.len)
		extra.data[extra.last] = protocol;
	memcpy(ip6 + 1, extra.data, extra.len);
	ip6->ip6_flow = htonl(6 << 28);
	ip6->ip6_plen = htons(extra.len + payload);
	ip6->ip6_nxt = extra.len ? extra.first : protocol;
	ip6->ip6_hlim = 64;
	inet_pton(AF_INET6, "2001:db8:bad::", &ip6->ip6_src);
	ip6->ip6_src.s6_addr[15] = 1 + dice(SOURCES);
	ip6->ip6_dst = to->addr.v6;

	return sizeof(*ip6) + extra.len;
}

/* Leaves the checksum at @offset of the transport header to be completed. */
static void partial(struct frame *f, const struct target *to, size_t hlen,
		    uint8_t protocol, size_t payload, size_t offset)
{
	uint16_t sum = fold(pseudo_sum(f, to->family, protocol, payload));

	memcpy(network(f) + hlen + offset, &sum, sizeof(sum));
	f->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	f->vnet.csum_start = ETH_HLEN + hlen;
	f->vnet.csum_offset = offset;
}

static size_t put_tcp(struct frame *f, const struct target *to, uint8_t flags,
		      size_t data)
{
	size_t len = sizeof(struct tcphdr) + data;
	size_t hlen = put_network(f, to, IPPROTO_TCP, len, IP_DF);
	struct tcphdr *th = (void *)(network(f) + hlen);

	memset(th, 0, len);
	th->source = any_source_port();
	th->dest = any_port();
	th->seq = htonl(dice(1000000));
	th->ack_seq = htonl(dice(1000000));
	th->doff = sizeof(*th) / 4;
	th->th_flags = flags;
	th->window = htons(65535);
	partial(f, to, hlen, IPPROTO_TCP, len, offsetof(struct tcphdr, check));

	return hlen + len;
}

static size_t syn(struct frame *f, const struct target *to)
{
	return put_tcp(f, to, TH_SYN, 0);
}

static size_t ack(struct frame *f, const struct target *to)
{
	return put_tcp(f, to, TH_ACK, 0);
}

static size_t push(struct frame *f, const struct target *to)
{
	return put_tcp(f, to, TH_ACK | TH_PUSH, dice(1000));
}

static size_t fin(struct frame *f, const struct target *to)
{
	return put_tcp(f, to, TH_FIN | TH_ACK, 0);
}

static size_t rst(struct frame *f, const struct target *to)
{
	return put_tcp(f, to, TH_RST, 0);
}

/* The segments fit all devices, or all but those with a small MTU. */
static size_t segmented(struct frame *f, size_t len, uint8_t type)
{
	f->vnet.gso_type = type;
	f->vnet.gso_size = dice(4) ? GSO_SIZE : GSO_SIZE + 200;
	f->vnet.hdr_len = ETH_HLEN + len - GSO_PAYLOAD;

	return len;
}

static size_t gso(struct frame *f, const struct target *to)
{
	return segmented(f, put_tcp(f, to, TH_ACK, GSO_PAYLOAD),
			 to->family == AF_INET ? VIRTIO_NET_HDR_GSO_TCPV4 :
						 VIRTIO_NET_HDR_GSO_TCPV6);
}

static size_t put_udp(struct frame *f, const struct target *to, size_t data)
{
	size_t len = sizeof(struct udphdr) + data;
	size_t hlen = put_network(f, to, IPPROTO_UDP, len, 0);
	struct udphdr *uh = (void *)(network(f) + hlen);

	memset(uh, 0, len);
	uh->source = any_source_port();
	uh->dest = any_port();
	uh->len = htons(len);
	partial(f, to, hlen, IPPROTO_UDP, len, offsetof(struct udphdr, check));

	return hlen + len;
}

static size_t datagram(struct frame *f, const struct target *to)
{
	return put_udp(f, to, dice(1000));
}

static size_t udp_gso(struct frame *f, const struct target *to)
{
	return segmented(f, put_udp(f, to, GSO_PAYLOAD),
			 VIRTIO_NET_HDR_GSO_UDP_L4);
}

/* Too large for some of the devices, at times. */
static size_t large(struct frame *f, const struct target *to)
{
	return put_udp(f, to, 1400);
}

static void sum_up_again(struct iphdr *ip)
{
	ip->check = 0;
	ip->check = ~fold(sum_up(ip, ip->ihl * 4, 0));
}

/* The TTL or hop limit ends at the director. */
static size_t last_hop(struct frame *f, const struct target *to)
{
	size_t len = put_udp(f, to, 10);
	struct iphdr *ip = (void *)network(f);

	if (to->family == AF_INET) {
		ip->ttl = 1;
		sum_up_again(ip);
	} else {
		network(f)[7] = 1;
	}

	return len;
}

static size_t any_transport(struct frame *f, const struct target *to)
{
	switch (dice(5)) {
	case 0:
		return syn(f, to);
	case 1:
		return push(f, to);
	case 2:
		return gso(f, to);
	case 3:
		return large(f, to);
	default:
		return datagram(f, to);
	}
}

/* Any packet, with the contents of @extra. */
static size_t with_extra(struct frame *f, const struct target *to)
{
	size_t len = any_transport(f, to);

	extra.len = 0;

	return len;
}

/* Options that a host knows, does not know, or has to refuse. */
static void put_options4(void)
{
	static const uint8_t known[][8] = {
		{ IPOPT_NOP, IPOPT_NOP, IPOPT_NOP, IPOPT_EOL },
		{ IPOPT_RR, 7, 4 },
		{ IPOPT_TS, 8, 5 },
		{ IPOPT_LSRR, 7, 4 },
		{ IPOPT_SSRR, 7, 8 },
		{ IPOPT_RA, 4 },
		{ 0x5e, 6, 1, 2, 3, 4 },
		{ IPOPT_RR, 200, 4 },
		{ IPOPT_TS, 0 },
	};
	size_t n;

	for (n = 1 + dice(4); n; n--) {
		memcpy(extra.data + extra.len, known[dice(ARRAY_SIZE(known))],
		       sizeof(known[0]));
		extra.len += sizeof(known[0]);
	}
}

/* Another extension header, of 8 bytes and @more times 8. */
static uint8_t *put_extension(uint8_t number, uint8_t more)
{
	uint8_t *header = extra.data + extra.len;

	memset(header, 0, 8 + 8 * more);
	header[1] = more;
	if (extra.len)
		extra.data[extra.last] = number;
	else
		extra.first = number;
	extra.last = extra.len;
	extra.len += 8 + 8 * more;

	return header;
}

/* With padding and an unknown option: hosts skip it, or drop the packet. */
static void put_options6(uint8_t number)
{
	uint8_t *header = put_extension(number, dice(3));

	header[2] = dice(8) ? 0x1e : 0x9e;
	header[3] = 4;
	if (header[1]) {
		header[8] = IP6OPT_PADN;
		header[9] = 8 * header[1] - 2;
	}
}

/* Of type 0 or segment routing; at its end, or with a segment left. */
static void put_routing(void)
{
	uint8_t *header = put_extension(IPPROTO_ROUTING, 2);

	header[2] = dice(2) ? 4 : 0;
	header[3] = !dice(4);
	inet_pton(AF_INET6, "2001:db8::100", header + 8);
}

static void put_authentication(void)
{
	put_extension(IPPROTO_AH, 1)[1] = 2;	/* its length is in words */
}

/* As many headers as are allowed, and more. */
static void put_extensions(void)
{
	int n;

	if (dice(2))
		put_options6(IPPROTO_HOPOPTS);
	for (n = dice(10); n; n--) {
		switch (dice(4)) {
		case 0:
			put_routing();
			break;
		case 1:
			put_authentication();
			break;
		default:
			put_options6(IPPROTO_DSTOPTS);
		}
	}
}

static size_t options(struct frame *f, const struct target *to)
{
	put_options4();

	return with_extra(f, to);
}

static size_t hop_by_hop(struct frame *f, const struct target *to)
{
	put_options6(IPPROTO_HOPOPTS);

	return with_extra(f, to);
}

static size_t destination(struct frame *f, const struct target *to)
{
	put_options6(IPPROTO_DSTOPTS);

	return with_extra(f, to);
}

static size_t routing(struct frame *f, const struct target *to)
{
	put_routing();

	return with_extra(f, to);
}

static size_t extensions(struct frame *f, const struct target *to)
{
	put_extensions();

	return with_extra(f, to);
}

/* The first half of a datagram or the second; there are few identifiers, so
 * that some halves come together. The whole is too large for the devices, or
 * not.
 */
static size_t fragment(struct frame *f, const struct target *to)
{
	uint16_t id = dice(IDENTIFIERS);
	const size_t half = id % 2 ? 512 : 1200;
	bool second = dice(2);
	struct ip6_frag *fh;
	struct udphdr *uh;
	size_t hlen;

	if (to->family == AF_INET) {
		hlen = put_network(f, to, IPPROTO_UDP, half,
				   second ? half / 8 : IP_MF);
		((struct iphdr *)network(f))->id = htons(id);
		sum_up_again((void *)network(f));
	} else {
		hlen = put_network(f, to, IPPROTO_FRAGMENT,
				   sizeof(*fh) + half, 0);
		fh = (void *)(network(f) + hlen);
		fh->ip6f_nxt = IPPROTO_UDP;
		fh->ip6f_reserved = 0;
		fh->ip6f_offlg = second ? htons(half) : IP6F_MORE_FRAG;
		fh->ip6f_ident = htonl(id);
		hlen += sizeof(*fh);
	}
	uh = (void *)(network(f) + hlen);
	memset(uh, 0, half);
	if (!second) {
		uh->source = any_source_port();
		uh->dest = any_port();
		uh->len = htons(2 * half);
	}

	return hlen + half;
}

static size_t put_icmp(struct frame *f, const struct target *to, uint8_t type,
		       uint8_t type6, size_t data)
{
	uint8_t protocol = to->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	size_t len = sizeof(struct icmphdr) + data;
	size_t hlen = put_network(f, to, protocol, len, 0);
	struct icmphdr *ih = (void *)(network(f) + hlen);
	uint32_t sum = 0;

	memset(ih, 0, sizeof(*ih));
	ih->type = to->family == AF_INET ? type : type6;
	if (to->family == AF_INET6)
		sum = pseudo_sum(f, to->family, protocol, len);
	ih->checksum = ~fold(sum_up(ih, len, sum));

	return hlen + len;
}

static size_t echo(struct frame *f, const struct target *to)
{
	return put_icmp(f, to, ICMP_ECHO, ICMP6_ECHO_REQUEST, 0);
}

/* The answer of a real server, as a router on its way quotes it; a few of these
 * have options or extension headers.
 */
static size_t put_error(struct frame *f, const struct target *to, uint8_t type,
			uint8_t type6)
{
	size_t hlen = to->family == AF_INET ? sizeof(struct iphdr) :
					      sizeof(struct ip6_hdr);
	uint8_t *quoted = network(f) + hlen + sizeof(struct icmphdr);
	struct frame lost;
	uint16_t *port;
	size_t len;

	if (!dice(4)) {
		if (to->family == AF_INET)
			put_options4();
		else
			put_extensions();
	}
	hlen += extra.len;
	len = dice(2) ? put_tcp(&lost, to, TH_ACK, 0) : put_udp(&lost, to, 12);
	extra.len = 0;
	memcpy(quoted, network(&lost), len);
	if (to->family == AF_INET) {
		memcpy(quoted + 12, network(&lost) + 16, 4);
		memcpy(quoted + 16, network(&lost) + 12, 4);
	} else {
		memcpy(quoted + 8, network(&lost) + 24, 16);
		memcpy(quoted + 24, network(&lost) + 8, 16);
	}
	port = (void *)(quoted + hlen);
	port[0] = ((uint16_t *)(network(&lost) + hlen))[1];
	port[1] = ((uint16_t *)(network(&lost) + hlen))[0];

	return put_icmp(f, to, type, type6, len);
}

static size_t unreachable(struct frame *f, const struct target *to)
{
	return put_error(f, to, ICMP_DEST_UNREACH, ICMP6_DST_UNREACH);
}

static size_t exceeded(struct frame *f, const struct target *to)
{
	return put_error(f, to, ICMP_TIME_EXCEEDED, ICMP6_TIME_EXCEEDED);
}

/* A frame that is cut off somewhere. */
static size_t torn(struct frame *f, const struct target *to)
{
	size_t len = push(f, to);

	memset(&f->vnet, 0, sizeof(f->vnet));

	return dice(len);
}

static struct kind kinds[] = {
	{ "syn",		8, syn },
	{ "ack",		8, ack },
	{ "push",		4, push },
	{ "fin",		3, fin },
	{ "rst",		2, rst },
	{ "gso",		1, gso },
	{ "datagram",		6, datagram },
	{ "udp_gso",		1, udp_gso },
	{ "large",		1, large },
	{ "last_hop",		1, last_hop },
	{ "options",		2, options, AF_INET },
	{ "hop_by_hop",		1, hop_by_hop, AF_INET6 },
	{ "destination",	1, destination, AF_INET6 },
	{ "routing",		1, routing, AF_INET6 },
	{ "extensions",		1, extensions, AF_INET6 },
	{ "fragment",		2, fragment },
	{ "echo",		1, echo },
	{ "unreachable",	1, unreachable },
	{ "exceeded",		1, exceeded },
	{ "torn",		1, torn },
};

static struct way ways[] = {
	{ "plain",		8, false, false },
	{ "tagged",		1, true, false },
	{ "paged",		4, false, true },
	{ "tagged_paged",	1, true, true },
};

/* Draws one of @n, as often as its weight says; these are @size bytes apart. */
static size_t draw(const void *weights, size_t n, size_t size)
{
	const char *weight = weights;
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += *(const unsigned int *)(weight + i * size);
	sum = dice(sum);
	for (i = 0; sum >= *(const unsigned int *)(weight + i * size); i++)
		sum -= *(const unsigned int *)(weight + i * size);

	return i;
}

#define DRAW(table) \
	(&(table)[draw(&(table)->weight, ARRAY_SIZE(table), sizeof(*(table)))])

/* At times the director has a device for one of these; 0 is no VLAN. */
static size_t put_tag(struct frame *f, size_t len)
{
	static const uint16_t vlans[] = { 7, 7, 8, 0 };
	uint16_t *tag = (void *)(f->data + 2 * ETH_ALEN);

	memmove(f->data + 2 * ETH_ALEN + VLAN_HLEN, tag, len - 2 * ETH_ALEN);
	tag[0] = htons(ETHERTYPE_VLAN);
	tag[1] = htons(vlans[dice(ARRAY_SIZE(vlans))]);
	if (f->vnet.flags)
		f->vnet.csum_start += VLAN_HLEN;
	if (f->vnet.hdr_len)
		f->vnet.hdr_len += VLAN_HLEN;

	return len + VLAN_HLEN;
}

/* Completes the checksum itself, so that no header need be linear. */
static void complete(struct frame *f, size_t len)
{
	uint8_t *start = f->data + f->vnet.csum_start;
	uint16_t sum = ~fold(sum_up(start, f->data + len - start, 0));

	memcpy(start + f->vnet.csum_offset, &sum, sizeof(sum));
	f->vnet.flags = 0;
}

static size_t build(struct frame *f, const struct target *to,
		    const struct kind *k, const struct way *w)
{
	struct ether_header *eh = (void *)f->data;
	size_t len;

	memset(&f->vnet, 0, sizeof(f->vnet));
	memcpy(eh->ether_dhost, to->mac, ETH_ALEN);
	memcpy(eh->ether_shost, "\x02\0\0\0\0\x03", ETH_ALEN);
	eh->ether_type = htons(to->family == AF_INET ? ETHERTYPE_IP :
						       ETHERTYPE_IPV6);
	len = ETH_HLEN + k->build(f, to);
	if (w->tagged)
		len = put_tag(f, len);
	/* The pages begin at the network header, in a header, or behind all. */
	if (w->paged) {
		if (f->vnet.flags && !f->vnet.gso_type && dice(2))
			complete(f, len);
		f->vnet.hdr_len = dice(2) ? dice(len) : 0;
	}

	return sizeof(f->vnet) + len;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void parse_target(char *word, struct target *to)
{
	char *address = strchr(word, '/');
	unsigned int mac[ETH_ALEN];
	int i;

	if (!address ||
	    sscanf(word, "%x:%x:%x:%x:%x:%x/", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5]) != ETH_ALEN)
		goto bad;

	for (i = 0; i < ETH_ALEN; i++)
		to->mac[i] = mac[i];
	to->family = strchr(++address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(to->family, address, &to->addr) == 1)
		return;
bad:
	fprintf(stderr, "traffic: %s is no MAC/ADDRESS\n", word);
	exit(1);
}

static int open_device(const char *device)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	int on = 1;

	ll.sll_ifindex = if_nametoindex(device);
	if (fd < 0 || !ll.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) ||
	    bind(fd, (void *)&ll, sizeof(ll)))
		die(device);

	return fd;
}

/* A frame sent out of a ring keeps its pages, but for the first bytes. */
static struct {
	int fd;
	uint8_t *slots;
	unsigned int next;
} ring;

static void open_ring(const char *device)
{
	struct tpacket_req req = {
		.tp_block_size = SLOT_SIZE,
		.tp_block_nr = SLOTS,
		.tp_frame_size = SLOT_SIZE,
		.tp_frame_nr = SLOTS,
	};
	int version = TPACKET_V2;
	int on = 1;

	ring.fd = open_device(device);
	if (setsockopt(ring.fd, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(ring.fd, SOL_PACKET, PACKET_LOSS, &on, sizeof(on)) ||
	    setsockopt(ring.fd, SOL_PACKET, PACKET_TX_RING, &req, sizeof(req)))
		die("ring");
	ring.slots = mmap(NULL, SLOTS * SLOT_SIZE, PROT_READ | PROT_WRITE,
			  MAP_SHARED, ring.fd, 0);
	if (ring.slots == MAP_FAILED)
		die("ring");
}

/* Fails while the slot's last frame is still on its way. If the device drops a
 * frame, the kernel leaves the slot to be tried again: another frame takes it.
 */
static bool send_paged(const struct frame *f, size_t len)
{
	struct tpacket2_hdr *slot;
	bool sent;

	slot = (void *)(ring.slots + ring.next * SLOT_SIZE);
	if (__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) !=
	    TP_STATUS_AVAILABLE)
		return false;

	memcpy((uint8_t *)slot + SLOT_DATA, f, len);
	slot->tp_len = len;
	__atomic_store_n(&slot->tp_status, TP_STATUS_SEND_REQUEST,
			 __ATOMIC_RELEASE);
	sent = send(ring.fd, NULL, 0, MSG_DONTWAIT) > 0;
	if (__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) ==
	    TP_STATUS_SEND_REQUEST)
		slot->tp_status = TP_STATUS_AVAILABLE;
	else
		ring.next = (ring.next + 1) % SLOTS;

	return sent;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);

	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static const struct target *any_target(const struct target *targets, int n,
				       int family)
{
	const struct target *to;

	do
		to = &targets[dice(n)];
	while (family && to->family != family);

	return to;
}

/* A refused frame does not keep others back. */
static void send_one(int fd, const struct target *targets, int n)
{
	static struct frame frame;
	struct kind *k = DRAW(kinds);
	struct way *w = DRAW(ways);
	bool sent;
	size_t len;

	len = build(&frame, any_target(targets, n, k->family), k, w);
	sent = w->paged ? send_paged(&frame, len) :
			  send(fd, &frame, len, 0) > 0;
	if (!sent && errno == ENETDOWN)
		die("traffic");
	k->sent += sent;
	w->sent += sent;
}

int main(int argc, char **argv)
{
	bool there[2] = {};
	struct target *targets;
	unsigned long sum = 0;
	struct timespec pause;
	sigset_t end;
	double until;
	size_t i;
	int fd;

	if (argc < 6) {
		fputs("usage: traffic DEVICE SECONDS RATE SEED MAC/ADDRESS...\n",
		      stderr);
		return 2;
	}
	fd = open_device(argv[1]);
	open_ring(argv[1]);
	until = now() + atof(argv[2]);
	pause.tv_sec = 0;
	pause.tv_nsec = BATCH * 1e9 / atof(argv[3]);
	seed = strtoull(argv[4], NULL, 10) * 2654435761u + 1;
	argv += 5;
	argc -= 5;
	targets = calloc(argc, sizeof(*targets));
	for (i = 0; i < (size_t)argc; i++) {
		parse_target(argv[i], &targets[i]);
		there[targets[i].family == AF_INET6] = true;
	}
	if (!there[0] || !there[1]) {
		fputs("traffic: addresses of both families, please\n", stderr);
		return 2;
	}
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);

	do {
		for (i = 0; i < BATCH; i++)
			send_one(fd, targets, argc);
	} while (sigtimedwait(&end, NULL, &pause) != SIGTERM && now() < until);

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		printf("%s %lu\n", kinds[i].name, kinds[i].sent);
		sum += kinds[i].sent;
	}
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		printf("%s %lu\n", ways[i].name, ways[i].sent);
	printf("all %lu\n", sum);

	return 0;
}
