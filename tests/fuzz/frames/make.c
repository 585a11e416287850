// SPDX-License-Identifier: GPL-2.0
/*
 * Frames: sound ones of all kinds, most of which are then broken in some way.
 * A new kind is a row in makers[], a new way of breaking one in breakers[], and
 * a new service one in services[].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"

/* ---- the topology, as tests/debug/23-packets.sh builds it */

const uint8_t director_mac[6] = { 2, 0, 0, 0, 0, 2 };
const uint8_t lan_mac[6] = { 2, 0, 0, 0, 1, 2 };
const uint8_t server_macs[SERVERS_N][6] = {
	{ 2, 0, 0, 0, 1, 0x11 }, { 2, 0, 0, 0, 1, 0x12 },
	{ 2, 0, 0, 0, 1, 0x13 },
};

static const uint8_t client_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const char *const server_names[2][SERVERS_N] = {
	{ "10.0.1.11", "10.0.1.12", "10.0.1.13", "10.0.0.2" },
	{ "2001:db8:1::11", "2001:db8:1::12", "2001:db8:1::13", "2001:db8::2" },
};

/* Clients are 10.1.0.N and 2001:db8:c::N, those of isolated frames 10.9.0.N and
 * 2001:db8:9::N, and the VIPs end in 100 and 101.
 */
static const uint8_t net4[4] = { 10, 1, 0, 0 };
static const uint8_t net6[16] = { 0x20, 1, 0xd, 0xb8, 0, 0xc };
static const uint8_t vip4[4] = { 10, 0, 0, 100 };
static const uint8_t vip6[16] = { 0x20, 1, 0xd, 0xb8, [14] = 1 };

#define ONE	1
#define TWO	2
#define THREE	4
#define ALL	7
#define LOCAL	(1 << SERVER_LOCAL)

const struct service services[] = {
	/* protocol, VIP, port, options, adopts, servers, drained */
	{ TCP, 0, 80, "scheduler rr", false, ONE, 0 },
	{ TCP, 0, 443, "scheduler mh table-size 251", true, TWO, 0 },
	{ TCP, 0, 444, "scheduler mh table-size 251", true, ALL, 0 },
	{ TCP, 0, 8080, "scheduler rr", false, ALL, 0 },
	{ TCP, 0, 8081, "scheduler wlc", false, ALL, TWO },
	{ TCP, 0, 81, "scheduler rr", false, 0, 0 },
	{ TCP, 0, 82, "scheduler rr", false, LOCAL, 0 },
	{ TCP, 0, 83, "scheduler wrr", false, ONE, ONE },
	{ TCP, 0, 84, "scheduler mh table-size 251", true, 0, 0 },
	{ TCP, 0, 85, "scheduler mh table-size 251", true, LOCAL, 0 },
	{ UDP, 0, 53, "scheduler wrr", false, TWO, 0 },
	{ UDP, 0, 0, "scheduler wlc", false, THREE, 0 },
	{ UDP, 0, 81, "scheduler wlc", false, 0, 0 },
	{ UDP, 0, 82, "scheduler mh table-size 251", true, LOCAL, 0 },
	{ UDP, 0, 8080, "scheduler wrr", false, ALL, 0 },
	{ TCP, 1, 80, "scheduler wlc", false, TWO, 0 },
	{ TCP, 1, 0, "scheduler wrr", false, ONE | THREE, 0 },
};

const unsigned int services_n = ARRAY_SIZE(services);

/* For lbctl apply */
void config_print(void)
{
	const struct service *s;

	for (s = services; s < services + services_n; s++) {
		for (int six = 0; six < 2; six++) {
			printf("service %s %s10%d%s:", s->protocol == TCP ?
			       "tcp" : "udp", six ? "[2001:db8::" : "10.0.0.",
			       s->vip, six ? "]" : "");
			printf(s->port ? "%u" : "*", s->port);
			printf(" %s\n", s->options);
			for (int i = 0; i < SERVERS_N; i++)
				if (s->servers & 1 << i)
					printf("    server %s weight %d\n",
					       server_names[six][i],
					       !(s->drained & 1 << i));
		}
	}
}

/* ---- chance */

static uint64_t chance_state;

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

#define PICK(array)	((array)[chance(ARRAY_SIZE(array))])

