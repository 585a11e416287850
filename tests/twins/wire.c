// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "twins.h"

#define PATIENCE	10000	/* milliseconds */

struct frame {
	struct ether_header eth;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static const uint8_t director_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 0x02 };
static const uint8_t own_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 0x01 };
/* A server's has its number behind these. */
static const uint8_t server_mac[ETH_ALEN - 1] = { 2, 0, 0, 1, 0 };

static int wire[TWINS];

void wire_open(enum twin twin, const char *device)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex(device),
	};
	int one = 1;

	wire[twin] = socket(AF_PACKET, SOCK_RAW, 0);
	if (wire[twin] < 0 || !to.sll_ifindex ||
	    setsockopt(wire[twin], SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		       sizeof(one)) ||
	    bind(wire[twin], (void *)&to, sizeof(to)))
		die(device);
}

static uint32_t add_words(const void *data, size_t len)
{
	const uint8_t *byte = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += byte[i] << 8 | byte[i + 1];

	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);

	return htons(~sum & 0xffff);
}

void wire_send(struct end client, struct end vip, uint8_t flags)
{
	struct frame f = {
		.eth.ether_type = htons(ETHERTYPE_IP),
		.ip = {
			.version = 4, .ihl = 5, .ttl = 64,
			.tot_len = htons(sizeof(f.ip) + sizeof(f.tcp)),
			.protocol = IPPROTO_TCP,
			.saddr = htonl(client.addr),
			.daddr = htonl(vip.addr),
		},
		.tcp = {
			.source = htons(client.port),
			.dest = htons(vip.port),
			.seq = htonl(1), .doff = 5,
			.window = htons(1000),
		},
	};
	int twin;

	f.tcp.th_flags = flags;
	memcpy(f.eth.ether_dhost, director_mac, ETH_ALEN);
	memcpy(f.eth.ether_shost, own_mac, ETH_ALEN);
	f.ip.check = fold(add_words(&f.ip, sizeof(f.ip)));
	f.tcp.check = fold(add_words(&f.ip.saddr, 8) + IPPROTO_TCP +
			   sizeof(f.tcp) + add_words(&f.tcp, sizeof(f.tcp)));
	for (twin = 0; twin < TWINS; twin++) {
		if (send(wire[twin], &f, sizeof(f), 0) != sizeof(f))
			die("send");
	}
}

/* The fate of @client's packet that the frame tells, or SILENT. */
static int frame_tells(const uint8_t *frame, size_t len, struct end client)
{
	const struct frame *f = (const void *)frame;
	const struct iphdr *quoted = (const void *)(frame + sizeof(f->eth) +
						    sizeof(f->ip) + ICMP_MINLEN);
	const struct icmphdr *icmp = (const void *)(frame + sizeof(f->eth) +
						    sizeof(f->ip));

	if (len < sizeof(*f))
		return SILENT;
	if (!memcmp(f->eth.ether_dhost, server_mac, sizeof(server_mac)))
		return f->ip.saddr == htonl(client.addr) &&
		       f->tcp.source == htons(client.port) ?
		       f->eth.ether_dhost[ETH_ALEN - 1] : SILENT;
	if (f->ip.daddr != htonl(client.addr))
		return SILENT;
	if (f->ip.protocol == IPPROTO_TCP)
		return f->tcp.rst && f->tcp.dest == htons(client.port) ?
		       PASSED : SILENT;
	if (f->ip.protocol == IPPROTO_ICMP && icmp->type == ICMP_UNREACH &&
	    len >= (const uint8_t *)quoted - frame + sizeof(*quoted) + 8)
		return ((const struct tcphdr *)(quoted + 1))->source ==
		       htons(client.port) ? REFUSED : SILENT;

	return SILENT;
}

/* Frames that are about others are late answers. */
int wire_answer(enum twin twin, struct end client)
{
	struct pollfd p = { .fd = wire[twin], .events = POLLIN };
	uint8_t frame[2048];
	int fate = SILENT;
	ssize_t len;

	while (fate == SILENT) {
		len = recv(wire[twin], frame, sizeof(frame), MSG_DONTWAIT);
		if (len >= 0)
			fate = frame_tells(frame, len, client);
		else if (poll(&p, 1, PATIENCE) == 0)
			break;
	}

	return fate;
}

void wire_ask(struct end client, struct end vip, uint8_t flags,
	      int fate[TWINS])
{
	wire_send(client, vip, flags);
	fate[IPVS] = wire_answer(IPVS, client);
	fate[DRLB] = wire_answer(DRLB, client);
}
