// SPDX-License-Identifier: GPL-2.0
/*
 * TCP's states: random flags from clients. A connection has the same state with
 * both directors, as IPVS's table for directors that see no answers says, up to
 * the first packet that the two are known to take in different ways; after that
 * packet each has the state that is listed here.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "twins.h"

#define CHUNK		100	/* connections whose states are read at a time */
#define FIRST_CLIENT	0xc6130001	/* 198.19.0.1 */
#define FIRST_PORT	2000
#define BARRIER_PORT	1999
#define TRIES		20
#define TRY_PAUSE	100000	/* microseconds */

enum state { NO, SR, ES, FW, TW, CL, STATES };

#define NONE		"no connection"

/* What drlb may call IPVS's state. ACK_RECV is ESTABLISHED before the client is
 * proven; a FIN leads from there to TIME_WAIT, so that a stranger's connections
 * do not count as proven. None of this makes a difference to what is active.
 */
static const struct {
	const char *ipvs;
	const char *drlb[2];
	bool active;
} states[STATES] = {
	[NO]	= { NONE,		{ NONE, NONE } },
	[SR]	= { "SYN_RECV",		{ "SYN_RECV", "SYN_RECV" }, true },
	[ES]	= { "ESTABLISHED",	{ "ESTABLISHED", "ACK_RECV" }, true },
	[FW]	= { "FIN_WAIT",		{ "FIN_WAIT", "TIME_WAIT" } },
	[TW]	= { "TIME_WAIT",	{ "TIME_WAIT", "TIME_WAIT" } },
	[CL]	= { "CLOSE",		{ "CLOSE", "CLOSE" } },
};

/* IPVS: RST outranks SYN, SYN outranks FIN, FIN outranks ACK. */
static const struct {
	uint8_t flag;
	uint8_t next[STATES];
} rules[] = {
	/*	   NO  SR  ES  FW  TW  CL */
	{ RST,	 { NO, SR, CL, CL, CL, CL } },
	{ SYN,	 { SR, SR, ES, SR, SR, SR } },
	{ FIN,	 { NO, TW, FW, FW, TW, CL } },
	{ ACK,	 { NO, ES, ES, FW, TW, CL } },
	{ 0,	 { NO, CL, CL, CL, CL, CL } },
};

/* The packets that the directors take in different ways, and why: those with
 * these of the flags FIN, SYN, RST and ACK, in these states.
 */
#define KEEP	STATES		/* the state stays */
#define RULES	(STATES + 1)	/* IPVS goes by the rules */

static const struct difference {
	const char *why;
	uint8_t mask;
	uint8_t flags;
	uint8_t in;		/* states, as bits */
	uint8_t ipvs;		/* the states after it */
	uint8_t drlb;
} differences[] = {
	{ "a RST ends a half-open connection: it stops counting as such",
	  RST, RST, 1 << SR, RULES, CL },
	{ "a client that goes on after a RST has not sent it",
	  FIN | SYN | RST | ACK, ACK, 1 << CL, RULES, ES },
	{ "no client sends a SYN with ACK: it opens nothing",
	  RST | SYN | ACK, SYN | ACK, 1 << NO | 1 << FW | 1 << TW | 1 << CL,
	  RULES, KEEP },
	{ "no client sends a packet without a flag: it ends nothing",
	  FIN | SYN | RST | ACK, 0, 1 << SR | 1 << ES | 1 << FW | 1 << TW,
	  RULES, KEEP },
	{ "IPVS forgets an ended connection for any SYN, and then sees the RST",
	  RST | SYN, RST | SYN, 1 << TW | 1 << CL, NO, CL },
};

struct sequence {
	uint8_t flags[8];
	unsigned int n;
	enum state before;	/* the last packet */
	enum state state;
	const struct difference *differs;
	char got[TWINS][32];
};

static struct sequence sequences[CHUNK];
static unsigned int met[ARRAY_SIZE(differences)], packets;
static enum twin reading;

static enum state ipvs_next(enum state state, uint8_t flags)
{
	unsigned int i = 0;

	while (rules[i].flag && !(flags & rules[i].flag))
		i++;

	return rules[i].next[state];
}

static const struct difference *find_difference(enum state state, uint8_t flags)
{
	const struct difference *d;

	for (d = differences; d < differences + ARRAY_SIZE(differences); d++) {
		if ((flags & d->mask) == d->flags && d->in >> state & 1)
			return d;
	}

	return NULL;
}

/* All sets of flags, and the usual ones more often. A packet that is taken in
 * different ways is the last one, if there is any: only one sequence in four
 * has it, so that the others grow.
 */
static void sequence_make(struct sequence *s, bool may_differ)
{
	static const uint8_t usual[] = {
		SYN, ACK, PSH | ACK, FIN | ACK, RST, RST | ACK, FIN,
	};
	const struct difference *d;
	unsigned int length = 1 + dice(ARRAY_SIZE(s->flags));
	uint8_t flags;

	memset(s, 0, sizeof(*s));
	while (s->n < length && !s->differs) {
		flags = dice(2) ? usual[dice(ARRAY_SIZE(usual))] : dice(64);
		if (!s->n && dice(8))
			flags = SYN;
		d = find_difference(s->state, flags);
		if (d && !may_differ)
			continue;
		s->differs = d;
		s->before = s->state;
		s->state = d && d->ipvs != RULES ? d->ipvs :
						   ipvs_next(s->state, flags);
		s->flags[s->n++] = flags;
	}
	if (s->differs)
		met[s->differs - differences]++;
}

