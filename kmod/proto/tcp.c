// SPDX-License-Identifier: GPL-2.0
#include "proto/tcp.h"

#define NOTHING	DRLB_PACKET_NOTHING
#define OPEN	DRLB_PACKET_OPEN
#define CLOSE	DRLB_PACKET_CLOSE
#define FLOW	DRLB_PACKET_FLOW
#define RESET	DRLB_PACKET_RESET

/* RST outranks SYN, SYN outranks FIN, FIN outranks ACK. */
const u8 drlb_tcp_events[16] = {
	/* none    FIN    SYN      SYN FIN  RST, with whatever else */
	NOTHING,   CLOSE, OPEN,    OPEN,    RESET, RESET, RESET, RESET,
	/* ACK    FIN    SYN      SYN FIN  RST */
	FLOW,      CLOSE, NOTHING, NOTHING, RESET, RESET, RESET, RESET,
};