static void fill(uint8_t *p, unsigned int n)
{
	while (n--)
		*p++ = chance(256);
}

/* ---- addresses */

static void address(uint8_t *to, bool six, bool vip, unsigned int host)
{
	if (six) {
		memcpy(to, vip ? vip6 : net6, 16);
		to[15] += host;
	} else {
		memcpy(to, vip ? vip4 : net4, 4);
		to[3] += host;
	}
}

bool address_client(const uint8_t *source, bool six)
{
	return six ? !memcmp(source, net6, 15) : !memcmp(source, net4, 3);
}

bool address_isolated(const uint8_t *source, bool six)
{
	return six && !memcmp(source, net6, 5) && source[5] == 9;
}

int address_vip(const uint8_t *address, bool six)
{
	unsigned int n = six ? 15 : 3;
	int vip;

	if (memcmp(address, six ? vip6 : vip4, n))
		return -1;
	vip = address[n] - (six ? vip6 : vip4)[n];

	return vip == 0 || vip == 1 ? vip : -1;
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

static void repair4(struct frame *f)
{
	uint8_t *ip = f->bytes + f->l3;
	unsigned int hlen = (ip[0] & 15) * 4;

	if (f->six || hlen < 20 || f->l3 + hlen > f->len)
		return;
	put16(ip + 10, 0);
	put16(ip + 10, sum16(ip, hlen, 0));
}

/* What the transport's checksum must be; for segments to be, of the addresses
 * alone.
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

static void repair(struct frame *f)
{
	repair4(f);
	if (f->l4)
		repair_transport(f, f->bytes[f->l3 + (f->six ? 6 : 9)]);
}

/* ---- pieces */

static void add(struct frame *f, const void *data, unsigned int n)
{
	memcpy(f->bytes + f->len, data, n);
	f->len += n;
}

static uint8_t *room(struct frame *f, unsigned int n)
{
	memset(f->bytes + f->len, 0, n);
	f->len += n;

	return f->bytes + f->len - n;
}

struct flow {
	uint8_t client[16], vip[16];
	unsigned int client_port, vip_port;
	uint8_t protocol;
};

/* Few enough to meet again */
static void pick_flow(struct flow *flow, bool six, uint8_t protocol)
{
	static const uint16_t strangers[] = { 1, 22, 79, 8079, 65535, 0 };
	const struct service *s;

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

static void ether(struct frame *f, unsigned int type)
{
	f->len = 0;
	add(f, director_mac, 6);
	add(f, client_mac, 6);
	put16(room(f, 2), type);
}

static unsigned int ident = 1;

static void ip4(struct frame *f, const uint8_t *source, const uint8_t *dest,
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

/* Now that all of it is there */
static void lengths(struct frame *f)
{
	uint8_t *ip = f->bytes + f->l3;

	if (f->six)
		put16(ip + 4, f->len - f->l3 - 40);
	else
		put16(ip + 2, f->len - f->l3);
}

static void header(struct frame *f, bool six, const struct flow *flow,
		   uint8_t protocol)
{
	ether(f, six ? ETHER_IP6 : ETHER_IP4);
	if (six)
		ip6(f, flow->client, flow->vip, protocol);
	else
		ip4(f, flow->client, flow->vip, protocol, NULL, 0);
}

static void payload(struct frame *f, const struct flow *flow, unsigned int n)
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

static void finish(struct frame *f)
{
	lengths(f);
	repair(f);
}

/* ---- sound frames */

static void make_plain(struct frame *f, bool six)
{
	struct flow flow;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, flow.protocol);
	payload(f, &flow, chance(3) ? chance(64) : chance(1400));
	finish(f);
}

static void make_options(struct frame *f, bool six)
{
	uint8_t options[40];
	unsigned int n = 4 * (1 + chance(10));
	struct flow flow;

	(void)six;
	memset(options, 1, n);
	if (chance(2)) {
		/* A timestamp, a route to be recorded, an unknown one */
		static const uint8_t kinds[] = { 68, 7, 131, 148, 30, 0 };

		options[0] = PICK(kinds);
		options[1] = n;
		options[2] = 4;
	}
	pick_flow(&flow, false, 0);
	ether(f, ETHER_IP4);
	ip4(f, flow.client, flow.vip, flow.protocol, options, n);
	payload(f, &flow, chance(64));
	finish(f);
}

/* One extension header, whose predecessor's field is at *@next. */
static void extension(struct frame *f, uint8_t **next, uint8_t kind)
{
	unsigned int n = chance(3), len;
	uint8_t *h;

	**next = kind;
	len = kind == AUTH ? 12 + 4 * n : 8 + 8 * n;
	h = room(f, len);
	*next = h;
	h[1] = kind == AUTH ? 1 + n : n;
	if (kind == ROUTING) {
		h[2] = chance(5);
		h[3] = chance(3) ? 0 : chance(3);
		return;
	}
	if (kind == AUTH)
		return;
	/* Padding in pieces, or options that nobody knows */
	for (unsigned int at = 2, size; at < len; at += size) {
		size = 2 + chance(5);
		if (size > len - at || len - at - size == 1)
			size = len - at;
		h[at] = size > 7 || chance(3) ? 0x1e : 1;
		h[at + 1] = size - 2;
	}
}

static void make_extensions(struct frame *f, bool six)
{
	static const uint8_t kinds[] = {
		DSTOPTS, DSTOPTS, ROUTING, AUTH, HOPOPTS
	};
	unsigned int n = chance(8) ? 1 + chance(4) : 6 + chance(4);
	struct flow flow;
	uint8_t *next;

	pick_flow(&flow, six, 0);
	header(f, true, &flow, 0);
	next = f->bytes + f->l3 + 6;
	if (chance(3) == 0)
		extension(f, &next, HOPOPTS);
	while (n--)
		extension(f, &next, PICK(kinds));
	*next = flow.protocol;
	payload(f, &flow, chance(64));
	finish(f);
}

static void make_icmp(struct frame *f, bool six)
{
	static const uint8_t types4[] = { 8, 0, 13, 5, 17, 40 };
	static const uint8_t types6[] = { 128, 129, 130, 135, 136, 137, 200 };
	struct flow flow;
	uint8_t *h;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, six ? ICMP6 : ICMP);
	f->l4 = f->len;
	h = room(f, 8);
	h[0] = six ? PICK(types6) : PICK(types4);
	fill(room(f, 56), 56);
	finish(f);
}

/* An error that quotes a packet which a real server sent to a client */
static void make_error(struct frame *f, bool six)
{
	static const uint8_t types4[] = { 3, 3, 3, 4, 11, 12 };
	static const uint8_t types6[] = { 1, 1, 2, 2, 3, 4, 100, 127 };
	uint8_t quoted[256], options[4] = { 1, 1, 1, 1 }, *next, *h;
	struct frame *inner = malloc(sizeof(*inner));
	struct flow flow, back;
	unsigned int n;

	pick_flow(&flow, six, 0);
	back = flow;
	memcpy(back.client, flow.vip, 16);
	memcpy(back.vip, flow.client, 16);
	back.client_port = flow.vip_port;
	back.vip_port = flow.client_port;

	memset(inner, 0, sizeof(*inner));
	header(inner, six, &back, flow.protocol);
	if (six && !chance(4)) {
		next = inner->bytes + inner->l3 + 6;
		extension(inner, &next, DSTOPTS);
		*next = flow.protocol;
	}
	if (!six && !chance(4)) {
		inner->bytes[inner->l3] = 0x46;
		add(inner, options, 4);
	}
	payload(inner, &back, chance(64));
	finish(inner);
	n = inner->len - inner->l3;
	if (!chance(4))
		n = chance(n + 1);
	memcpy(quoted, inner->bytes + inner->l3, n);
	free(inner);

	/* It comes from anywhere on the way. */
	address(flow.client, six, false, 7);
	header(f, six, &flow, six ? ICMP6 : ICMP);
	f->l4 = f->len;
	h = room(f, 8);
	h[0] = six ? PICK(types6) : PICK(types4);
	h[1] = chance(5);
	add(f, quoted, n);
	finish(f);
}

static void make_other(struct frame *f, bool six)
{
	static const uint8_t protocols[] = {
		2, 4, 41, 47, 50, 58, 1, 59, 108, 132, 136, 255
	};
	struct flow flow;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, chance(2) ? PICK(protocols) : chance(256));
	fill(room(f, 64), 64);
	finish(f);
	f->l4 = 0;
}

