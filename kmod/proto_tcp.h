/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_PROTO_TCP_H
#define _DRLB_PROTO_TCP_H

#include "net.h"
#include "packet.h"

/* Instead of a state: the packet opens another connection on the old ports. */
#define DRLB_TCP_RESTART	0xfe

/* By state, and by the flags FIN, SYN, RST and ACK as a number. */
extern const u8 drlb_tcp_states[DRLB_STATES][16];

/* The state of a connection in @state after a client's packet with @flags. */
static inline u8 drlb_tcp_next(u32 state, u8 flags)
{
	u8 column = (flags & (DRLB_TCP_FIN | DRLB_TCP_SYN | DRLB_TCP_RST)) |
		    (flags & DRLB_TCP_ACK) >> 1;

	return drlb_tcp_states[state][column];
}

/* A SYN and nothing else that matters. */
static inline bool drlb_tcp_opens(u8 flags)
{
	return (flags & (DRLB_TCP_SYN | DRLB_TCP_ACK | DRLB_TCP_RST |
			 DRLB_TCP_FIN)) == DRLB_TCP_SYN;
}

/* Data or an ACK: a connection in mid-stream may be picked up by it. */
static inline bool drlb_tcp_flows(u8 flags)
{
	return (flags & (DRLB_TCP_SYN | DRLB_TCP_ACK | DRLB_TCP_RST |
			 DRLB_TCP_FIN)) == DRLB_TCP_ACK;
}

#ifdef DRLB_SELFTEST
bool drlb_proto_tcp_selftest(void);
#endif

#endif /* _DRLB_PROTO_TCP_H */
