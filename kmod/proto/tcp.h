/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_PROTO_TCP_H
#define _DRLB_PROTO_TCP_H

#include <linux/tcp.h>

#include "base/key.h"

/* TCP's flag byte */
enum {
	DRLB_TCP_FIN = 0x01,
	DRLB_TCP_SYN = 0x02,
	DRLB_TCP_RST = 0x04,
	DRLB_TCP_ACK = 0x10,
};

static __always_inline u8 drlb_tcp_flags(const struct tcphdr *th)
{
	return ((const u8 *)th)[13];
}

/* By the flags FIN, SYN, RST and ACK as a number of four bits. */
extern const u8 drlb_tcp_events[16];

static __always_inline u8 drlb_tcp_event(u8 flags)
{
	return drlb_tcp_events[(flags & (DRLB_TCP_FIN | DRLB_TCP_SYN |
					 DRLB_TCP_RST)) |
			       (flags & DRLB_TCP_ACK) >> 1];
}

#endif /* _DRLB_PROTO_TCP_H */
