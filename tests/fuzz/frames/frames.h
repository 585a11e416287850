/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames for the director, and what must become of them.
 *
 *	topology.c	knows the director's services and all addresses
 *	make.c		makes them, sound ones first
 *	build.c		has the pieces that they are made of
 *	captured.c	has some that clients really sent
 *	break.c		breaks most of them
 *	fragments.c	makes the fragments of sound packets
 *	shape.c		decides how they lie in memory
 *	sweep.c		splits sound ones systematically
 *	model.c		knows what must come out, from the documentation alone
 *	wire.c		sends them, and hears what comes out
 *	main.c		compares
 *	tally.c		counts, since what was never tried has not passed
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define FRAME_MAX	24000
#define ETHER		14	/* length of that header */
#define LAN_MTU		1500
#define VLAN_ID		5	/* of the director's VLAN device */
#define CUTS_MAX	4

enum { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58 };
enum { HOPOPTS = 0, ROUTING = 43, FRAGMENT = 44, AUTH = 51, NONE = 59,
	DSTOPTS = 60 };
enum { ETHER_IP4 = 0x0800, ETHER_IP6 = 0x86dd, ETHER_VLAN = 0x8100,
	ETHER_QINQ = 0x88a8 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

/* ---- the counters of lbctl stats, in the order of drlb(7) */

#define COUNTERS(X)							      \
	X(MALFORMED, "malformed")					      \
	X(MARTIAN, "martian")						      \
	X(NO_SERVICE, "no_service")					      \
	X(NO_CONNECTION, "no_connection")				      \
	X(ICMP_UNRELATED, "icmp_unrelated")				      \
	X(FROM_SERVER, "from_server")					      \
	X(LOCAL_NODE, "local_node")					      \
	X(RESCHEDULED, "rescheduled")					      \
	X(ADOPTED, "adopted")						      \
	X(STATELESS, "stateless")					      \
	X(SERVICE_GONE, "service_gone")					      \
	X(NO_SERVER, "no_server")					      \
	X(BEYOND_SCOPE, "beyond_scope")					      \
	X(NO_ROUTE, "no_route")						      \
	X(NO_NEIGHBOUR, "no_neighbour")					      \
	X(TTL_EXCEEDED, "ttl_exceeded")					      \
	X(TOO_BIG, "too_big")						      \
	X(LRO, "lro")							      \
	X(NO_MEMORY, "no_memory")

enum counter {
#define X(id, name)	COUNT_##id,
	COUNTERS(X)
#undef X
	COUNTERS_N
};

extern const char *const counter_names[COUNTERS_N];

/* ---- the director's configuration */

/* The first three are on the LAN, and the last one is not there. */
enum { SERVER_LOCAL = 3, SERVER_DOWN, SERVERS_N };

/* A row here is configured, sent to and expected. */
struct service {
	uint8_t protocol;
	uint8_t vip;		/* 0 or 1 */
	uint16_t port;		/* 0: any */
	const char *options;
	bool adopts;		/* the scheduler is mh */
	uint8_t servers;	/* bits */
	uint8_t drained;	/* bits: of weight 0 */
};

extern const struct service services[];
extern const unsigned int services_n;

extern const uint8_t director_mac[6];	/* where clients' frames come in */
extern const uint8_t lan_mac[6];	/* where it sends them from */
extern const uint8_t server_macs[SERVER_LOCAL][6];

/* ---- tables: what begins the rows of those that make, break and shape frames */

enum row_must {			/* at least once: */
	MUST_SOUND = 1,		/* unbroken, and forwarded */
	MUST_FORWARD = 2,
	MUST_SPLIT = 4,
	MUST_ANSWER = 8,
	MUST_DROP = 16,
	MUST_ALL = 31,
};

struct row {
	const char *name;
	unsigned int must;
};

/* ---- frames */

/* What must become of a frame. */
enum fate {
	FATE_NOTHING,		/* no frame on the LAN */
	FATE_FORWARDED,		/* one */
	FATE_SPLIT,		/* its fragments */
	FATE_UNKNOWN,		/* whatever comes must be sound */
};

struct connection;

struct outcome {
	enum fate fate;
	const char *why;
	struct connection *conn;	/* knows its server as soon as one is seen */
	uint8_t servers;		/* bits: one of these */
	unsigned int at, len;		/* the IP packet, in the frame or @whole */
	unsigned int counts;		/* bits of enum counter */
	bool answer;			/* an ICMP error must come */
	uint8_t type, code;
};

struct frame {
	unsigned long number;
	const struct row *kind;
	uint64_t rows;		/* bits: see tally.c */
	char how[80];		/* mutations, for people */
	uint8_t bytes[FRAME_MAX];
	unsigned int len;
	unsigned int l3, l4;	/* offsets, as it was made */
	bool six, fragment;
	bool duplicated;
	bool tapped;		/* someone held a clone of it */
	/* how it lies in memory */
	unsigned int linear;	/* bytes; the rest is in page fragments */
	bool pieces;		/* each of which begins at one of these */
	unsigned int cuts[CUTS_MAX], cuts_n;
	uint8_t gso_type;
	uint16_t gso_size;
	/* the packet that this fragment completes, as one frame */
	uint8_t *whole;
	unsigned int whole_len;

