// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of all kinds, by chance, RATE of them a second at the most:
 *
 *	traffic DEVICE SECONDS RATE SEED MAC/ADDRESS...
 *
 * They come from a few hundred clients in 198.18.0.0/15 or 2001:db8:bad::/48,
 * so that the same connections are met again in each of their states, and go to
 * the addresses, each at its MAC. At the end, or when told to terminate, it says
 * how many there were of each kind.
 *
 * A new kind is a function and a line in the table.
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
#include <sys/socket.h>
#include <time.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define BATCH		16
#define SOURCES		32
#define SOURCE_PORTS	16
#define GSO_SIZE	1200
#define GSO_PAYLOAD	(4 * GSO_SIZE)

static const uint16_t ports[] = { 80, 80, 8080, 8080, 53, 53, 443, 9 };

struct target {
	uint8_t mac[ETH_ALEN];
	int family;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} addr;
};

/* What is sent: a header for the packet socket, then the frame. */
struct frame {
	struct virtio_net_hdr vnet;
	uint8_t data[8192];
} __attribute__((packed));

struct kind {
	const char *name;
	unsigned int weight;
	/* Fills in what follows the Ethernet header; returns its length. */
	size_t (*build)(struct frame *f, const struct target *to);
	unsigned long sent;
};

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

/* A network header from any source to @to: its length. */
static size_t put_network(struct frame *f, const struct target *to,
			  uint8_t protocol, size_t payload, uint16_t frag)
{
	struct ip6_hdr *ip6 = (void *)network(f);
	struct iphdr *ip = (void *)network(f);

	if (to->family == AF_INET) {
		memset(ip, 0, sizeof(*ip));
		ip->version = 4;
		ip->ihl = 5;
		ip->tot_len = htons(sizeof(*ip) + payload);
		ip->id = htons(dice(64));
		ip->frag_off = htons(frag);
		ip->ttl = 64;
		ip->protocol = protocol;
		ip->saddr = htonl(0xc6120001 + dice(SOURCES));
		ip->daddr = to->addr.v4.s_addr;
		ip->check = ~fold(sum_up(ip, sizeof(*ip), 0));
		return sizeof(*ip);
	}

	memset(ip6, 0, sizeof(*ip6));
	ip6->ip6_flow = htonl(6 << 28);
	ip6->ip6_plen = htons(payload);
	ip6->ip6_nxt = protocol;
	ip6->ip6_hlim = 64;
	inet_pton(AF_INET6, "2001:db8:bad::", &ip6->ip6_src);
	ip6->ip6_src.s6_addr[15] = 1 + dice(SOURCES);
	ip6->ip6_dst = to->addr.v6;

	return sizeof(*ip6);
}

/* The checksum at @offset of the transport header is left to be completed. */
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

