// SPDX-License-Identifier: GPL-2.0
/*
 * A tap on all devices, which comes and goes, and holds clones of packets for a
 * while before it looks at them:
 *
 *	tap TTL ADDRESS ...
 *
 * Packets from the clients of traffic.c must then still be as they came by the
 * wire: for one of these Ethernet addresses, with that TTL or 1. When
 * terminated, it prints how many it has seen, and how many of them were
 * different.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ADDRESSES	8
#define ROUNDS		20
#define HEADERS		(ETH_HLEN + sizeof(struct ip6_hdr))
#define RCVBUF		(16 * 1024 * 1024)

static struct address {
	uint8_t byte[ETH_ALEN];
} addresses[ADDRESSES];
static int n_addresses;
static int ttl;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void add_address(const char *word)
{
	unsigned int byte[ETH_ALEN];
	int i;

	if (n_addresses == ADDRESSES ||
	    sscanf(word, "%x:%x:%x:%x:%x:%x", &byte[0], &byte[1], &byte[2],
		   &byte[3], &byte[4], &byte[5]) != ETH_ALEN) {
		fprintf(stderr, "tap: %s is no address\n", word);
		exit(2);
	}
	for (i = 0; i < ETH_ALEN; i++)
		addresses[n_addresses].byte[i] = byte[i];
	n_addresses++;
}

static bool address_is_known(const uint8_t *address)
{
	int i;

	for (i = 0; i < n_addresses; i++) {
		if (!memcmp(addresses[i].byte, address, ETH_ALEN))
			return true;
	}

	return false;
}

/* Returns the place of the TTL or hop limit if the source is a client. */
static const uint8_t *client_ttl(const uint8_t *frame, size_t len,
				 uint16_t protocol)
{
	static const uint8_t clients6[] = { 0x20, 0x01, 0x0d, 0xb8, 0x0b, 0xad };
	const struct ip6_hdr *ip6 = (const void *)(frame + ETH_HLEN);
	const struct iphdr *ip = (const void *)(frame + ETH_HLEN);

	if (protocol == ETHERTYPE_IP && len >= ETH_HLEN + sizeof(*ip) &&
	    ntohl(ip->saddr) >> 17 == 0xc6120000 >> 17)
		return &ip->ttl;
	if (protocol == ETHERTYPE_IPV6 && len >= ETH_HLEN + sizeof(*ip6) &&
	    !memcmp(&ip6->ip6_src, clients6, sizeof(clients6)))
		return &ip6->ip6_hlim;

	return NULL;
}

static int open_tap(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	int size = RCVBUF;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("tap");

	return fd;
}

/* Looks at all packets that have come so far. */
static void look(int fd, unsigned long *seen, unsigned long *changed)
{
	struct sockaddr_ll from;
	uint8_t frame[HEADERS];
	const uint8_t *hops;
	socklen_t from_len;
	ssize_t len;

	for (;;) {
		from_len = sizeof(from);
		len = recvfrom(fd, frame, sizeof(frame), MSG_DONTWAIT,
			       (void *)&from, &from_len);
		if (len < 0)
			return;
		if (from.sll_pkttype != PACKET_HOST || len < ETH_HLEN)
			continue;
		hops = client_ttl(frame, len, ntohs(from.sll_protocol));
		if (!hops)
			continue;
		++*seen;
		if ((*hops == ttl || *hops == 1) && address_is_known(frame))
			continue;
		if (!(*changed)++)
			printf("TTL %d, for %02x:%02x:%02x:%02x:%02x:%02x\n",
			       *hops, frame[0], frame[1], frame[2], frame[3],
			       frame[4], frame[5]);
	}
}

int main(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	unsigned long seen = 0, changed = 0;
	bool open = false, ended = false;
	sigset_t end;
	int i, fd = -1;

	if (argc < 3) {
		fputs("usage: tap TTL ADDRESS ...\n", stderr);
		return 2;
	}
	ttl = atoi(argv[1]);
	for (i = 2; i < argc; i++)
		add_address(argv[i]);
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);

	/* Closed for as long as open, to meet packets without a clone, too. */
	while (!ended) {
		open = !open;
		if (open)
			fd = open_tap();
		for (i = 0; i < ROUNDS && !ended; i++) {
			ended = sigtimedwait(&end, NULL, &pause) == SIGTERM;
			if (open)
				look(fd, &seen, &changed);
		}
		if (open)
			close(fd);
	}
	printf("seen %lu\nchanged %lu\n", seen, changed);

	return 0;
}
