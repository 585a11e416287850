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
#include "conn/conn.h"
#include "proto/tcp.h"
#include "sched/sched.h"
#include "service/service.h"

#include <linux/in.h>
#include <net/ipv6.h>

/* Not ours. The ingress door does not count what the other one will see. */
static enum drlb_verdict pass(struct drlb_net *dn, enum drlb_door door,
			      enum drlb_counter why)
{
	if (door == DRLB_DOOR_PREROUTING)
		drlb_count(dn->counters, why);

	return DRLB_PASS;
}

static u8 packet_protocol(const struct drlb_packet *pkt)
{
	return pkt->family == AF_INET ? pkt->key4.protocol :
					pkt->key6.protocol;
}

/* Whether a connection can go on with its server. A server that does not answer
 * the neighbour layer may come back, and a TCP connection with it; there is
 * nothing to lose by moving a datagram or a handshake elsewhere.
 */
static __always_inline bool conn_serves(const struct drlb_conn *conn,
					bool movable)
{
	const struct drlb_server *server = conn->server;

	if (unlikely(READ_ONCE(server->dead)))
		return false;

	return !movable || likely(drlb_egress_usable(server->egress));
}

/* Bring a connection up to date with a packet of it. False when the packet
 * cannot go with it: it has expired, its server has gone, or the packet opens
 * another connection.
 */
static __always_inline bool conn_follow(struct drlb_net *dn,
					struct drlb_conn *conn, u8 protocol,
					u8 tcp_flags)
{
	u32 state = READ_ONCE(conn->state);
	u32 now = drlb_conn_now();
	bool movable = true;
	u32 next = state;

	if (unlikely(state == DRLB_CONN_DEAD || drlb_conn_expired(conn, now)))
		return false;

	if (protocol == IPPROTO_TCP) {
		next = drlb_tcp_next(state, tcp_flags);
		if (unlikely(next == DRLB_TCP_RESTART))
			return false;
		movable = unlikely(state == DRLB_CONNECTION_SYN_RECV) &&
			  drlb_tcp_event(tcp_flags) == DRLB_TCP_OPEN;
	}

	if (unlikely(!conn_serves(conn, movable)))
		return false;

	if (unlikely(next != state))
		drlb_conn_change(dn, conn, state, next);
	drlb_conn_renew(conn, now, READ_ONCE(dn->timeout[next]));

	return true;
}

static enum drlb_verdict no_server(struct drlb_net *dn, struct sk_buff *skb,
				   const struct drlb_packet *pkt,
				   enum drlb_door door)
{
	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;

	drlb_count(dn->counters, DRLB_COUNT_NO_SERVER);
	if (!pkt->icmp_error)
		drlb_forward_refuse(skb, pkt->family);

	return DRLB_DROP;
}

/* What began without an entry goes on without its SYN: remember that there are
 * some. One write a second.
 */
static void stateless_mark(struct drlb_stateless *stateless)
{
	if (!READ_ONCE(stateless->lately) ||
	    time_after(jiffies, READ_ONCE(stateless->at) + HZ)) {
		WRITE_ONCE(stateless->at, jiffies);
		WRITE_ONCE(stateless->lately, true);
	}
}

/* Whether it is less ago than such a connection may be idle. */
static bool stateless_since(const struct drlb_stateless *stateless, u32 timeout)
{
	return READ_ONCE(stateless->lately) &&
	       time_before(jiffies, READ_ONCE(stateless->at) + timeout);
}

/* Whether TCP, or a datagram, that has no entry may be of a connection that got
 * none.
 */
static bool stateless_tcp(const struct drlb_net *dn)
{
	u32 timeout = READ_ONCE(dn->timeout[DRLB_CONNECTION_ESTABLISHED]);

	return stateless_since(&dn->stateless_tcp, timeout);
}

static bool stateless_udp(const struct drlb_net *dn)
{
	u32 timeout = READ_ONCE(dn->timeout[DRLB_CONNECTION_UDP]);

	return stateless_since(&dn->stateless_udp, timeout);
}