static void note_state(uint16_t port, const char *name)
{
	struct sequence *s = &sequences[port - FIRST_PORT];

	/* IPVS lists a connection that a SYN has just replaced behind the one
	 * in its place.
	 */
	if (port >= FIRST_PORT && port < FIRST_PORT + CHUNK && !*s->got[reading])
		snprintf(s->got[reading], sizeof(s->got[0]), "%s", name);
}

static bool drlb_may_be(const struct sequence *s, const char *name)
{
	enum state state = s->state;

	if (s->differs)
		state = s->differs->drlb == KEEP ? s->before : s->differs->drlb;

	return !strcmp(name, states[state].drlb[0]) ||
	       !strcmp(name, states[state].drlb[1]);
}

static const char *sequence_got(const struct sequence *s, enum twin twin)
{
	return *s->got[twin] ? s->got[twin] : NONE;
}

static bool sequence_is_good(const struct sequence *s)
{
	return !strcmp(sequence_got(s, IPVS), states[s->state].ipvs) &&
	       drlb_may_be(s, sequence_got(s, DRLB));
}

static void tell(const struct sequence *s)
{
	unsigned int i;

	printf("flags:");
	for (i = 0; i < s->n; i++)
		printf(" 0x%02x", s->flags[i]);
	differ("\nIPVS: %s, by its rules %s; drlb: %s%s%s",
	       sequence_got(s, IPVS), states[s->state].ipvs,
	       sequence_got(s, DRLB),
	       s->differs ? "; known: " : "", s->differs ? s->differs->why : "");
}

/* All packets before are done when the answers to this are here. */
static void barrier(uint32_t client, struct end vip)
{
	int fate[TWINS];

	wire_ask((struct end){ client, BARRIER_PORT }, vip, SYN, fate);
	if (fate[IPVS] || fate[DRLB])
		differ("no answer to the last packet: IPVS %d, drlb %d",
		       fate[IPVS], fate[DRLB]);
}

/* Returns one that is not as it should be, or NULL. A timer of IPVS's has to
 * remove a connection that was replaced or forgotten.
 */
static const struct sequence *read_states(uint32_t client)
{
	unsigned int i;

	for (i = 0; i < CHUNK; i++)
		memset(sequences[i].got, 0, sizeof(sequences[i].got));
	for (reading = 0; reading < TWINS; reading++)
		config_states(reading, client, note_state);
	for (i = 0; i < CHUNK; i++) {
		if (!sequence_is_good(&sequences[i]))
			return &sequences[i];
	}

	return NULL;
}

static void play_chunk(uint32_t client, struct end vip, bool may_differ)
{
	const struct sequence *s;
	unsigned int i, j;

	for (i = 0; i < CHUNK; i++) {
		s = &sequences[i];
		sequence_make(&sequences[i], may_differ && dice(4) == 0);
		for (j = 0; j < s->n; j++, packets++)
			wire_send((struct end){ client, FIRST_PORT + i }, vip,
				  s->flags[j]);
		if (i % 10 == 9)
			barrier(client, vip);
	}

	for (i = 1; (s = read_states(client)); i++) {
		if (i == TRIES)
			tell(s);
		usleep(TRY_PAUSE);
	}
}

static bool same_load(const struct load *a, const struct load *b)
{
	return a->active == b->active && a->inactive == b->inactive;
}

/* Without a packet that is taken in another way, both count the same. */
static void check_counts(void)
{
	static struct load got[SERVERS];
	struct load want = { .active = 1 };	/* the barrier's */
	unsigned int i;

	for (i = 0; i < CHUNK; i++) {
		if (states[sequences[i].state].active)
			want.active++;
		else if (sequences[i].state != NO)
			want.inactive++;
	}
	for (reading = 0; reading < TWINS; reading++) {
		config_loads(reading, got);
		for (i = 1; i < TRIES && !same_load(&got[0], &want); i++) {
			usleep(TRY_PAUSE);
			config_loads(reading, got);
		}
		if (!same_load(&got[0], &want))
			differ("%s counts active %u inactive %u, not %u and %u",
			       twin_names[reading], got[0].active,
			       got[0].inactive, want.active, want.inactive);
	}
}

void states_play(unsigned int n)
{
	struct end vip = { VIP, service.port };
	unsigned int i;

	service.sched = "rr";
	service.vips = 1;
	service.n = 1;
	service.server[0].weight = 1;
	for (i = 0; i < (n + CHUNK - 1) / CHUNK; i++) {
		/* Every other chunk has a service of its own. */
		if (i % 2 == 0) {
			service.port = ++vip.port;
			config_start();
		}
		play_chunk(FIRST_CLIENT + i, vip, i % 2);
		if (i % 2 == 0)
			check_counts();
	}

	printf("%u packets of %u connections\n", packets, i * CHUNK);
	for (i = 0; i < ARRAY_SIZE(differences); i++) {
		if (!met[i])
			differ("not met: %s", differences[i].why);
		printf("%u times: %s\n", met[i], differences[i].why);
	}
}
