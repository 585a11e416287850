// SPDX-License-Identifier: GPL-2.0
/*
 * Disciplines that hash: the hashes differ, and so the servers of a client do.
 * The same is: a client's address has one server, whatever its port; a server's
 * share of the clients is its weight's; a server that is drained has none, its
 * clients have others.
 *
 * IPVS does so with the flag of fallback, without which it refuses the clients
 * of a drained server; drlb needs no flag. How many of the other clients move
 * differs: with sh most do in IPVS, which deals its buckets anew, and few in
 * drlb; with mh none in IPVS, whose table keeps a place for the drained server,
 * and few in drlb.
 */
#include <linux/ip_vs.h>
#include <stdlib.h>
#include <string.h>

#include "twins.h"

#define DRAINED		2
#define VIPS		230
#define ASKED_TWICE	20
/* Of the share of a server: six standard deviations of 5,000 draws, and the
 * unevenness of 256 buckets.
 */
#define SHARE_ERROR	0.05
#define SHARE_ERROR_DH	0.15
#define MOVED_MAX	0.1

static const int weights[] = { 1, 3, 2, 1, 4, 1 };
/* dh does not look at these, so that its shares are the latter. */
static const int unequal[] = { 1, 1, 1, 20, 1, 1 };
static const int equal[] = { 1, 1, 1, 1, 1, 1 };

static uint16_t port = 1024;

static void ask(struct end client, struct end vip, int fate[TWINS])
{
	int twin;

	wire_ask(client, vip, SYN, fate);
	for (twin = 0; twin < TWINS; twin++) {
		if (fate[twin] < 0)
			differ("a new connection: %s: %s", twin_names[twin],
			       fate[twin] == REFUSED ? "refused" :
						       "no server");
	}
}

static void check_shares(unsigned int picked[TWINS][SERVERS],
			 const int *weight, unsigned int all, double error)
{
	unsigned int twin, i, sum = 0;
	double off;

	for (i = 0; i < service.n; i++)
		sum += weight[i];
	for (twin = 0; twin < TWINS; twin++) {
		for (i = 0; i < service.n; i++) {
			off = (double)picked[twin][i] / all -
			      (double)weight[i] / sum;
			if (off > error || -off > error)
				differ("%s: server %u has %u of %u",
				       twin_names[twin], i, picked[twin][i],
				       all);
		}
	}
}

static void start(const char *sched, const int *weight)
{
	unsigned int i;

	service.sched = sched;
	service.vips = service.vips ?: 1;
	service.n = ARRAY_SIZE(weights);
	for (i = 0; i < service.n; i++)
		service.server[i].weight = weight[i];
	config_start();
}

/* After a server was drained: its clients have others. */
static void check_moved(const struct end *client, int (*had)[TWINS],
			unsigned int clients, struct end vip)
{
	unsigned int moved[TWINS] = {}, stayed[TWINS] = {}, i, twin;
	struct end again;
	int fate[TWINS];

	for (i = 0; i < clients; i++) {
		again = (struct end){ client[i].addr, port++ };
		ask(again, vip, fate);
		for (twin = 0; twin < TWINS; twin++) {
			if (fate[twin] == DRAINED)
				differ("%s: a drained server has a client",
				       twin_names[twin]);
			moved[twin] += had[i][twin] != DRAINED &&
				       had[i][twin] != fate[twin];
			stayed[twin] += had[i][twin] == fate[twin];
		}
	}
	if (moved[DRLB] > MOVED_MAX * stayed[DRLB])
		differ("drlb: %u clients of others moved, %u did not",
		       moved[DRLB], stayed[DRLB]);
	printf("%u clients; moved though not drained: %u (IPVS), %u (drlb)\n",
	       clients, moved[IPVS], moved[DRLB]);
}

void hashes_play(const char *sched, unsigned int clients)
{
	static unsigned int picked[TWINS][SERVERS];
	struct end *client = calloc(clients, sizeof(*client));
	int (*had)[TWINS] = calloc(clients, sizeof(*had));
	struct end vip = { VIP, service.port };
	unsigned int i, twin;
	int fate[TWINS];

	service.flags = IP_VS_SVC_F_SCHED1;
	service.options = !strcmp(sched, "mh") ? "hash source" : NULL;
	start(sched, weights);
	for (i = 0; i < clients; i++) {
		client[i] = (struct end){ 0xc6120000 + dice(0x20000), port++ };
		ask(client[i], vip, had[i]);
		for (twin = 0; twin < TWINS; twin++)
			picked[twin][had[i][twin]]++;
		if (i % ASKED_TWICE)
			continue;
		ask((struct end){ client[i].addr, port++ }, vip, fate);
		for (twin = 0; twin < TWINS; twin++) {
			if (fate[twin] != had[i][twin])
				differ("%s: a client has servers %d and %d",
				       twin_names[twin], had[i][twin],
				       fate[twin]);
		}
	}
	check_shares(picked, weights, clients, SHARE_ERROR);

	config_set(DRAINED, 0);
	config_publish();
	check_moved(client, had, clients, vip);
}

/* Equal shares of the VIPs whatever the weights, and one server for each. */
void dh_play(void)
{
	static unsigned int picked[TWINS][SERVERS];
	int fate[TWINS], again[TWINS];
	struct end vip;
	unsigned int i, twin;

	service.vips = VIPS;
	service.options = "table-size 251";
	start("dh", unequal);
	for (i = 0; i < VIPS; i++) {
		vip = (struct end){ VIP + i, service.port };
		ask((struct end){ 0xc6120000 + dice(0x20000), port++ }, vip,
		    fate);
		ask((struct end){ 0xc6120000 + dice(0x20000), port++ }, vip,
		    again);
		for (twin = 0; twin < TWINS; twin++) {
			if (fate[twin] != again[twin])
				differ("%s: a VIP has servers %d and %d",
				       twin_names[twin], fate[twin],
				       again[twin]);
			picked[twin][fate[twin]]++;
		}
	}
	check_shares(picked, equal, VIPS, SHARE_ERROR_DH);
	printf("%u VIPs\n", VIPS);
}
