/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_PROTO_TCP_H
#define _DRLB_PROTO_TCP_H

#include "control/net.h"
#include "path/packet.h"

/* Instead of a state: the packet opens another connection on the old ports. */
#define DRLB_TCP_RESTART	0xfe

/* What a client's packet means. */
enum drlb_tcp_event {
	DRLB_TCP_NOTHING,
	DRLB_TCP_OPEN,		/* SYN without ACK */
	DRLB_TCP_CLOSE,		/* FIN */
	DRLB_TCP_FLOW,		/* ACK alone: data, or the handshake's end */
	DRLB_TCP_RESET,		/* RST, whatever else is set */
	DRLB_TCP_EVENTS
};

/* By the flags FIN, SYN, RST and ACK as a number of four bits. */
extern const u8 drlb_tcp_events[16];
extern const u8 drlb_tcp_states[DRLB_STATES][DRLB_TCP_EVENTS];

static inline enum drlb_tcp_event drlb_tcp_event(u8 flags)
{
	return drlb_tcp_events[(flags & (DRLB_TCP_FIN | DRLB_TCP_SYN |
					 DRLB_TCP_RST)) |
			       (flags & DRLB_TCP_ACK) >> 1];
}

/* The state of a connection in @state after a client's packet with @flags. */
static inline u8 drlb_tcp_next(u32 state, u8 flags)
{
	return drlb_tcp_states[state][drlb_tcp_event(flags)];
}

#ifdef DRLB_SELFTEST
bool drlb_proto_tcp_selftest(void);
#endif

#endif /* _DRLB_PROTO_TCP_H */
