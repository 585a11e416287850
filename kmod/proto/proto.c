// SPDX-License-Identifier: GPL-2.0
/*
 * Protocols as data: what a client's packets tell, for the director never sees
 * the answers.
 *
 * TCP: as in IPVS's input-only table the first FIN is taken for the end that
 * is to come and an ACK for the end of the handshake. Three things differ. A
 * SYN on a connection that has ended opens a new one at once, since clients
 * reuse ports before timeouts are over. A RST ends a half-open connection too,
 * so that it stops counting as such; a client that goes on after it has not
 * sent it, and the server, which knows the sequence numbers, has not believed
 * it. Packets that no client sends (SYN with ACK, no flag at all) change
 * nothing.
 *
 * A stranger who forges source addresses can send a SYN, and an ACK, a FIN or a
 * RST behind it. The packet after that ACK proves the client, be it data or
 * the ACK of what a server said that speaks first; FIN_WAIT follows a proven
 * connection, TIME_WAIT one that is not. After a RST a connection has to be
 * proven anew. A datagram is proven by the second one.
 */
#include "proto/proto.h"
#include "proto/tcp.h"

#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/tcp.h>
#include <linux/udp.h>

static bool tcp_event(const struct sk_buff *skb, const void *header,
		      unsigned int len, u8 *event)
{
	const struct tcphdr *th = header;

	if (th->doff < sizeof(*th) / 4 || th->doff * 4 > len)
		return false;

	*event = drlb_tcp_event(drlb_tcp_flags(th));

	return true;
}

/* The length may be 0 in a jumbogram and in large GSO packets only. */
static bool udp_event(const struct sk_buff *skb, const void *header,
		      unsigned int len, u8 *event)
{
	const struct udphdr *uh = header;

	if (!skb_is_gso(skb) &&
	    (ntohs(uh->len) < sizeof(*uh) || ntohs(uh->len) > len))
		return false;

	*event = DRLB_PACKET_DATAGRAM;

	return true;
}

const struct drlb_proto drlb_protos[DRLB_PROTOS] = {
	[DRLB_PROTO_TCP] = {
		.name		= "TCP",
		.protocol	= IPPROTO_TCP,
		.header_len	= sizeof(struct tcphdr),
		.idle		= DRLB_CONNECTION_ESTABLISHED,
		.event		= tcp_event,
	},
	[DRLB_PROTO_UDP] = {
		.name		= "UDP",
		.protocol	= IPPROTO_UDP,
		.header_len	= sizeof(struct udphdr),
		.idle		= DRLB_CONNECTION_UDP,
		.event		= udp_event,
	},
};

#define NO	DRLB_CONNECTION_NONE
#define UN	DRLB_CONNECTION_UDP_NEW
#define UD	DRLB_CONNECTION_UDP
#define SR	DRLB_CONNECTION_SYN_RECV
#define AR	DRLB_CONNECTION_ACK_RECV
#define ES	DRLB_CONNECTION_ESTABLISHED
#define FW	DRLB_CONNECTION_FIN_WAIT
#define TW	DRLB_CONNECTION_TIME_WAIT
#define CL	DRLB_CONNECTION_CLOSE
#define PN	DRLB_CONNECTION_PERSISTENT_NEW
#define PE	DRLB_CONNECTION_PERSISTENT
#define NEW	DRLB_STATE_RESTART

#define COUNTS(as)	DRLB_COUNTS_##as

const struct drlb_state drlb_states[DRLB_STATES] = {
	/*	    budget	    counts as	        unproven */
	[UN]	= { DRLB_PROTO_UDP, COUNTS(INACTIVE),   true },
	[UD]	= { DRLB_PROTO_UDP, COUNTS(INACTIVE),   false },
	[SR]	= { DRLB_PROTO_TCP, COUNTS(ACTIVE),     true },
	[AR]	= { DRLB_PROTO_TCP, COUNTS(ACTIVE),     true },
	[ES]	= { DRLB_PROTO_TCP, COUNTS(ACTIVE),     false },
	[FW]	= { DRLB_PROTO_TCP, COUNTS(INACTIVE),   false },
	[TW]	= { DRLB_PROTO_TCP, COUNTS(INACTIVE),   true },
	[CL]	= { DRLB_PROTO_TCP, COUNTS(INACTIVE),   true },
	[PN]	= { DRLB_BUDGET_PERSISTENT, COUNTS(PERSISTENT), true },
	[PE]	= { DRLB_BUDGET_PERSISTENT, COUNTS(PERSISTENT), false },
};

/* A connection in mid-stream that is adopted is as unproven as one after the
 * handshake's ACK, which it may be.
 */
const u8 drlb_state_next[DRLB_STATES][DRLB_PACKET_EVENTS] = {
	/*	    nothing  OPEN  CLOSE  FLOW  RESET  DATAGRAM */
	[NO]	= { NO,      SR,   NO,    AR,   NO,    UN },
	[UN]	= { UN,      UN,   UN,    UN,   UN,    UD },
	[UD]	= { UD,      UD,   UD,    UD,   UD,    UD },
	[SR]	= { SR,      SR,   TW,    AR,   CL,    SR },
	[AR]	= { AR,      AR,   TW,    ES,   CL,    AR },
	[ES]	= { ES,      ES,   FW,    ES,   CL,    ES },
	[FW]	= { FW,      NEW,  FW,    FW,   CL,    FW },
	[TW]	= { TW,      NEW,  TW,    TW,   CL,    TW },
	[CL]	= { CL,      NEW,  CL,    AR,   CL,    CL },
	[PN]	= { PN,      PN,   PN,    PN,   PN,    PN },
	[PE]	= { PE,      PE,   PE,    PE,   PE,    PE },
};

const struct drlb_proto *drlb_proto_find(u8 protocol)
{
	int i;

	for (i = 0; i < DRLB_PROTOS; i++) {
		if (drlb_protos[i].protocol == protocol)
			return &drlb_protos[i];
	}

	return NULL;
}

#ifdef DRLB_SELFTEST
#include "selftest/tcp.c"
#endif
