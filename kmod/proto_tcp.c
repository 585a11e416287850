// SPDX-License-Identifier: GPL-2.0
/*
 * TCP as far as the client's packets tell it: the director never sees what the
 * server answers. As in IPVS's input-only table the first FIN is taken for the
 * end that is to come and an ACK for the end of the handshake. Three things
 * differ. A SYN on a connection that has ended opens a new one at once, since
 * clients reuse ports before timeouts are over. A RST ends a half-open
 * connection too, so that it stops counting as such. Packets without any flag
 * say nothing.
 */
#include "proto_tcp.h"

#define SR	DRLB_CONNECTION_SYN_RECV
#define ES	DRLB_CONNECTION_ESTABLISHED
#define FW	DRLB_CONNECTION_FIN_WAIT
#define TW	DRLB_CONNECTION_TIME_WAIT
#define CL	DRLB_CONNECTION_CLOSE
#define NEW	DRLB_TCP_RESTART

/* RST outranks SYN, SYN outranks FIN, FIN outranks ACK. A SYN with an ACK is no
 * client's opening and changes nothing.
 */
#define ROW(state, syn, fin, ack, rst)					\
	[state] = { state, fin, syn, syn, rst, rst, rst, rst,		\
		    ack,   fin, state, state, rst, rst, rst, rst }

const u8 drlb_tcp_states[DRLB_STATES][16] = {
	/*       SYN  FIN  ACK  RST */
	ROW(SR,  SR,  TW,  ES,  CL),
	ROW(ES,  ES,  FW,  ES,  CL),
	ROW(FW,  NEW, FW,  FW,  CL),
	ROW(TW,  NEW, TW,  TW,  CL),
	ROW(CL,  NEW, CL,  CL,  CL),
};

#ifdef DRLB_SELFTEST
#include "selftest/proto_tcp.c"
#endif