/* By the hash, which finds the same server for each packet to come. */
static enum drlb_verdict forward_hashed(struct drlb_net *dn,
					struct sk_buff *skb,
					const struct drlb_packet *pkt,
					const struct drlb_pool *pool,
					enum drlb_door door)
{
	const struct drlb_server *server = drlb_mh_pick(pool, pkt);
	enum drlb_verdict verdict;

	if (unlikely(!server))
		return no_server(dn, skb, pkt, door);

	verdict = drlb_forward(dn, skb, server, door, pkt->family);
	if (verdict == DRLB_STOLEN && !pkt->icmp_error)
		drlb_count(dn->counters, DRLB_COUNT_STATELESS);

	return verdict;
}

/* No entry for this connection: a limit is reached, or there is no memory. */
static enum drlb_verdict schedule_stateless(struct drlb_net *dn,
					    struct sk_buff *skb,
					    const struct drlb_packet *pkt,
					    const struct drlb_pool *pool,
					    u32 state, enum drlb_door door)
{
	stateless_mark(state == DRLB_CONNECTION_UDP ? &dn->stateless_udp :
						      &dn->stateless_tcp);

	return forward_hashed(dn, skb, pkt, pool, door);
}

/* A new connection: let @sched pick its server, and enter it in @state. */
static enum drlb_verdict
schedule_new(struct drlb_net *dn, struct sk_buff *skb,
	     const struct drlb_packet *pkt, const struct drlb_pool *pool,
	     const struct drlb_sched *sched, u32 state, enum drlb_door door)
{
	struct drlb_server *server;
	struct drlb_conn *conn;

	if (unlikely(drlb_conn_full(dn, state)))
		return schedule_stateless(dn, skb, pkt, pool, state, door);

	if (state == DRLB_CONNECTION_UDP && unlikely(stateless_udp(dn)))
		sched = &drlb_sched_mh;
	server = sched->pick(pool, pkt);
	if (unlikely(!server))
		return no_server(dn, skb, pkt, door);

	conn = drlb_conn_create(dn, pkt, server, state);
	if (unlikely(!conn))
		return schedule_stateless(dn, skb, pkt, pool, state, door);

	return drlb_forward(dn, skb, conn->server, door, pkt->family);
}

/* TCP in mid-stream that nobody here knows. Where the hash alone decides it
 * goes on with its server: after a restart of the director, or a failover to
 * another. Until its next packet it counts as half-open, so that a flood of
 * ACKs is worth no more than one of SYNs.
 */
static enum drlb_verdict adopt(struct drlb_net *dn, struct sk_buff *skb,
			       const struct drlb_packet *pkt,
			       const struct drlb_pool *pool,
			       enum drlb_door door)
{
	if (!pool->sched->adopts && !stateless_tcp(dn))
		return pass(dn, door, DRLB_COUNT_NO_CONNECTION);

	if (drlb_tcp_event(pkt->tcp_flags) != DRLB_TCP_FLOW)
		return forward_hashed(dn, skb, pkt, pool, door);

	if (!drlb_conn_full(dn, DRLB_CONNECTION_SYN_RECV)) {
		/* One packet must not be adopted at one door and confirm that
		 * at the other.
		 */
		if (door == DRLB_DOOR_INGRESS)
			return DRLB_PASS;
		drlb_count(dn->counters, DRLB_COUNT_ADOPTED);
	}

	return schedule_new(dn, skb, pkt, pool, &drlb_sched_mh,
			    DRLB_CONNECTION_SYN_RECV, door);
}

/* An ICMP error goes to the server whose packet it quotes. */
static enum drlb_verdict direct_error(struct drlb_net *dn, struct sk_buff *skb,
				      const struct drlb_packet *pkt,
				      const struct drlb_conn *conn,
				      enum drlb_door door)
{
	const struct drlb_service *svc;
	const struct drlb_pool *pool;

	if (conn && READ_ONCE(conn->state) != DRLB_CONN_DEAD &&
	    conn_serves(conn, false))
		return drlb_forward(dn, skb, conn->server, door, pkt->family);

	svc = drlb_service_find(dn, pkt);
	if (!svc)
		return pass(dn, door, DRLB_COUNT_ICMP_UNRELATED);

