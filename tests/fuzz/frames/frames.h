/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames for the director, and what must become of them.
 *
 *	topology.c	knows the director's services and all addresses
 *	make.c		makes them, sound ones first
 *	build.c		has the pieces that they are made of
 *	break.c		breaks most of them
 *	fragments.c	makes the fragments of sound packets
 *	model.c		knows what must come out, from the documentation alone
 *	wire.c		sends them in all shapes, and hears what comes out
 *	main.c		compares
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
	X(LOCAL_NODE, "local_node")					      \
	X(RESCHEDULED, "rescheduled")					      \
	X(ADOPTED, "adopted")						      \
	X(STATELESS, "stateless")					      \
	X(NO_SERVER, "no_server")					      \
	X(NO_ROUTE, "no_route")						      \
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

enum { SERVER_LOCAL = 3, SERVERS_N };	/* the first three are on the LAN */

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
extern const uint8_t server_macs[SERVERS_N][6];

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
	const char *kind;
	char how[80];		/* mutations, for people */
	uint8_t bytes[FRAME_MAX];
	unsigned int len;
	unsigned int l3, l4;	/* offsets, as it was made */
	bool six, fragment;
	bool duplicated;
	/* how it lies in memory */
	unsigned int linear;	/* bytes; the rest is in page fragments */
	uint8_t gso_type;
	uint16_t gso_size;
	/* the packet that this fragment completes, as one frame */
	uint8_t *whole;
	unsigned int whole_len;

	bool sent;
	struct outcome out;
};

/* ---- topology.c */

/* An IPv6 frame: so that no other is concerned by what becomes of it. */
void frame_isolate(struct frame *f);
bool address_isolated(const uint8_t *source, bool six);
bool address_client(const uint8_t *source, bool six);
/* Which VIP that is, or -1. */
int address_vip(const uint8_t *address, bool six);
void config_print(void);

/* ---- make.c */

/* The next frame. The same seed gives the same frames. */
void frame_make(struct frame *f);
void frame_marker(struct frame *f, unsigned int n);

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
void wire_tap(bool on);
bool wire_hear_tap(struct heard *h);
unsigned int wire_lost(void);
void wire_counters(uint64_t value[COUNTERS_N]);

#endif
