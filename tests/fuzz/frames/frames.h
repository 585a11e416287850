/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames for the director, and what must become of them.
 *
 *	topology.c	knows the director's services and all addresses
 *	make.c		makes frames, valid ones first
 *	build.c		has the pieces that they are made of
 *	captured.c	has frames that clients really sent
 *	break.c		breaks most of them
 *	fragments.c	makes the fragments of valid packets
 *	shape.c		decides how frames lie in memory
 *	sweep.c		splits valid ones systematically
 *	model.c		knows what must come out, from the documentation alone
 *	wire.c		sends frames, and receives what comes out
 *	main.c		compares
 *	tally.c		counts, since an untested case has not passed
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
	X(SERVER_GONE, "server_gone")					      \
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

/* The first three are on the LAN, and the last one does not exist. */
enum { SERVER_LOCAL = 3, SERVER_DOWN, SERVERS_N };

/* Each row is configured, gets packets, and its results are expected. */
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

extern const uint8_t director_mac[6];	/* device of the clients */
extern const uint8_t lan_mac[6];	/* device of the servers */
extern const uint8_t server_macs[SERVER_LOCAL][6];

/* ---- tables: the beginning of the rows that make, break and shape frames */

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

/* The expected fate of a frame. */
enum fate {
	FATE_NOTHING,		/* no frame on the LAN */
	FATE_FORWARDED,		/* one frame */
	FATE_SPLIT,		/* its fragments */
	FATE_UNKNOWN,		/* any frame that comes must be valid */
};

struct connection;

struct outcome {
	enum fate fate;
	const char *why;
	struct connection *conn;	/* its server is known after a frame */
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
	char how[80];		/* the mutations, in words */
	uint8_t bytes[FRAME_MAX];
	unsigned int len;
	unsigned int l3, l4;	/* offsets before mutations */
	bool six, fragment;
	bool duplicated;
	bool tapped;		/* a tap held a clone of it */
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

/* Returns the row's bit. A file with a table enters all rows before anything is
 * sent.
 */
uint64_t tally_row(const char *table, const struct row *row);
void tally_frame(const struct frame *f);
void tally_print(void);
bool tally_is_full(void);

/* ---- topology.c */

/* Makes it an IPv6 frame whose fate has no influence on others. */
void frame_isolate(struct frame *f);
bool address_isolated(const uint8_t *source, bool six);
bool address_client(const uint8_t *source, bool six);
/* Returns the VIP's index, or -1. */
int address_vip(const uint8_t *address, bool six);
void config_print(void);

/* ---- captured.c */

void captured_read(const char *file);

/* ---- break.c, shape.c */

void breakers_enter(void);
void shapes_enter(void);
/* Counts the shapes in which it was sent */
void shapes_tally(struct frame *f);

/* ---- make.c */

void makers_enter(void);
/* The next frame. The same seed gives the same frames. */
void frame_make(struct frame *f);
void frame_marker(struct frame *f, unsigned int n);

/* A valid frame of that kind, if there is one: kinds are numbers */
extern const unsigned int kinds_n;
bool frame_sound(struct frame *f, unsigned int kind, bool six);
void frame_copy(struct frame *to, const struct frame *from);

/* ---- sweep.c */

/* Sends valid frames of all kinds, split at each place of interest. */
void sweep(void);

/* ---- main.c */

/* Room for the next frame, which the caller fills and sends: as it is, or in
 * pieces
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
void wire_tap(bool on, bool pieces);	/* on one device */
bool wire_is_tapped(void);
bool wire_hear_tap(struct heard *h);
unsigned int wire_lost(void);
void wire_counters(uint64_t value[COUNTERS_N]);

#endif