static void make_martian(struct frame *f, bool six)
{
	static const uint8_t sources4[][4] = {
		{ 0, 0, 0, 0 }, { 0, 1, 2, 3 }, { 127, 0, 0, 1 },
		{ 224, 0, 0, 1 }, { 239, 255, 255, 255 }, { 240, 0, 0, 1 },
		{ 255, 255, 255, 255 }, { 10, 0, 0, 100 }, { 10, 0, 0, 255 },
	};
	static const uint8_t sources6[][16] = {
		{ 0 }, { [15] = 1 }, { 0xff, 2, [15] = 1 },
		{ [10] = 0xff, 0xff, 10, 1, 0, 1 }, { 0xfe, 0x80, [15] = 1 },
		{ [12] = 10, 1, 0, 1 }, { 0xff, 1, [15] = 1 },
	};
	struct flow flow;

	pick_flow(&flow, six, 0);
	memcpy(flow.client, six ? PICK(sources6) : PICK(sources4), six ? 16 : 4);
	header(f, six, &flow, flow.protocol);
	payload(f, &flow, chance(64));
	finish(f);
}

/* About as large as the LAN takes, or larger */
static void make_big(struct frame *f, bool six)
{
	unsigned int n = chance(2) ? 1400 + chance(120) : 1400 + chance(2300);
	struct flow flow;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, flow.protocol);
	payload(f, &flow, n);
	finish(f);
}

