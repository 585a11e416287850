/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TWINS_H
#define _TWINS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Two directors get the same frames and the same configuration: one is IPVS,
 * the other one drlb. Each is in a network namespace, at the other end of a
 * veth pair, and sends the frames for servers back by that pair. The servers do
 * not exist, but their MAC addresses, which are permanent neighbours, tell what
 * it chose.
 */

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum twin { IPVS, DRLB, TWINS };

extern const char *const twin_names[TWINS];

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10, URG = 0x20 };

/* ---- main.c -------------------------------------------------------------- */

void die(const char *what) __attribute__((noreturn));
/* The directors differ: says so and ends the program. */
void differ(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
uint32_t dice(uint32_t sides);

/* ---- wire.c: frames ------------------------------------------------------ */

/* An end of a TCP connection, in host byte order */
struct end {
	uint32_t addr;
	uint16_t port;
};

/* What became of a packet, if it did not go to the server of this number. */
enum {
	REFUSED	= -1,		/* an ICMP error came back */
	PASSED	= -2,		/* the director's own stack has reset it */
	SILENT	= -3,		/* nothing came in ten seconds */
};

void wire_open(enum twin twin, const char *device);
/* Send a packet with these TCP flags to both. */
void wire_send(struct end client, struct end vip, uint8_t flags);
int wire_answer(enum twin twin, struct end client);
/* The fate of a packet that both get. */
void wire_ask(struct end client, struct end vip, uint8_t flags,
	      int fate[TWINS]);

/* ---- config.c: services -------------------------------------------------- */

#define SERVERS		64
#define VIP		0x0a000064	/* 10.0.0.100 */

/* A service, at as many addresses from VIP on. Each server has a lower address
 * than those before it: IPVS lists the newest one first, drlb sorts by address,
 * so both have them in the same order.
 */
struct service {
	const char *sched;
	const char *options;	/* of drlb */
	unsigned int flags;	/* of IPVS */
	uint16_t port;
	unsigned int vips;
	unsigned int n;		/* servers that there are or were */
	struct server {
		bool present;
		int weight;
	} server[SERVERS];
};

struct load {
	unsigned int active;
	unsigned int inactive;
};

extern struct service service;

void config_open(const char *ipvs, const char *drlb, const char *file);
/* The service with its servers, in place of any other. */
void config_start(void);
/* Make changes of server[] at both. */
void config_set(unsigned int server, int weight);
void config_add(int weight);
void config_del(unsigned int server);
void config_publish(void);

void config_loads(enum twin twin, struct load load[SERVERS]);
/* The state of connections, by the client's port. */
void config_states(enum twin twin, uint32_t client,
		   void (*state)(uint16_t port, const char *name));

/* ---- the tests ----------------------------------------------------------- */

void picks_play(const char *sched, unsigned int servers, unsigned int steps);
void twos_play(unsigned int steps);
void hashes_play(const char *sched, unsigned int clients);
void dh_play(void);
void states_play(unsigned int sequences);

#endif /* _TWINS_H */
