// SPDX-License-Identifier: GPL-2.0
/*
 * Connections come and go and servers are changed at random. Each new
 * connection gets the same server of both directors; each later packet goes to
 * the server of its connection; the loads are the same whenever they are looked
 * at. A server that was removed and is added again has its connections as
 * before.
 *
 * Two disciplines are compared in another way:
 *
 * wrr: IPVS gives turns to the servers of the greatest weight first, drlb
 * spreads the turns of each server over the cycle. But in as many turns as
 * there are units of weight both give each server exactly its weight's number,
 * from whatever turn on they are counted.
 *
 * twos: chance is not the same in both. Shares are compared, and how many of
 * the servers are less loaded than the one that is chosen: none if it were
 * wlc's, a third of two choices, half of one choice.
 *
 * Three things are not done here, since the directors are known to differ:
 *
 * A RST while a connection is half open, and an ACK after a RST: see states.c.
 *
 * Packets of a server that is gone: IPVS drops them until their connection's
 * time is over; drlb's host answers with a RST, so that the client learns of
 * it.
 *
 * With rr, two changes without a turn in between: if the first removes the
 * server of the last turn, and that was the first of all, IPVS goes on with a
 * server that the second adds before all others, drlb with the next one by
 * address.
 */
#include <string.h>

#include "twins.h"

#define CONNS_MAX	40000
#define SOME_MAX	4096
#define CHANGE_EVERY	250
#define FIRST_CLIENT	0xc6120001	/* 198.18.0.1 */
/* In steps. IPVS forgets a connection ten seconds after the last RST and sixty
 * after a SYN; a thousand steps take a quarter of a second in an emulated
 * machine.
 */
#define RESET_MAX	1000
#define HALF_OPEN_MAX	1000

struct conn {
	struct end client;
	unsigned int since;
	int server[TWINS];
};

/* The oldest first. */
struct some {
	struct conn *conn[SOME_MAX];
	unsigned int n;
};

static struct conn conns[CONNS_MAX];
static struct some half_open, open, reset;
/* Connections of the newest server, if that is removed and may come back. */
static struct some asleep;
static unsigned int n_conns, step, refused, returned;
static struct load load[TWINS][SERVERS];
static unsigned int turns[TWINS][SERVERS], picks[TWINS][SERVERS];
static unsigned int turns_n, cycles;
static bool by_turns, by_chance, may_be_empty, may_return;
static struct end vip;

/* ---- connections --------------------------------------------------------- */

static void put(struct some *some, struct conn *conn)
{
	if (some->n == SOME_MAX)
		differ("too many connections for this test");
	conn->since = step;
	some->conn[some->n++] = conn;
}

static struct conn *take(struct some *some, unsigned int i)
{
	struct conn *conn = some->conn[i];

	some->n--;
	memmove(&some->conn[i], &some->conn[i + 1],
		(some->n - i) * sizeof(some->conn[0]));

	return conn;
}

static struct conn *take_any(struct some *some)
{
	return take(some, dice(some->n));
}

static const char *fate_name(int fate)
{
	static char text[TWINS][32];
	static int i;

	i = !i;
	if (fate >= 0)
		snprintf(text[i], sizeof(text[i]), "server %d", fate);
	else
		strcpy(text[i], fate == REFUSED ? "refused" :
				fate == PASSED ? "reset by the director's host" :
				"no answer");

	return text[i];
}

static void tell_loads(void)
{
	unsigned int i;

	for (i = 0; i < service.n; i++) {
		if (service.server[i].present)
			printf("server %u: weight %d, active %u inactive %u\n",
			       i, service.server[i].weight,
			       load[DRLB][i].active, load[DRLB][i].inactive);
	}
}

/* ---- the choice ---------------------------------------------------------- */

static unsigned int gcd(unsigned int a, unsigned int b)
{
	return b ? gcd(b, a % b) : a;
}

/* The units of weight that a server has, and all of them have. */
static unsigned int units(int server)
{
	unsigned int divisor = 0, sum = 0, i;

	for (i = 0; i < service.n; i++) {
		if (!service.server[i].present)
			continue;
		divisor = gcd(divisor, service.server[i].weight);
		sum += service.server[i].weight;
	}

	return (server < 0 ? sum : (unsigned int)service.server[server].weight) /
	       divisor;
}

static void check_turns(const int fate[TWINS])
{
	unsigned int twin, i;

	for (twin = 0; twin < TWINS; twin++) {
		if (fate[twin] < 0)
			differ("step %u: %s: %s", step, twin_names[twin],
			       fate_name(fate[twin]));
		turns[twin][fate[twin]]++;
	}
	if (++turns_n < units(-1))
		return;

	for (twin = 0; twin < TWINS; twin++) {
		for (i = 0; i < service.n; i++) {
			if (service.server[i].present &&
			    turns[twin][i] != units(i))
				differ("step %u: %s: server %u had %u of %u turns, not %u",
				       step, twin_names[twin], i, turns[twin][i],
				       turns_n, units(i));
		}
	}
	memset(turns, 0, sizeof(turns));
	turns_n = 0;
	cycles++;
}