	bool sent;
	struct outcome out;
};

/* ---- tally.c */

/* The row's bit. Who has a table enters all of it before anything is sent. */
uint64_t tally_row(const char *table, const struct row *row);
void tally_frame(const struct frame *f);
void tally_print(void);
bool tally_is_full(void);

/* ---- topology.c */

/* An IPv6 frame: so that no other is concerned by what becomes of it. */
void frame_isolate(struct frame *f);
bool address_isolated(const uint8_t *source, bool six);
bool address_client(const uint8_t *source, bool six);
/* Which VIP that is, or -1. */
int address_vip(const uint8_t *address, bool six);
void config_print(void);

/* ---- captured.c */

void captured_read(const char *file);

/* ---- break.c, shape.c */

void breakers_enter(void);
void shapes_enter(void);
/* Those that it was sent in */
void shapes_tally(struct frame *f);

/* ---- make.c */

void makers_enter(void);
/* The next frame. The same seed gives the same frames. */
void frame_make(struct frame *f);
void frame_marker(struct frame *f, unsigned int n);

/* An unbroken one, if there are of that kind: kinds are numbers */
extern const unsigned int kinds_n;
bool frame_sound(struct frame *f, unsigned int kind, bool six);
void frame_copy(struct frame *to, const struct frame *from);

/* ---- sweep.c */

/* Sends sound ones of all kinds, split wherever it is of interest. */
void sweep(void);

/* ---- main.c */

/* Room for the next frame, which is to be filled and sent: as it is, or in pieces
 */
struct frame *batch_room(bool pieces);
void batch_send(struct frame *f, bool pieces);

/* ---- build.c */

void chance_seed(uint64_t seed);

uint16_t sum16(const uint8_t *data, unsigned int len, uint32_t start);

static inline unsigned int get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* ---- model.c */

/* Fills in the outcome, and follows connections. */
void model_frame(struct frame *f);

struct connection {
	struct connection *next;
	uint8_t family, protocol;
	uint8_t client[16], vip[16];
	uint16_t client_port, vip_port;
	uint8_t state;
	const struct service *service;
	int server;		/* -1: not seen yet */
};

/* ---- wire.c */

struct heard {
	uint8_t bytes[FRAME_MAX];
	unsigned int len;
	uint8_t gso_type;
	uint16_t gso_size;
	bool tagged;
};

void wire_open(const char *director);
bool wire_send(struct frame *f);	/* false if this kernel refuses to */
bool wire_hear_lan(struct heard *h);	/* false if there is nothing now */
bool wire_hear_client(struct heard *h);
void wire_wait_lan(int seconds);
void wire_tap(bool on, bool pieces);	/* at which device */
bool wire_is_tapped(void);
bool wire_hear_tap(struct heard *h);
unsigned int wire_lost(void);
void wire_counters(uint64_t value[COUNTERS_N]);

#endif