static void make_merged(struct frame *f, bool six)
{
	static const uint16_t sizes[] = { 64, 500, 1200, 1400 };
	struct flow flow;
	unsigned int n;
	uint8_t *ip;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, flow.protocol);
	f->gso_size = PICK(sizes);
	ip = f->bytes + f->l3;
	/* Segments larger than the LAN takes, and IP may not split them */
	if (!chance(8)) {
		f->gso_size = 1700;
		if (!six)
			ip[6] = 0x40;
	}
	n = f->gso_size + 1 + chance(10 * f->gso_size);
	f->gso_type = flow.protocol;
	payload(f, &flow, n > 16000 ? 16000 : n);
	finish(f);
}

static void make_garbage(struct frame *f, bool six)
{
	unsigned int n = chance(200);

	(void)six;
	ether(f, chance(2) ? ETHER_IP4 : chance(2) ? ETHER_IP6 : chance(65536));
	f->l3 = f->len;
	f->six = get16(f->bytes + 12) == ETHER_IP6;
	fill(room(f, n), n);
	if (n && chance(2))
		f->bytes[f->l3] = f->six ? 0x60 : 0x45 + chance(3);
	f->l4 = 0;
}

static const struct maker {
	const char *name;
	void (*make)(struct frame *f, bool six);
	unsigned int weight;
	bool four, six;
} makers[] = {
	{ "plain", make_plain, 30, true, true },
	{ "options", make_options, 6, true, false },
	{ "extensions", make_extensions, 10, false, true },
	{ "icmp", make_icmp, 4, true, true },
	{ "error", make_error, 16, true, true },
	{ "other", make_other, 4, true, true },
	{ "martian", make_martian, 4, true, true },
	{ "big", make_big, 6, true, true },
	{ "merged", make_merged, 6, true, true },
	{ "garbage", make_garbage, 2, true, true },
};

/* ---- what breaks them */

/* Mostly in the headers */
static unsigned int somewhere(const struct frame *f)
{
	unsigned int n = f->len - ETHER;

	if (chance(8) && n > 100)
		n = 100;

	return n ? ETHER + chance(n) : chance(ETHER);
}

static void break_bit(struct frame *f)
{
	f->bytes[somewhere(f)] ^= 1 << chance(8);
}

static void break_byte(struct frame *f)
{
	static const uint8_t limits[] = { 0, 1, 2, 4, 0x7f, 0x80, 0xfe, 0xff };

	f->bytes[somewhere(f)] = chance(2) ? PICK(limits) : chance(256);
}

static void break_word(struct frame *f)
{
	static const uint16_t limits[] = {
		0, 1, 7, 8, 19, 20, 40, 0x7fff, 0x8000, 0xffff
	};
	unsigned int at = somewhere(f) & ~1U;

	if (at + 2 <= f->len)
		put16(f->bytes + at, chance(2) ? PICK(limits) :
				     get16(f->bytes + at) + chance(17) - 8);
}

