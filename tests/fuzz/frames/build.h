/* SPDX-License-Identifier: GPL-2.0 */
/* The pieces of frames, for the files that make and break them */
#ifndef BUILD_H
#define BUILD_H

#include "frames.h"

/* ---- topology.c */

extern const uint8_t client_mac[6];

void address(uint8_t *to, bool six, bool vip, unsigned int host);

/* ---- build.c */

extern uint64_t chance_state;
extern unsigned int ident;		/* of the next packet */

uint64_t chance(uint64_t n);		/* below n */
void fill(uint8_t *p, unsigned int n);

#define PICK(array)	((array)[chance(ARRAY_SIZE(array))])

/* Repair checksums: the IPv4 header's, or the transport's as well */
void repair4(struct frame *f);
void repair(struct frame *f);

struct flow {
	uint8_t client[16], vip[16];
	unsigned int client_port, vip_port;
	uint8_t protocol;
};

void pick_flow(struct flow *flow, bool six, uint8_t protocol);
/* All flows have this protocol and are usual ones, until it is 0 again. */
void flows_only(uint8_t protocol);
uint8_t flows_are(void);

/* These append: room() zeroes, header() everything before the transport.
 * finish() fills in lengths and checksums.
 */
void add(struct frame *f, const void *data, unsigned int n);
uint8_t *room(struct frame *f, unsigned int n);
void ether(struct frame *f, unsigned int type);
void ip4(struct frame *f, const uint8_t *source, const uint8_t *dest,
	 uint8_t protocol, const uint8_t *options, unsigned int n);
void header(struct frame *f, bool six, const struct flow *flow,
	    uint8_t protocol);
void payload(struct frame *f, const struct flow *flow, unsigned int n);
void finish(struct frame *f);

/* ---- shape.c */

/* How the frame lies in memory, which is decided last: at random, or as given.
 * Cuts go forward.
 */
void lay(struct frame *f);
void shape(struct frame *f, unsigned int linear);
void shape_cut(struct frame *f, unsigned int at);

/* ---- captured.c */

void make_captured(struct frame *f, bool six);

/* ---- break.c */

void break_some(struct frame *f);

/* ---- fragments.c */

extern const struct row fragments_row;

enum order { IN_ORDER, BACKWARD, FIRST_LAST, ORDERS_N };

/* The first fragment of several */
void fragments_make(struct frame *f);
/* The next fragment; false if there is none left */
bool fragments_next(struct frame *f);
/* Fragments of the existing packet, cut every so many bytes */
void fragments_cut(struct frame *f, unsigned int step, enum order order);
bool frame_fragment(struct frame *f);

#endif
