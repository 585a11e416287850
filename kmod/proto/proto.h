/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_PROTO_H
#define _DRLB_PROTO_H

#include <linux/skbuff.h>
#include <linux/types.h>

#include <drlb.h>

#include "base/key.h"

/* Connection states are small numbers that index this and other tables. */
#define DRLB_STATES	(DRLB_CONNECTION_STATE_MAX + 1)

/* In place of a state: the packet opens another connection on the old ports. */
#define DRLB_STATE_RESTART	0xfe

/* The protocols that are balanced, as indices. */
enum drlb_proto_id {
	DRLB_PROTO_TCP,
	DRLB_PROTO_UDP,
	DRLB_PROTOS
};

/* What unproven entries are counted by. The protocols come first. */
enum drlb_budget {
	DRLB_BUDGET_PERSISTENT = DRLB_PROTOS,
	DRLB_BUDGETS
};

/**
 * struct drlb_proto - a protocol that is balanced
 *
 * Its ports are the first four bytes of its header.
 *
 * @name: for a person
 * @protocol: as in the IP header
 * @header_len: least length of its header, in bytes
 * @idle: the state of a connection in full use, whose timeout says how long
 *	one that has no entry may be idle
 * @event: the meaning of a client's packet, whose header of at least
 *	@header_len bytes is at @header and which ends @len bytes behind that;
 *	false if the header contradicts this
 */
struct drlb_proto {
	const char *name;
	u8 protocol;
	u8 header_len;
	u8 idle;
	bool (*event)(const struct sk_buff *skb, const void *header,
		      unsigned int len, u8 *event);
};

/* Which number of struct drlb_load an entry counts in, in its order. */
enum drlb_counts {
	DRLB_COUNTS_ACTIVE,
	DRLB_COUNTS_INACTIVE,
	DRLB_COUNTS_PERSISTENT,
};

/**
 * struct drlb_state - a state of connections
 * @budget: enum drlb_budget; of a connection it is its enum drlb_proto_id
 * @counts: enum drlb_counts
 * @unproven: a stranger who sees no answer could have made it: it counts for
 *	the budget
 */
struct drlb_state {
	u8 budget;
	u8 counts;
	bool unproven;
};

extern const struct drlb_proto drlb_protos[DRLB_PROTOS];
extern const struct drlb_state drlb_states[DRLB_STATES];

/* The state of a connection after a client's packet, by the state before and
 * the packet's event. For DRLB_CONNECTION_NONE it is that of a new connection,
 * or DRLB_CONNECTION_NONE again if the packet does not make one.
 */
extern const u8 drlb_state_next[DRLB_STATES][DRLB_PACKET_EVENTS];

/* True for a client that stays with a server, which is no connection. */
static __always_inline bool drlb_state_is_persistent(u32 state)
{
	return state == DRLB_CONNECTION_PERSISTENT_NEW ||
	       state == DRLB_CONNECTION_PERSISTENT;
}

/* The protocol's row, or NULL if it is not balanced. */
const struct drlb_proto *drlb_proto_find(u8 protocol);

/* True for a packet that begins something which may as well go to another
 * server: a handshake, or a datagram.
 */
static __always_inline bool drlb_event_is_movable(u8 event)
{
	return event == DRLB_PACKET_OPEN || event == DRLB_PACKET_DATAGRAM;
}

#ifdef DRLB_SELFTEST
bool drlb_proto_selftest(void);
#endif

#endif /* _DRLB_PROTO_H */