static void break_short(struct frame *f)
{
	if (f->len > ETHER)
		f->len = chance(2) ? ETHER + chance(f->len - ETHER) :
				     f->len - 1 - chance(f->len - ETHER < 16 ?
							 f->len - ETHER : 16);
}

static void break_long(struct frame *f)
{
	unsigned int n = chance(64);

	if (f->len + n < 3900)
		fill(room(f, n), n);
}

/* What decides, by name */
static void break_field(struct frame *f)
{
	static const struct {
		bool six, transport;
		uint8_t at, size;
	} fields[] = {
		{ false, false, 0, 1 }, { false, false, 2, 2 },
		{ false, false, 6, 2 }, { false, false, 8, 1 },
		{ false, false, 9, 1 }, { false, false, 12, 1 },
		{ true, false, 0, 1 }, { true, false, 4, 2 },
		{ true, false, 6, 1 }, { true, false, 7, 1 },
		{ true, false, 40, 1 }, { true, false, 41, 1 },
		{ false, true, 0, 1 }, { false, true, 4, 2 },
		{ false, true, 12, 1 }, { false, true, 13, 1 },
		{ false, true, 8, 1 }, { false, true, 17, 1 },
		{ true, true, 0, 1 }, { true, true, 4, 2 },
		{ true, true, 12, 1 }, { true, true, 13, 1 },
		{ true, true, 8, 1 }, { true, true, 14, 1 },
	};
	static const uint8_t bytes[] = {
		0, 1, 2, 4, 5, 6, 0x11, 0x3a, 0x2c, 0x2b, 0x3c, 0x33, 0x3b,
		0x40, 0x44, 0x46, 0x4f, 0x50, 0x5f, 0x60, 0xf0, 0xff
	};
	unsigned int i, at;

	do
		i = chance(ARRAY_SIZE(fields));
	while (fields[i].six != f->six);
	at = fields[i].at;
	if (fields[i].transport)
		at += f->l4 ? f->l4 : f->l3 + 20;
	else
		at += f->l3;
	if (at + fields[i].size > f->len)
		return;
	if (fields[i].size == 1)
		f->bytes[at] = PICK(bytes);
	else
		put16(f->bytes + at, chance(3) ? get16(f->bytes + at) +
				     chance(41) - 20 : chance(65536));
}

static void break_mac(struct frame *f)
{
	static const uint8_t macs[][6] = {
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 1, 0, 0x5e, 0, 0, 1 }, { 0x33, 0x33, 0, 0, 0, 1 },
		{ 2, 0, 0, 0, 0, 3 }, { 2, 0, 0, 0, 1, 2 },
	};

	memcpy(f->bytes, PICK(macs), 6);
}

static void break_double(struct frame *f)
{
	f->duplicated = true;
}

static void break_tag(struct frame *f)
{
	static const uint16_t ids[] = { 0, VLAN_ID, VLAN_ID, 6, 4095 };

	if (f->gso_size || f->len < ETHER || f->len + 4 > 3900)
		return;
	memmove(f->bytes + 16, f->bytes + 12, f->len - 12);
	put16(f->bytes + 12, chance(4) ? ETHER_VLAN : ETHER_QINQ);
	put16(f->bytes + 14, PICK(ids) | chance(8) << 13);
	f->len += 4;
	f->l3 += 4;
	if (f->l4)
		f->l4 += 4;
}

static const struct breaker {
	const char *name;
	void (*breaks)(struct frame *f);
	unsigned int weight;
	bool longer;		/* or shorter: changes the frame's length */
} breakers[] = {
	{ "bit", break_bit, 20, false },
	{ "byte", break_byte, 20, false },
	{ "word", break_word, 10, false },
	{ "short", break_short, 12, true },
	{ "long", break_long, 10, true },
	{ "field", break_field, 30, false },
	{ "mac", break_mac, 2, false },
	{ "double", break_double, 4, false },
	{ "tag", break_tag, 8, true },
};