	pool = rcu_dereference(svc->pool);
	if (!pool->sched->adopts && !(packet_protocol(pkt) == IPPROTO_UDP ?
				      stateless_udp(dn) : stateless_tcp(dn)))
		return pass(dn, door, DRLB_COUNT_ICMP_UNRELATED);

	return forward_hashed(dn, skb, pkt, pool, door);
}

/* Nobody could answer others. IP throws them away, and at the ingress door they
 * would not get that far. The VIP is the server's own address: to itself it does
 * not answer by the wire.
 */
static bool source_is_host(const struct drlb_packet *pkt)
{
	if (pkt->family == AF_INET)
		return pkt->key4.saddr != pkt->key4.daddr &&
		       drlb_addr4_is_host(pkt->key4.saddr);

	return !ipv6_addr_equal(&pkt->key6.saddr, &pkt->key6.daddr) &&
	       drlb_addr6_is_host(&pkt->key6.saddr);
}

/* Whether a connection goes on with a server that does not answer, although it
 * could be moved: no other one would do better, or it may be back at once.
 */
static bool conn_waits(struct drlb_net *dn, struct drlb_conn *conn,
		       const struct drlb_service *svc,
		       const struct drlb_packet *pkt)
{
	const struct drlb_egress *egress = conn->server->egress;
	u32 state = READ_ONCE(conn->state);

	if (state != DRLB_CONNECTION_UDP && state != DRLB_CONNECTION_SYN_RECV)
		return false;
	if (!svc || READ_ONCE(conn->server->dead))
		return false;
	if (!drlb_egress_usable(egress) && !drlb_egress_just_failed(egress) &&
	    drlb_mh_pick(rcu_dereference(svc->pool), pkt))
		return false;

	drlb_conn_renew(conn, drlb_conn_now(), READ_ONCE(dn->timeout[state]));

	return true;
}

/* A packet that no connection takes; @conn, if any, is in its way. */
static noinline enum drlb_verdict direct_new(struct drlb_net *dn,
					     struct sk_buff *skb,
					     const struct drlb_packet *pkt,
					     struct drlb_conn *conn,
					     enum drlb_door door)
{
	const struct drlb_service *svc;
	const struct drlb_pool *pool;

	if (pkt->icmp_error)
		return direct_error(dn, skb, pkt, conn, door);

	svc = drlb_service_find(dn, pkt);
	if (conn) {
		bool expired = drlb_conn_expired(conn, drlb_conn_now());
		bool moved;

		if (!expired && conn_waits(dn, conn, svc, pkt))
			return drlb_forward(dn, skb, conn->server, door,
					    pkt->family);
		moved = !expired && !conn_serves(conn, true);
		if (drlb_conn_kill(dn, conn, pkt->family) && moved)
			drlb_count(dn->counters, DRLB_COUNT_RESCHEDULED);
	}

	if (!svc)
		return pass(dn, door, DRLB_COUNT_NO_SERVICE);
	if (unlikely(!source_is_host(pkt)))
		return pass(dn, door, DRLB_COUNT_MARTIAN);

	pool = rcu_dereference(svc->pool);
	if (packet_protocol(pkt) == IPPROTO_UDP)
		return schedule_new(dn, skb, pkt, pool, pool->sched,
				    DRLB_CONNECTION_UDP, door);
	if (drlb_tcp_event(pkt->tcp_flags) == DRLB_TCP_OPEN)
		return schedule_new(dn, skb, pkt, pool, pool->sched,
				    DRLB_CONNECTION_SYN_RECV, door);

	return adopt(dn, skb, pkt, pool, door);
}

static noinline enum drlb_verdict
not_parsed(struct drlb_net *dn, enum drlb_parse parse, enum drlb_door door)
{
	if (parse == DRLB_PARSE_MALFORMED)
		return pass(dn, door, DRLB_COUNT_MALFORMED);

	/* The local stack must not see what may be a connection's: it would
	 * reset that. The other door tries once more.
	 */
	if (parse == DRLB_PARSE_NO_MEMORY && door == DRLB_DOOR_PREROUTING) {
		drlb_count(dn->counters, DRLB_COUNT_NO_MEMORY);
		return DRLB_DROP;
	}

	return DRLB_PASS;
}

