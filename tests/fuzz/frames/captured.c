// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that were captured, in their order: see tests/fuzz/frames/capture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"

#define CAPTURED_MAX	1024
#define MAGIC		0xa1b2c3d4	/* little endian, with microseconds */
#define ETHERNET	1

static struct captured {
	uint8_t bytes[2048];
	unsigned int len, l4;
	bool six;
	uint8_t protocol;
} *all[CAPTURED_MAX];

static unsigned int all_n;

static void __attribute__((noreturn)) refuse(const char *file, const char *why)
{
	printf("not ok - %s: %s\n", file, why);
	exit(2);
}

/* False if other frames cannot be made from it. */
static bool understand(struct captured *c)
{
	const uint8_t *ip = c->bytes + ETHER;

	c->six = get16(c->bytes + 12) == ETHER_IP6;
	if (c->len < ETHER + (c->six ? 48U : 28U) ||
	    ip[0] >> 4 != (c->six ? 6 : 4) || memcmp(c->bytes, director_mac, 6))
		return false;
	c->l4 = ETHER + (c->six ? 40 : (ip[0] & 15) * 4);
	c->protocol = ip[c->six ? 6 : 9];

	return c->protocol == TCP || c->protocol == UDP ||
	       c->protocol == (c->six ? ICMP6 : ICMP);
}

void captured_read(const char *file)
{
	uint32_t head[6], packet[4];
	FILE *in = fopen(file, "r");
	struct captured *c;

	if (!in || fread(head, sizeof(head), 1, in) != 1 || head[0] != MAGIC ||
	    head[5] != ETHERNET)
		refuse(file, "no capture of Ethernet frames");
	while (fread(packet, sizeof(packet), 1, in) == 1) {
		if (all_n == CAPTURED_MAX || packet[2] > sizeof(c->bytes) ||
		    packet[2] != packet[3])
			refuse(file, "too many frames, or not whole ones");
		c = calloc(1, sizeof(*c));
		c->len = packet[2];
		if (fread(c->bytes, c->len, 1, in) != 1)
			refuse(file, "it ends early");
		if (!understand(c))
			refuse(file, "a frame in it is of no use");
		all[all_n++] = c;
	}
	fclose(in);
}

static bool fits(const struct captured *c, bool six, uint8_t protocol)
{
	return c->six == six && (!protocol || c->protocol == protocol);
}

void make_captured(struct frame *f, bool six)
{
	static unsigned int at;
	const struct captured *c;

	for (unsigned int n = 0;; n++) {
		c = all[at++ % all_n];
		if (fits(c, six, n < all_n ? flows_are() : 0))
			break;
		if (n > 2 * all_n)
			refuse("the capture", "it lacks IPv4 or IPv6");
	}
	f->len = 0;
	f->l3 = ETHER;
	f->six = six;
	f->l4 = c->l4;
	add(f, c->bytes, c->len);
}