/* By their weights. */
static const struct maker *pick_maker(void)
{
	unsigned int all = 0, n;

	for (n = 0; n < ARRAY_SIZE(makers); n++)
		all += makers[n].weight;
	all = chance(all);
	for (n = 0; all >= makers[n].weight; n++)
		all -= makers[n].weight;

	return &makers[n];
}

static const struct breaker *pick_breaker(void)
{
	unsigned int all = 0, n;

	for (n = 0; n < ARRAY_SIZE(breakers); n++)
		all += breakers[n].weight;
	all = chance(all);
	for (n = 0; all >= breakers[n].weight; n++)
		all -= breakers[n].weight;

	return &breakers[n];
}

/* What the sending kernel goes by when it looks at a merged packet: it would
 * not let it pass, or take it apart.
 */
static void keep_merged(struct frame *f, const uint8_t *before)
{
	static const uint8_t four[] = { 0, 2, 3, 6, 7, 9 };
	static const uint8_t six[] = { 0, 4, 5, 6 };
	const uint8_t *fields = f->six ? six : four;
	unsigned int n = f->six ? sizeof(six) : sizeof(four);

	memcpy(f->bytes, before, ETHER);
	while (n--)
		f->bytes[f->l3 + fields[n]] = before[f->l3 + fields[n]];
	if (f->gso_type == TCP)
		f->bytes[f->l4 + 12] = before[f->l4 + 12];
	repair4(f);
}

static void break_some(struct frame *f)
{
	unsigned int n = 1 + chance(chance(4) ? 2 : 6);
	bool merged = f->gso_size;
	uint8_t before[256];

	memcpy(before, f->bytes, sizeof(before));
	while (n--) {
		const struct breaker *b = pick_breaker();

		if (merged && b->longer)
			continue;
		b->breaks(f);
		snprintf(f->how + strlen(f->how), sizeof(f->how) -
			 strlen(f->how), " %s", b->name);
	}
	if (merged) {
		keep_merged(f, before);
	} else if (chance(4)) {
		if (chance(2))
			repair(f);
		else
			repair4(f);
	}
}

/* ---- how they lie in memory */

static void lay(struct frame *f)
{
	unsigned int n = f->len - ETHER;

	if (n > 200)
		n = 200;
	f->linear = chance(3) ? ETHER + chance(n + 1) : f->len;
	/* The checksum to come must be there, as for any device. */
	if (f->gso_size && f->linear < f->l4 + 20)
		f->linear = f->l4 + 20;
}

/* ---- fragments of sound packets: several frames at once */

#define PIECES_MAX	8

static struct {
	uint8_t bytes[PIECES_MAX][2048];
	unsigned int len[PIECES_MAX];
	unsigned int n, next;
	bool six;
	uint8_t whole[FRAME_MAX];
	unsigned int whole_len;
} pieces;

static void piece(const struct frame *f, unsigned int head, unsigned int from,
		  unsigned int to, unsigned int end)
{
	uint8_t *b = pieces.bytes[pieces.n], *ip = b + ETHER;
	unsigned int len = head, more = to < end;

	memcpy(b, f->bytes, head);
	if (f->six) {
		b[len] = ip[6];
		b[len + 1] = 0;
		put16(b + len + 2, from | more);
		put16(b + len + 4, 0);
		put16(b + len + 6, ident);
		ip[6] = FRAGMENT;
		len += 8;
	}
	memcpy(b + len, f->bytes + head + from, to - from);
	len += to - from;
	if (f->six) {
		put16(ip + 4, len - ETHER - 40);
	} else {
		put16(ip + 2, len - ETHER);
		put16(ip + 6, from / 8 | more << 13);
		put16(ip + 10, 0);
		put16(ip + 10, sum16(ip, 20, 0));
	}
	pieces.len[pieces.n++] = len;
}

static void cut(struct frame *f)
{
	unsigned int head = ETHER + (f->six ? 40 : 20), end = f->len - head;
	unsigned int step = (end / (PIECES_MAX - 1) + 8 + chance(600)) & ~7U;

	if (step > 1400)
		step = 1400;
	/* The whole transport header comes first, or IPv6 lets it not pass. */
	if (step < 64)
		step = 64;
	if (!f->six)
		f->bytes[f->l3 + 6] = 0;
	repair4(f);
	memcpy(pieces.whole, f->bytes, f->len);
	pieces.whole_len = f->len;
	pieces.six = f->six;
	pieces.n = 0;
	pieces.next = 0;
	ident++;
	for (unsigned int at = 0; at < end; at += step)
		piece(f, head, at, at + step < end ? at + step : end, end);
}

