// SPDX-License-Identifier: GPL-2.0
/*
 * TCP as far as the client's packets tell it: the director never sees what the
 * server answers. As in IPVS's input-only table the first FIN is taken for the
 * end that is to come and an ACK for the end of the handshake. Three things
 * differ. A SYN on a connection that has ended opens a new one at once, since
 * clients reuse ports before timeouts are over. A RST ends a half-open
 * connection too, so that it stops counting as such; whoever goes on after it
 * has not sent it, and the server, which knows the sequence numbers, has not
 * believed it. What is no client's packet (SYN with ACK, no flag at all) changes
 * nothing.
 */
#include "proto/tcp.h"

#define NOTHING	DRLB_TCP_NOTHING
#define OPEN	DRLB_TCP_OPEN
#define CLOSE	DRLB_TCP_CLOSE
#define FLOW	DRLB_TCP_FLOW
#define RESET	DRLB_TCP_RESET

/* RST outranks SYN, SYN outranks FIN, FIN outranks ACK. */
const u8 drlb_tcp_events[16] = {
	/* none    FIN    SYN      SYN FIN  RST, with whatever else */
	NOTHING,   CLOSE, OPEN,    OPEN,    RESET, RESET, RESET, RESET,
	/* ACK    FIN    SYN      SYN FIN  RST */
	FLOW,      CLOSE, NOTHING, NOTHING, RESET, RESET, RESET, RESET,
};

#define SR	DRLB_CONNECTION_SYN_RECV
#define ES	DRLB_CONNECTION_ESTABLISHED
#define FW	DRLB_CONNECTION_FIN_WAIT
#define TW	DRLB_CONNECTION_TIME_WAIT
#define CL	DRLB_CONNECTION_CLOSE
#define NEW	DRLB_TCP_RESTART

const u8 drlb_tcp_states[DRLB_STATES][DRLB_TCP_EVENTS] = {
	/*         nothing  OPEN  CLOSE  FLOW  RESET */
	[SR]	= { SR,     SR,   TW,    ES,   CL },
	[ES]	= { ES,     ES,   FW,    ES,   CL },
	[FW]	= { FW,     NEW,  FW,    FW,   CL },
	[TW]	= { TW,     NEW,  TW,    TW,   CL },
	[CL]	= { CL,     NEW,  CL,    ES,   CL },
};

#ifdef DRLB_SELFTEST
#include "selftest/tcp.c"
#endif