static void check_pick(const int fate[TWINS])
{
	if (by_turns) {
		check_turns(fate);
		return;
	}
	if (!by_chance && fate[IPVS] != fate[DRLB]) {
		tell_loads();
		differ("step %u: a new connection: IPVS: %s, drlb: %s", step,
		       fate_name(fate[IPVS]), fate_name(fate[DRLB]));
	}
}

static void count_pick(enum twin twin, int server)
{
	load[twin][server].active++;
	picks[twin][server]++;
}

static void arrive(void)
{
	struct conn *conn = &conns[n_conns++];

	conn->client.addr = FIRST_CLIENT + n_conns % 251;
	conn->client.port = 1024 + n_conns;
	wire_ask(conn->client, vip, SYN, conn->server);
	check_pick(conn->server);
	if (conn->server[IPVS] < 0 || conn->server[DRLB] < 0) {
		if (conn->server[IPVS] != REFUSED)
			differ("step %u: a new connection: %s", step,
			       fate_name(conn->server[IPVS]));
		refused++;
		return;
	}

	count_pick(IPVS, conn->server[IPVS]);
	count_pick(DRLB, conn->server[DRLB]);
	put(&half_open, conn);
}

/* ---- later packets ------------------------------------------------------- */

/* Send a packet of a connection, which makes it @active more active. */
static void go_on(struct conn *conn, uint8_t flags, int active)
{
	int fate[TWINS], twin;

	wire_ask(conn->client, vip, flags, fate);
	for (twin = 0; twin < TWINS; twin++) {
		if (fate[twin] != conn->server[twin])
			differ("step %u: flags 0x%x for server %d: %s: %s",
			       step, flags, conn->server[twin],
			       twin_names[twin], fate_name(fate[twin]));
		load[twin][fate[twin]].active += active;
		load[twin][fate[twin]].inactive -= active;
	}
}

/* A half-open connection is active already. */
static void establish(struct conn *conn)
{
	go_on(conn, ACK, 0);
	put(&open, conn);
}

static void leave(struct conn *conn)
{
	/* With wrr a connection may lose its server at one director alone. At
	 * the other one it must not end by IPVS's time, unseen.
	 */
	if (by_turns || by_chance || dice(32)) {
		go_on(conn, FIN | ACK, -1);
		return;
	}
	go_on(conn, RST, -1);
	put(&reset, conn);
}

static void reset_again(struct conn *conn)
{
	go_on(conn, RST, 0);
	put(&reset, conn);
}

static bool too_old(const struct some *some, unsigned int steps)
{
	return some->n && step - some->conn[0]->since > steps;
}

/* Connections become as many as @wanted, about. */
static void random_step(unsigned int wanted)
{
	unsigned int arrivals = half_open.n + open.n < wanted ? 50 : 12;
	unsigned int n = dice(100);

	if (too_old(&reset, RESET_MAX))
		reset_again(take(&reset, 0));
	else if (too_old(&half_open, HALF_OPEN_MAX))
		establish(take(&half_open, 0));
	else if (n < arrivals)
		arrive();
	else if (n < arrivals + 35 && half_open.n)
		establish(take_any(&half_open));
	else if (n < arrivals + 38 && open.n)
		go_on(open.conn[dice(open.n)], PSH | ACK, 0);
	else if (open.n)
		leave(take_any(&open));
	else
		arrive();
}

/* ---- changes ------------------------------------------------------------- */

static int any_weight(void)
{
	static const int large[] = { 10, 100, 65535, 2147483647 };

	return by_turns || dice(24) ? 1 + (int)dice(4) : large[dice(4)];
}

static unsigned int any_server(void)
{
	unsigned int i;

	do {
		i = dice(service.n);
	} while (!service.server[i].present);

	return i;
}

static unsigned int count_present(void)
{
	unsigned int n = 0, i;

	for (i = 0; i < service.n; i++)
		n += service.server[i].present;

	return n;
}

/* True if another server than this one has a weight, or none needs one. */
static bool may_go(unsigned int server)
{
	unsigned int i;

	for (i = 0; i < service.n; i++) {
		if (i != server && service.server[i].present &&
		    service.server[i].weight)
			return true;
	}

	return may_be_empty;
}

/* Move the connections of a server to @to. */
static void move(struct some *some, int server, struct some *to)
{
	struct conn *conn;
	unsigned int i = 0;

	while (i < some->n) {
		conn = some->conn[i];
		if (conn->server[IPVS] == server || conn->server[DRLB] == server)
			put(to, take(some, i));
		else
			i++;
	}
}

/* A server that has connections that got a RST does not come back: IPVS may
 * forget them meanwhile.
 */
static void remove_server(unsigned int server)
{
	static struct some lost;

	while (half_open.n)
		establish(take(&half_open, 0));
	config_del(server);

	lost.n = 0;
	move(&reset, server, &lost);
	may_return = !by_turns && !lost.n && server == service.n - 1;
	if (may_return)
		asleep.n = 0;
	move(&open, server, may_return ? &asleep : &lost);
}

