// SPDX-License-Identifier: GPL-2.0
/*
 * The table once more, in the words of the comment at the head of proto.c:
 * as rules, of which the first that applies decides. All combinations of flags
 * are tried, those that do not matter included.
 */
#include <linux/kernel.h>

#include "check.h"

#define FIN	DRLB_TCP_FIN
#define SYN	DRLB_TCP_SYN
#define RST	DRLB_TCP_RST
#define ACK	DRLB_TCP_ACK
#define PSH	0x08
#define URG	0x20
#define ECE	0x40
#define CWR	0x80

static const u8 tcp_states[] = { SR, AR, ES, FW, TW, CL };

static const struct tcp_rule {
	u8 flags;		/* with all of these */
	u8 event;
	u8 next[ARRAY_SIZE(tcp_states)];
} tcp_rules[] = {
	/* a RST ends it, half-open or not */
	{ RST,		DRLB_PACKET_RESET,	{ CL, CL, CL, CL, CL, CL } },
	/* no client's packet */
	{ SYN | ACK,	DRLB_PACKET_NOTHING,	{ SR, AR, ES, FW, TW, CL } },
	/* a retransmission, or after the end the next connection */
	{ SYN,		DRLB_PACKET_OPEN,	{ SR, AR, ES, NEW, NEW, NEW } },
	/* the first FIN is taken for the end */
	{ FIN,		DRLB_PACKET_CLOSE,	{ TW, TW, FW, FW, TW, CL } },
	/* data, the end of the handshake, or the proof that a RST was forged */
	{ ACK,		DRLB_PACKET_FLOW,	{ AR, ES, ES, FW, TW, AR } },
	/* no client's packet either */
	{ 0,		DRLB_PACKET_NOTHING,	{ SR, AR, ES, FW, TW, CL } },
};

/* Whole connections, as the client's packets and the states they lead to */
static const struct tcp_story {
	struct {
		u8 flags;
		u8 state;
	} step[8];
} tcp_stories[] = {
	{ { { SYN, SR }, { SYN, SR }, { ACK, AR }, { PSH | ACK, ES },
	    { FIN | ACK, FW }, { ACK, FW }, { SYN, NEW } } },
	{ { { SYN | ECE | CWR, SR }, { ACK, AR }, { ACK, ES }, { SYN, ES },
	    { RST | ACK, CL }, { FIN | ACK, CL }, { SYN, NEW } } },
	{ { { SYN, SR }, { RST, CL }, { SYN, NEW } } },
	{ { { SYN, SR }, { ACK, AR }, { RST, CL }, { PSH | ACK, AR },
	    { ACK, ES }, { FIN | ACK, FW }, { SYN, NEW } } },
	{ { { SYN, SR }, { FIN | ACK, TW }, { ACK, TW }, { FIN | ACK, TW },
	    { SYN, NEW } } },
	{ { { SYN, SR }, { ACK, AR }, { FIN | ACK, TW }, { SYN, NEW } } },
};

/* What the rules must not be misread about: ECN's SYN opens a connection, and
 * so does one with data; a SYN that is an answer does not.
 */
static const struct tcp_sample {
	u8 flags;
	u8 event;
} tcp_samples[] = {
	{ SYN,			DRLB_PACKET_OPEN },
	{ SYN | ECE | CWR,	DRLB_PACKET_OPEN },
	{ SYN | PSH | URG,	DRLB_PACKET_OPEN },
	{ SYN | ACK,		DRLB_PACKET_NOTHING },
	{ SYN | ACK | ECE,	DRLB_PACKET_NOTHING },
	{ PSH | URG,		DRLB_PACKET_NOTHING },
	{ 0,			DRLB_PACKET_NOTHING },
	{ ACK,			DRLB_PACKET_FLOW },
	{ PSH | URG | ACK,	DRLB_PACKET_FLOW },
	{ ACK | ECE | CWR,	DRLB_PACKET_FLOW },
	{ FIN | PSH | ACK,	DRLB_PACKET_CLOSE },
	{ FIN,			DRLB_PACKET_CLOSE },
	{ RST,			DRLB_PACKET_RESET },
	{ RST | ACK,		DRLB_PACKET_RESET },
	{ SYN | RST,		DRLB_PACKET_RESET },
	{ 0xff,			DRLB_PACKET_RESET },
};

static u8 __init tcp_next(u8 state, u8 flags)
{
	return drlb_state_next[state][drlb_tcp_event(flags)];
}

static bool __init rules_hold(unsigned int state)
{
	const struct tcp_rule *rule;
	unsigned int flags;

	for (flags = 0; flags < 256; flags++) {
		rule = tcp_rules;
		while ((flags & rule->flags) != rule->flags)
			rule++;
		if (drlb_tcp_event(flags) != rule->event ||
		    tcp_next(tcp_states[state], flags) !=
		    rule->next[state])
			return false;
	}

	return true;
}

static bool __init story_holds(const struct tcp_story *story)
{
	u8 state = DRLB_CONNECTION_SYN_RECV;
	unsigned int i;

	for (i = 0; story->step[i].flags; i++) {
		state = tcp_next(state, story->step[i].flags);
		if (state != story->step[i].state)
			return false;
	}

	return true;
}

bool __init drlb_proto_selftest(void)
{
	struct selftest st = { .name = "proto" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tcp_states); i++)
		check(&st, rules_hold(i));
	for (i = 0; i < ARRAY_SIZE(tcp_stories); i++)
		check(&st, story_holds(&tcp_stories[i]));
	for (i = 0; i < ARRAY_SIZE(tcp_samples); i++)
		check(&st, drlb_tcp_event(tcp_samples[i].flags) ==
			   tcp_samples[i].event);

	return check_all_good(&st);
}