static size_t gso(struct frame *f, const struct target *to)
{
	size_t len = put_tcp(f, to, TH_ACK, GSO_PAYLOAD);

	f->vnet.gso_type = to->family == AF_INET ? VIRTIO_NET_HDR_GSO_TCPV4 :
						   VIRTIO_NET_HDR_GSO_TCPV6;
	f->vnet.gso_size = GSO_SIZE;
	f->vnet.hdr_len = ETH_HLEN + len - GSO_PAYLOAD;

	return len;
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

/* Too large for some of the devices, at times. */
static size_t large(struct frame *f, const struct target *to)
{
	return put_udp(f, to, 1400);
}

/* TTL or hop limit end at the director. */
static size_t last_hop(struct frame *f, const struct target *to)
{
	size_t len = put_udp(f, to, 10);
	struct iphdr *ip = (void *)network(f);

	if (to->family == AF_INET) {
		ip->ttl = 1;
		ip->check = 0;
		ip->check = ~fold(sum_up(ip, sizeof(*ip), 0));
	} else {
		network(f)[7] = 1;
	}

	return len;
}

/* The first half of a datagram or the second; there are few identifiers, so
 * that some come together.
 */
static size_t fragment(struct frame *f, const struct target *to)
{
	const size_t half = 512;
	bool second = dice(2);
	struct ip6_frag *fh;
	struct udphdr *uh;
	size_t hlen;

	if (to->family == AF_INET) {
		hlen = put_network(f, to, IPPROTO_UDP, half,
				   second ? half / 8 : IP_MF);
	} else {
		hlen = put_network(f, to, IPPROTO_FRAGMENT,
				   sizeof(*fh) + half, 0);
		fh = (void *)(network(f) + hlen);
		fh->ip6f_nxt = IPPROTO_UDP;
		fh->ip6f_reserved = 0;
		fh->ip6f_offlg = second ? htons(half) : IP6F_MORE_FRAG;
		fh->ip6f_ident = htonl(dice(64));
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

/* What a real server answered, as a router on the way quotes it. */
static size_t put_error(struct frame *f, const struct target *to, uint8_t type,
			uint8_t type6)
{
	size_t hlen = to->family == AF_INET ? sizeof(struct iphdr) :
					      sizeof(struct ip6_hdr);
	uint8_t *quoted = network(f) + hlen + sizeof(struct icmphdr);
	struct frame lost;
	uint16_t *port;
	size_t len;

	len = dice(2) ? put_tcp(&lost, to, TH_ACK, 0) : put_udp(&lost, to, 12);
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

/* Cut off somewhere. */
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
	{ "large",		1, large },
	{ "last_hop",		1, last_hop },
	{ "fragment",		2, fragment },
	{ "echo",		1, echo },
	{ "unreachable",	1, unreachable },
	{ "exceeded",		1, exceeded },
	{ "torn",		1, torn },
};

static struct kind *any_kind(void)
{
	static unsigned int sum;
	struct kind *k = kinds;
	unsigned int n;

	if (!sum) {
		for (n = 0; n < ARRAY_SIZE(kinds); n++)
			sum += kinds[n].weight;
	}
	for (n = dice(sum); n >= k->weight; k++)
		n -= k->weight;

	return k;
}

static size_t build(struct frame *f, const struct target *to, struct kind *k)
{
	struct ether_header *eh = (void *)f->data;

	memset(&f->vnet, 0, sizeof(f->vnet));
	memcpy(eh->ether_dhost, to->mac, ETH_ALEN);
	memcpy(eh->ether_shost, "\x02\0\0\0\0\x03", ETH_ALEN);
	eh->ether_type = htons(to->family == AF_INET ? ETHERTYPE_IP :
						       ETHERTYPE_IPV6);
	k->sent++;

	return sizeof(f->vnet) + ETH_HLEN + k->build(f, to);
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

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);

	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static struct frame frames[BATCH];
	struct mmsghdr messages[BATCH] = {};
	struct target *targets;
	struct iovec iov[BATCH];
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
	until = now() + atof(argv[2]);
	pause.tv_sec = 0;
	pause.tv_nsec = BATCH * 1e9 / atof(argv[3]);
	seed = strtoull(argv[4], NULL, 10) * 2654435761u + 1;
	argv += 5;
	argc -= 5;
	targets = calloc(argc, sizeof(*targets));
	for (i = 0; i < (size_t)argc; i++)
		parse_target(argv[i], &targets[i]);
	for (i = 0; i < BATCH; i++) {
		iov[i].iov_base = &frames[i];
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);

	do {
		for (i = 0; i < BATCH; i++)
			iov[i].iov_len = build(&frames[i], &targets[dice(argc)],
					       any_kind());
		/* One that is refused does not keep the others back. */
		for (i = 0; i < BATCH; i++) {
			int n = sendmmsg(fd, messages + i, BATCH - i, 0);

			if (n < 0 && errno == ENETDOWN)
				die("traffic");
			if (n > 0)
				i += n - 1;
		}
	} while (sigtimedwait(&end, NULL, &pause) != SIGTERM && now() < until);

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		printf("%s %lu\n", kinds[i].name, kinds[i].sent);
		sum += kinds[i].sent;
	}
	printf("all %lu\n", sum);

	return 0;
}