/* What is not plain. */
static noinline enum drlb_verdict direct_any4(struct drlb_net *dn,
					      struct sk_buff *skb,
					      enum drlb_door door)
{
	struct drlb_packet pkt;
	struct drlb_conn *conn;
	enum drlb_parse parse;

	parse = drlb_packet_parse4(skb, door, &pkt);
	if (parse != DRLB_PARSE_OK)
		return not_parsed(dn, parse, door);

	conn = drlb_conn_lookup4(&dn->conns, &pkt.key4);
	if (!conn || pkt.icmp_error ||
	    !conn_follow(dn, conn, pkt.key4.protocol, pkt.tcp_flags))
		return direct_new(dn, skb, &pkt, conn, door);

	return drlb_forward(dn, skb, conn->server, door, AF_INET);
}

static noinline enum drlb_verdict direct_any6(struct drlb_net *dn,
					      struct sk_buff *skb,
					      enum drlb_door door)
{
	struct drlb_packet pkt;
	struct drlb_conn *conn;
	enum drlb_parse parse;

	parse = drlb_packet_parse6(skb, door, &pkt);
	if (parse != DRLB_PARSE_OK)
		return not_parsed(dn, parse, door);

	conn = drlb_conn_lookup6(&dn->conns, &pkt.key6);
	if (!conn || pkt.icmp_error ||
	    !conn_follow(dn, conn, pkt.key6.protocol, pkt.tcp_flags))
		return direct_new(dn, skb, &pkt, conn, door);

	return drlb_forward(dn, skb, conn->server, door, AF_INET6);
}

/* What is plain, but not taken by @conn, if that is there at all. The key comes
 * by value, so that the caller's stays in registers.
 */
static noinline enum drlb_verdict
direct_missed4(struct drlb_net *dn, struct sk_buff *skb, union drlb_key4 key,
	       u8 tcp_flags, struct drlb_conn *conn, enum drlb_door door)
{
	struct drlb_packet pkt = {
		.key4 = key,
		.family = AF_INET,
		.tcp_flags = tcp_flags,
	};

	return direct_new(dn, skb, &pkt, conn, door);
}

static noinline enum drlb_verdict
direct_missed6(struct drlb_net *dn, struct sk_buff *skb, union drlb_key6 key,
	       u8 tcp_flags, struct drlb_conn *conn, enum drlb_door door)
{
	struct drlb_packet pkt = {
		.key6 = key,
		.family = AF_INET6,
		.tcp_flags = tcp_flags,
	};

	return direct_new(dn, skb, &pkt, conn, door);
}

/* The way of nearly all packets, in one function and in registers. */
enum drlb_verdict drlb_direct4(struct drlb_net *dn, struct sk_buff *skb,
			       enum drlb_door door)
{
	struct drlb_conn *conn;
	union drlb_key4 key;
	u8 tcp_flags = 0;

	if (unlikely(!drlb_packet_plain4(skb, door, &key, &tcp_flags)))
		return direct_any4(dn, skb, door);

	conn = drlb_conn_lookup4(&dn->conns, &key);
	if (unlikely(!conn ||
		     !conn_follow(dn, conn, key.protocol, tcp_flags)))
		return direct_missed4(dn, skb, key, tcp_flags, conn, door);

	return drlb_forward4(dn, skb, conn->server, door);
}

enum drlb_verdict drlb_direct6(struct drlb_net *dn, struct sk_buff *skb,
			       enum drlb_door door)
{
	struct drlb_conn *conn;
	union drlb_key6 key;
	u8 tcp_flags = 0;

	if (unlikely(!drlb_packet_plain6(skb, &key, &tcp_flags)))
		return direct_any6(dn, skb, door);

	conn = drlb_conn_lookup6(&dn->conns, &key);
	if (unlikely(!conn ||
		     !conn_follow(dn, conn, key.protocol, tcp_flags)))
		return direct_missed6(dn, skb, key, tcp_flags, conn, door);

	return drlb_forward6(dn, skb, conn->server, door);
}
