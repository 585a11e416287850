// SPDX-License-Identifier: GPL-2.0
/*
 * The pieces of a frame: random numbers, checksums, headers.
 */
#include <string.h>

#include "build.h"

/* ---- chance */

uint64_t chance_state;

void chance_seed(uint64_t seed)
{
	chance_state = seed * 0x9e3779b97f4a7c15 + 1;
}

uint64_t chance(uint64_t n)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;

	return (chance_state * 0x2545f4914f6cdd1d >> 33) % n;
}

void fill(uint8_t *p, unsigned int n)
{
	while (n--)
		*p++ = chance(256);
}

/* ---- checksums */

uint16_t sum16(const uint8_t *data, unsigned int len, uint32_t start)
{
	uint32_t sum = start;

	for (; len > 1; data += 2, len -= 2)
		sum += get16(data);
	if (len)
		sum += *data << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);

	return ~sum;
}

void repair4(struct frame *f)
{
	uint8_t *ip = f->bytes + f->l3;
	unsigned int hlen = (ip[0] & 15) * 4;

	if (f->six || hlen < 20 || f->l3 + hlen > f->len)
		return;
	put16(ip + 10, 0);
	put16(ip + 10, sum16(ip, hlen, 0));
}

/* The right checksum of the transport, or that of the addresses alone for a
 * packet to be segmented.
 */
static void repair_transport(struct frame *f, uint8_t protocol)
{
	uint8_t *ip = f->bytes + f->l3, *h = f->bytes + f->l4;
	unsigned int n = f->six ? 32 : 8, len = f->len - f->l4, at, sum;

	at = protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
	if (f->l4 + at + 2 > f->len)
		return;
	sum = protocol == ICMP ? 0 :
	      (uint16_t)~sum16(ip + (f->six ? 8 : 12), n, protocol + len);
	put16(h + at, f->gso_size ? sum : 0);
	if (!f->gso_size)
		put16(h + at, sum16(h, len, sum));
}

void repair(struct frame *f)
{
	repair4(f);
	if (f->l4)
		repair_transport(f, f->bytes[f->l3 + (f->six ? 6 : 9)]);
}

/* ---- pieces */

void add(struct frame *f, const void *data, unsigned int n)
{
	memcpy(f->bytes + f->len, data, n);
	f->len += n;
}

uint8_t *room(struct frame *f, unsigned int n)
{
	memset(f->bytes + f->len, 0, n);
	f->len += n;

	return f->bytes + f->len - n;
}

static uint8_t only;

void flows_only(uint8_t protocol)
{
	only = protocol;
}

uint8_t flows_are(void)
{
	return only;
}

/* There are few flows, so that they occur again. */
void pick_flow(struct flow *flow, bool six, uint8_t protocol)
{
	static const uint16_t strangers[] = { 1, 22, 79, 8079, 65535, 0 };
	const struct service *s;

	if (only)
		protocol = only;
	do
		s = &services[chance(services_n)];
	while (protocol && s->protocol != protocol);

	address(flow->client, six, false, 1 + chance(6));
	address(flow->vip, six, true, s->vip);
	flow->client_port = chance(20) ? 1000 + chance(8) : chance(65536);
	flow->vip_port = s->port ? s->port : chance(65536);
	flow->protocol = s->protocol;
	if (!chance(16))
		flow->vip_port = PICK(strangers);
}

void ether(struct frame *f, unsigned int type)
{
	f->len = 0;
	add(f, director_mac, 6);
	add(f, client_mac, 6);
	put16(room(f, 2), type);
}

unsigned int ident = 1;

void ip4(struct frame *f, const uint8_t *source, const uint8_t *dest,
	 uint8_t protocol, const uint8_t *options, unsigned int n)
{
	uint8_t *ip;

	f->six = false;
	ip = room(f, 20);
	f->l3 = ip - f->bytes;
	ip[0] = 0x45 + n / 4;
	ip[1] = chance(4) ? 0 : chance(256);
	put16(ip + 4, ident++);
	ip[6] = chance(2) ? 0x40 : 0;
	ip[8] = chance(12) ? 64 : chance(4);
	ip[9] = protocol;
	memcpy(ip + 12, source, 4);
	memcpy(ip + 16, dest, 4);
	if (n)
		add(f, options, n);
}

static void ip6(struct frame *f, const uint8_t *source, const uint8_t *dest,
		uint8_t protocol)
{
	uint8_t *ip;

	f->six = true;
	ip = room(f, 40);
	f->l3 = ip - f->bytes;
	ip[0] = 0x60;
	if (!chance(4))
		fill(ip + 2, 2);
	ip[6] = protocol;
	ip[7] = chance(12) ? 64 : chance(4);
	memcpy(ip + 8, source, 16);
	memcpy(ip + 24, dest, 16);
}

/* Fills in the lengths of the complete frame. */
static void lengths(struct frame *f)
{
	uint8_t *ip = f->bytes + f->l3;

	if (f->six)
		put16(ip + 4, f->len - f->l3 - 40);
	else
		put16(ip + 2, f->len - f->l3);
}

void header(struct frame *f, bool six, const struct flow *flow,
	    uint8_t protocol)
{
	ether(f, six ? ETHER_IP6 : ETHER_IP4);
	if (six)
		ip6(f, flow->client, flow->vip, protocol);
	else
		ip4(f, flow->client, flow->vip, protocol, NULL, 0);
}

void payload(struct frame *f, const struct flow *flow, unsigned int n)
{
	static const uint8_t usual[] = {
		SYN, SYN, SYN, ACK, ACK, ACK, ACK | 8, FIN | ACK, RST,
		RST | ACK, SYN | ACK, FIN, 0, SYN | FIN, SYN | 0xc0
	};
	uint8_t *h;

	f->l4 = f->len;
	if (flow->protocol == TCP) {
		h = room(f, 20);
		fill(h + 4, 8);
		h[12] = 0x50;
		h[13] = chance(8) ? PICK(usual) : chance(256);
		put16(h + 14, 65535);
		if (!chance(3)) {
			memset(room(f, 12), 1, 12);
			h[12] = 0x80;
		}
	} else {
		h = room(f, 8);
		put16(h + 4, 8 + n);
	}
	put16(h, flow->client_port);
	put16(h + 2, flow->vip_port);
	fill(room(f, n), n);
}

void finish(struct frame *f)
{
	lengths(f);
	repair(f);
}