/* They come in order, backward, or the first one last. */
static void shuffle(void)
{
	unsigned int order = chance(3), n = pieces.n, other;
	static uint8_t bytes[2048];
	unsigned int len;

	for (unsigned int i = 0; i < n / 2; i++) {
		other = order == 1 ? n - 1 - i : i ? i : n - 1;
		if (!order)
			return;
		memcpy(bytes, pieces.bytes[i], 2048);
		memcpy(pieces.bytes[i], pieces.bytes[other], 2048);
		memcpy(pieces.bytes[other], bytes, 2048);
		len = pieces.len[i];
		pieces.len[i] = pieces.len[other];
		pieces.len[other] = len;
	}
}

static void next_piece(struct frame *f)
{
	unsigned int n = pieces.next++;

	f->kind = "fragments";
	f->six = pieces.six;
	f->fragment = true;
	f->l3 = ETHER;
	f->len = pieces.len[n];
	memcpy(f->bytes, pieces.bytes[n], f->len);
	if (pieces.next == pieces.n) {
		f->whole = malloc(pieces.whole_len);
		f->whole_len = pieces.whole_len;
		memcpy(f->whole, pieces.whole, f->whole_len);
	}
	lay(f);
}

static void make_fragments(struct frame *f)
{
	bool six = chance(2);
	struct flow flow;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, flow.protocol);
	payload(f, &flow, chance(2) ? 60 + chance(1000) : 60 + chance(6000));
	finish(f);
	cut(f);
	shuffle();
	next_piece(f);
}

/* ---- */

static void copy_frame(struct frame *to, const struct frame *from)
{
	to->kind = from->kind;
	strcpy(to->how, from->how);
	memcpy(to->bytes, from->bytes, from->len);
	to->len = from->len;
	to->l3 = from->l3;
	to->l4 = from->l4;
	to->six = from->six;
	to->gso_type = from->gso_type;
	to->gso_size = from->gso_size;
	lay(to);
}

void frame_make(struct frame *f)
{
	static unsigned long number;
	static struct frame last;
	const struct maker *m;
	bool six;

	free(f->whole);
	memset(f, 0, offsetof(struct frame, bytes));
	memset(&f->len, 0, sizeof(*f) - offsetof(struct frame, len));
	f->number = ++number;
	if (last.duplicated) {
		last.duplicated = false;
		copy_frame(f, &last);
		return;
	}
	if (pieces.next < pieces.n) {
		next_piece(f);
		return;
	}
	if (!chance(20)) {
		make_fragments(f);
		return;
	}

	m = pick_maker();
	six = m->six && (!m->four || chance(2));
	f->kind = m->name;
	m->make(f, six);
	if (chance(5) > 1)
		break_some(f);
	lay(f);
	if (f->duplicated)
		last = *f;
}

void frame_isolate(struct frame *f)
{
	uint8_t *ip = f->bytes + f->out.at;

	memcpy(ip + 8, net6, 16);
	ip[8 + 5] = 9;
	ip[8 + 15] = 1 + chance(200);
}

/* It comes out last. */
void frame_marker(struct frame *f, unsigned int n)
{
	struct flow flow = { .client_port = 7, .vip_port = 53,
			     .protocol = UDP };
	unsigned int ident_saved = ident;
	uint64_t chance_saved = chance_state;

	free(f->whole);
	memset(f, 0, offsetof(struct frame, bytes));
	memset(&f->len, 0, sizeof(*f) - offsetof(struct frame, len));
	f->kind = "marker";
	address(flow.client, false, false, 9);
	address(flow.vip, false, true, 0);
	header(f, false, &flow, UDP);
	f->bytes[f->l3 + 8] = 64;
	payload(f, &flow, 4);
	put16(f->bytes + f->len - 4, n >> 16);
	put16(f->bytes + f->len - 2, n);
	finish(f);
	f->linear = f->len;
	/* How many there are changes no other frame. */
	ident = ident_saved;
	chance_state = chance_saved;
}
