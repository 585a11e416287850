// SPDX-License-Identifier: GPL-2.0
/*
 * The data path: look up, schedule on a miss, follow the state, forward.
 *
 * Context: softirq, inside the RCU read-side section that the hooks' callers
 * hold. Nothing sleeps, no reference is taken, and for a packet of a known
 * connection there is no lock, no allocation and no write to memory that
 * another CPU's packets write as well, but a connection's time, twice a second.
 */
#include "path/director.h"
#include "path/schedule.h"

#include <net/l3mdev.h>

static __always_inline bool is_in_vrf(const struct sk_buff *skb)
{
	return skb->dev->priv_flags & (IFF_L3MDEV_MASTER | IFF_L3MDEV_SLAVE);
}

/* Bring a connection up to date with a packet of it. False when the packet
 * cannot go with it: it has expired, its server has gone, or the packet opens
 * another connection.
 *
 * A server that does not answer the neighbour layer may come back, and the
 * connection with it, which is not renewed until then. But a datagram or a
 * handshake loses nothing when it moves to another server.
 */
static __always_inline bool conn_follow(struct drlb_director *d,
					struct drlb_conn *conn, u8 event)
{
	const struct drlb_server *server = drlb_conn_server(conn);
	u32 state = READ_ONCE(conn->state);
	u32 now = drlb_conn_now();
	u32 next;

	if (unlikely(state == DRLB_CONN_DEAD || drlb_conn_expired(conn, now)))
		return false;

	next = drlb_state_next[state][event];
	if (unlikely(next == DRLB_STATE_RESTART || READ_ONCE(server->dead)))
		return false;
	if (unlikely(!drlb_egress_usable(server->egress)))
		return !drlb_event_is_movable(event);

	if (unlikely(next != state))
		drlb_conn_change(&d->conns, conn, state, next);
	drlb_conn_renew(conn, now, READ_ONCE(server->timeout[next]));

	return true;
}

/* A packet that is not plain. */
static __always_inline enum drlb_verdict
direct_any(struct drlb_director *d, struct sk_buff *skb, enum drlb_door door,
	   u8 family)
{
	int vrf = is_in_vrf(skb) ? l3mdev_master_ifindex_rcu(skb->dev) : 0;
	struct drlb_packet pkt;
	struct drlb_conn *conn;
	enum drlb_parse parse;

	parse = drlb_packet_parse(skb, door, family, vrf, &pkt);
	if (parse != DRLB_PARSE_OK)
		return drlb_schedule_unparsed(d, parse, door);

	conn = drlb_conn_lookup(&d->conns, &pkt.key, family);
	if (!conn || pkt.icmp_error || !conn_follow(d, conn, pkt.event))
		return drlb_schedule(d, skb, &pkt, conn, door);

	return drlb_forward(d->counters, skb, drlb_conn_server(conn), door,
			    family);
}

static noinline enum drlb_verdict direct_any4(struct drlb_director *d,
					      struct sk_buff *skb,
					      enum drlb_door door)
{
	return direct_any(d, skb, door, AF_INET);
}

static noinline enum drlb_verdict direct_any6(struct drlb_director *d,
					      struct sk_buff *skb,
					      enum drlb_door door)
{
	return direct_any(d, skb, door, AF_INET6);
}

/* A plain packet with no usable connection; @conn may be NULL. @key is passed
 * by value so that the caller's copy stays in registers.
 */
static noinline enum drlb_verdict
direct_missed4(struct drlb_director *d, struct sk_buff *skb,
	       union drlb_key4 key, u8 event, struct drlb_conn *conn,
	       enum drlb_door door)
{
	struct drlb_packet pkt = {
		.key.v4 = key,
		.family = AF_INET,
		.event = event,
	};

	return drlb_schedule(d, skb, &pkt, conn, door);
}

static noinline enum drlb_verdict
direct_missed6(struct drlb_director *d, struct sk_buff *skb,
	       union drlb_key6 key, u8 event, struct drlb_conn *conn,
	       enum drlb_door door)
{
	struct drlb_packet pkt = {
		.key.v6 = key,
		.family = AF_INET6,
		.event = event,
	};

	return drlb_schedule(d, skb, &pkt, conn, door);
}

/* The way of nearly all packets, in one function and in registers, for which
 * the keys of the two families have to be two variables.
 */
static __always_inline enum drlb_verdict
direct_plain(struct drlb_director *d, struct sk_buff *skb, enum drlb_door door,
	     u8 family)
{
	struct drlb_conn *conn;
	union drlb_key4 key4;
	union drlb_key6 key6;
	u8 event;

	if (unlikely(is_in_vrf(skb)) ||
	    unlikely(family == AF_INET ?
		     !drlb_packet_plain4(skb, door, &key4, &event) :
		     !drlb_packet_plain6(skb, &key6, &event)))
		return family == AF_INET ? direct_any4(d, skb, door) :
					   direct_any6(d, skb, door);

	conn = family == AF_INET ? drlb_conn_lookup4(&d->conns, &key4) :
				   drlb_conn_lookup6(&d->conns, &key6);
	if (unlikely(!conn || !conn_follow(d, conn, event)))
		return family == AF_INET ?
		       direct_missed4(d, skb, key4, event, conn, door) :
		       direct_missed6(d, skb, key6, event, conn, door);

	return drlb_forward_inline(d->counters, skb, drlb_conn_server(conn),
				   door, family);
}

enum drlb_verdict drlb_direct4(struct drlb_director *d, struct sk_buff *skb,
			       enum drlb_door door)
{
	return direct_plain(d, skb, door, AF_INET);
}

enum drlb_verdict drlb_direct6(struct drlb_director *d, struct sk_buff *skb,
			       enum drlb_door door)
{
	return direct_plain(d, skb, door, AF_INET6);
}

/* True if PRE_ROUTING has found this entry, too. */
static bool conn_is_known(const struct drlb_conn *conn)
{
	return READ_ONCE(conn->state) != DRLB_CONN_DEAD &&
	       !drlb_conn_expired(conn, drlb_conn_now()) &&
	       !READ_ONCE(drlb_conn_server(conn)->dead);
}

enum drlb_verdict drlb_direct_marked(struct drlb_director *d,
				     struct sk_buff *skb, u8 family)
{
	int vrf = is_in_vrf(skb) ? l3mdev_master_ifindex_rcu(skb->dev) : 0;
	struct drlb_packet pkt;
	struct drlb_conn *conn;

	if (!drlb_service_marked(&d->services, family, skb->mark) ||
	    drlb_packet_parse(skb, DRLB_DOOR_INPUT, family, vrf, &pkt) !=
	    DRLB_PARSE_OK)
		return DRLB_PASS;

	conn = drlb_conn_lookup(&d->conns, &pkt.key, family);
	if (conn && conn_is_known(conn))
		return DRLB_PASS;

	return drlb_schedule(d, skb, &pkt, conn, DRLB_DOOR_INPUT);
}
