// SPDX-License-Identifier: GPL-2.0
/*
 * The topology, as tests/debug/23-packets.sh builds it. A new service is a row
 * in services[].
 */
#include <stdio.h>
#include <string.h>

#include "build.h"

const uint8_t director_mac[6] = { 2, 0, 0, 0, 0, 2 };
const uint8_t lan_mac[6] = { 2, 0, 0, 0, 1, 2 };
const uint8_t server_macs[SERVER_LOCAL][6] = {
	{ 2, 0, 0, 0, 1, 0x11 }, { 2, 0, 0, 0, 1, 0x12 },
	{ 2, 0, 0, 0, 1, 0x13 },
};

const uint8_t client_mac[6] = { 2, 0, 0, 0, 0, 1 };

static const char *const server_names[2][SERVERS_N] = {
	{ "10.0.1.11", "10.0.1.12", "10.0.1.13", "10.0.0.2", "10.0.1.14" },
	{ "2001:db8:1::11", "2001:db8:1::12", "2001:db8:1::13", "2001:db8::2",
	  "2001:db8:1::14" },
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
#define DOWN	(1 << SERVER_DOWN)

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
	{ TCP, 0, 86, "scheduler rr", false, DOWN, 0 },
	{ TCP, 0, 87, "scheduler mh table-size 251", true, DOWN, 0 },
	{ TCP, 0, 88, "scheduler wrr", false, ALL | DOWN, ONE },
	{ TCP, 0, 89, "scheduler mh table-size 251", true, TWO | DOWN, 0 },
	{ TCP, 0, 90, "scheduler wlc", false, ALL | LOCAL, ALL },
	{ TCP, 0, 91, "scheduler mh table-size 251", true, ONE | LOCAL, ONE },
	{ UDP, 0, 86, "scheduler wlc", false, DOWN | ONE, ONE },
	{ UDP, 0, 53, "scheduler wrr", false, TWO, 0 },
	{ UDP, 0, 0, "scheduler wlc", false, THREE, 0 },
	{ UDP, 0, 81, "scheduler wlc", false, 0, 0 },
	{ UDP, 0, 82, "scheduler mh table-size 251", true, LOCAL, 0 },
	{ UDP, 0, 8080, "scheduler wrr", false, ALL, 0 },
	{ TCP, 1, 80, "scheduler wlc", false, TWO, 0 },
	{ TCP, 1, 0, "scheduler wrr", false, ONE | THREE, 0 },
};

const unsigned int services_n = ARRAY_SIZE(services);

/* The configuration for lbctl apply */
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

/* ---- addresses */

void address(uint8_t *to, bool six, bool vip, unsigned int host)
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

void frame_isolate(struct frame *f)
{
	uint8_t *ip = f->bytes + f->out.at;

	memcpy(ip + 8, net6, 16);
	ip[8 + 5] = 9;
	ip[8 + 15] = 1 + chance(200);
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