/* The newest one is the first in both directors' lists, as before. */
static void return_server(void)
{
	unsigned int server = service.n - 1;

	service.n--;
	config_add(any_weight());
	move(&asleep, server, &open);
	may_return = false;
	returned++;
}

static void change(unsigned int least)
{
	unsigned int server = any_server();

	switch (dice(8)) {
	case 0:
	case 1:
		if (may_return)
			return_server();
		else if (service.n < SERVERS)
			config_add(any_weight());
		break;
	case 2:
		if (dice(2) && service.server[service.n - 1].present)
			server = service.n - 1;
		if (count_present() > least && may_go(server))
			remove_server(server);
		break;
	case 3:
	case 4:
		if (may_go(server))
			config_set(server, 0);
		break;
	case 5:
		config_set(any_server(), any_weight());
		config_set(any_server(), any_weight());
		config_set(any_server(), any_weight());
		break;
	default:
		config_set(server, any_weight());
	}
	config_publish();

	memset(turns, 0, sizeof(turns));
	turns_n = 0;
}

/* ---- the loads ----------------------------------------------------------- */

static void check_loads(void)
{
	struct load got[SERVERS];
	unsigned int twin, i;

	for (twin = 0; twin < TWINS; twin++) {
		config_loads(twin, got);
		for (i = 0; i < service.n; i++) {
			if (service.server[i].present &&
			    memcmp(&got[i], &load[twin][i], sizeof(got[i])))
				differ("step %u: %s: server %u: active %u inactive %u, not %u, %u",
				       step, twin_names[twin], i, got[i].active,
				       got[i].inactive, load[twin][i].active,
				       load[twin][i].inactive);
		}
	}
}

/* ---- the tests ----------------------------------------------------------- */

static void start(const char *sched)
{
	service.sched = sched;
	service.vips = 1;
	vip = (struct end){ VIP, service.port };
	config_start();
}

void picks_play(const char *sched, unsigned int servers, unsigned int steps)
{
	unsigned int wanted = 0, i;

	by_turns = !strcmp(sched, "wrr");
	may_be_empty = !by_turns && strcmp(sched, "rr");
	service.n = servers;
	for (i = 0; i < servers; i++)
		service.server[i].weight = any_weight();
	start(sched);

	for (step = 1; step <= steps; step++) {
		if (step % CHANGE_EVERY == 0) {
			if (step % 1000 == 0)
				check_loads();
			change(servers / 2);
			arrive();
			continue;
		}
		if (step % 400 == 1)
			wanted = dice(6 * servers);
		random_step(wanted);
	}
	check_loads();
	printf("%u steps, %u connections, %u refused, %u servers, %u came back",
	       steps, n_conns, refused, service.n, returned);
	if (by_turns)
		printf(", %u cycles", cycles);
	putchar('\n');
}

/* The share of servers that have less overhead for their weight than @server,
 * in which equal ones count by half.
 */
static double less_loaded(enum twin twin, int server)
{
	double cost[SERVERS], less = 0;
	unsigned int i;

	for (i = 0; i < service.n; i++)
		cost[i] = (257.0 * load[twin][i].active +
			   load[twin][i].inactive) / service.server[i].weight;
	for (i = 0; i < service.n; i++) {
		if ((int)i != server)
			less += cost[i] < cost[server] ? 1 :
				cost[i] == cost[server] ? 0.5 : 0;
	}

	return less / (service.n - 1);
}

static void check_near(const char *what, double a, double b, double distance)
{
	if (a - b > distance || b - a > distance)
		differ("%s: IPVS %.4f, drlb %.4f", what, a, b);
}

/* Weights are multiples of 100: IPVS draws from one number more than there are
 * units of weight, and the number's owner is the first server.
 */
void twos_play(unsigned int steps)
{
	static const int weights[] = { 300, 100, 200, 100, 400, 100 };
	double less[TWINS] = {};
	char what[64];
	unsigned int twin, i;
	int before;

	by_chance = true;
	service.n = ARRAY_SIZE(weights);
	for (i = 0; i < service.n; i++)
		service.server[i].weight = weights[i];
	start("twos");

	for (step = 1; step <= steps; step++) {
		before = n_conns;
		random_step(60);	/* ten for each server */
		if ((int)n_conns == before)
			continue;
		for (twin = 0; twin < TWINS; twin++) {
			i = conns[before].server[twin];
			load[twin][i].active--;
			less[twin] += less_loaded(twin, i);
			load[twin][i].active++;
		}
	}
	check_loads();

	/* Six standard deviations and more of thousands of picks */
	for (i = 0; i < service.n; i++) {
		snprintf(what, sizeof(what), "the share of server %u", i);
		check_near(what, (double)picks[IPVS][i] / n_conns,
			   (double)picks[DRLB][i] / n_conns, 0.04);
	}
	check_near("less loaded servers than the one chosen",
		   less[IPVS] / n_conns, less[DRLB] / n_conns, 0.04);
	printf("%u steps, %u connections; less loaded: %.3f (IPVS), %.3f (drlb)\n",
	       steps, n_conns, less[IPVS] / n_conns, less[DRLB] / n_conns);
}
