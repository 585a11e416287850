// SPDX-License-Identifier: GPL-2.0
/*
 * The data path's way for packets that no connection takes: new connections,
 * those that have lost their server, TCP in mid-stream, ICMP errors.
 */
#include "path/schedule.h"
#include "path/pick.h"

#include <linux/if_arp.h>
#include <net/ipv6.h>

/* Not ours. The ingress door does not count packets that the other one will
 * see.
 */
static enum drlb_verdict pass(struct drlb_director *d, enum drlb_door door,
			      enum drlb_counter why)
{
	if (door == DRLB_DOOR_PREROUTING)
		drlb_count(d->counters, why);

	return DRLB_PASS;
}

static enum drlb_verdict refuse(struct drlb_director *d, struct sk_buff *skb,
				const struct drlb_packet *pkt,
				enum drlb_door door, enum drlb_counter counter,
				enum drlb_refusal why)
{
	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;

	drlb_count(d->counters, counter);
	if (!pkt->icmp_error)
		drlb_forward_refuse(skb, pkt->family, door, why);

	return DRLB_DROP;
}

/* No server can take it: there is none with a weight, or none answers. In the
 * first case a client of TCP gets the answer of a closed port.
 */
static enum drlb_verdict refuse_all(struct drlb_director *d,
				    struct sk_buff *skb,
				    const struct drlb_packet *pkt,
				    const struct drlb_pool *pool,
				    enum drlb_door door)
{
	enum drlb_refusal why = pool->n ? DRLB_REFUSE_HOST : DRLB_REFUSE_PORT;

	if (pool->conf.on_empty == DRLB_ON_EMPTY_LOCAL)
		return pass(d, door, DRLB_COUNT_NO_SERVER);
	if (pool->conf.on_empty == DRLB_ON_EMPTY_DROP) {
		drlb_count(d->counters, DRLB_COUNT_NO_SERVER);
		return DRLB_DROP;
	}
	if (why == DRLB_REFUSE_PORT && pkt->event == DRLB_PACKET_OPEN)
		why = DRLB_REFUSE_RESET;

	return refuse(d, skb, pkt, door, DRLB_COUNT_NO_SERVER, why);
}

/* Routers do not pass on packets of a link-local address (RFC 4291, 2.5.6). */
static bool beyond_scope(const struct sk_buff *skb,
			 const struct drlb_packet *pkt,
			 const struct drlb_server *server)
{
	const struct neighbour *n;

	if (pkt->family == AF_INET ||
	    likely((pkt->key.v6.saddr.s6_addr32[0] & htonl(0xffc00000)) !=
		   htonl(0xfe800000)))
		return false;

	n = rcu_dereference(server->egress->neigh);

	return n && n->dev != skb->dev;
}

enum drlb_verdict drlb_schedule_unparsed(struct drlb_director *d,
					 enum drlb_parse parse,
					 enum drlb_door door)
{
	if (parse == DRLB_PARSE_MALFORMED)
		return pass(d, door, DRLB_COUNT_MALFORMED);

	/* The local stack must not see a packet that may be a connection's: it
	 * would reset that. The other door tries once more.
	 */
	if (parse == DRLB_PARSE_NO_MEMORY && door == DRLB_DOOR_PREROUTING) {
		drlb_count(d->counters, DRLB_COUNT_NO_MEMORY);
		return DRLB_DROP;
	}

	return DRLB_PASS;
}

/* Without an entry: to @server, or if it is NULL to none. */
static __always_inline enum drlb_verdict
forward_to(struct drlb_director *d, struct sk_buff *skb,
	   const struct drlb_packet *pkt, const struct drlb_pool *pool,
	   const struct drlb_server *server, enum drlb_door door)
{
	if (unlikely(!server))
		return refuse_all(d, skb, pkt, pool, door);
	if (unlikely(!pkt->icmp_error && beyond_scope(skb, pkt, server)))
		return refuse(d, skb, pkt, door, DRLB_COUNT_BEYOND_SCOPE,
			      DRLB_REFUSE_SCOPE);

	return drlb_forward(d->counters, skb, server, door, pkt->family);
}

/* ---- connections without an entry ----------------------------------------- */

static u8 packet_proto(const struct drlb_packet *pkt)
{
	return drlb_proto_find(drlb_packet_protocol(pkt)) - drlb_protos;
}

/* By the hash, which finds the same server for each packet to come. */
static enum drlb_verdict forward_hashed(struct drlb_director *d,
					struct sk_buff *skb,
					const struct drlb_packet *pkt,
					const struct drlb_pool *pool,
					enum drlb_door door)
{
	const struct drlb_server *server = drlb_pick_hashed(d, pkt, pool);
	enum drlb_verdict verdict;

	verdict = forward_to(d, skb, pkt, pool, server, door);
	if (verdict == DRLB_STOLEN && !pkt->icmp_error) {
		drlb_count(d->counters, DRLB_COUNT_STATELESS);
		if (pkt->event == DRLB_PACKET_OPEN)
			drlb_traffic_conn(server->traffic);
	}

	return verdict;
}

/* There is no entry for this connection: a limit is reached, or there is no
 * memory.
 */
static enum drlb_verdict schedule_stateless(struct drlb_director *d,
					    struct sk_buff *skb,
					    const struct drlb_packet *pkt,
					    const struct drlb_pool *pool,
					    u32 state, enum drlb_door door)
{
	drlb_stateless_mark(d, drlb_states[state].budget);

	return forward_hashed(d, skb, pkt, pool, door);
}

/* The connection got no entry. If that is because another CPU made it one, the
 * packet goes with that.
 */
static noinline enum drlb_verdict
schedule_known(struct drlb_director *d, struct sk_buff *skb,
	       const struct drlb_packet *pkt, const struct drlb_pool *pool,
	       u32 state, enum drlb_door door)
{
	struct drlb_conn *conn = drlb_conn_lookup(&d->conns, &pkt->key,
						  pkt->family);

	if (!conn || drlb_conn_expired(conn, drlb_conn_now()))
		return schedule_stateless(d, skb, pkt, pool, state, door);

	return drlb_forward(d->counters, skb, drlb_conn_server(conn), door,
			    pkt->family);
}

/* ---- new connections ------------------------------------------------------ */

static void leave_client(const struct drlb_packet *pkt,
			 struct drlb_conn *template)
{
	if (unlikely(template))
		drlb_conn_unhold(template, pkt->family);
}

/* A new connection to @server, entered in @state. @why is counted if it gets an
 * entry, unless it is DRLB_COUNT_MAX. @template, which may be NULL, is held for
 * it.
 */
static __always_inline enum drlb_verdict
schedule_on(struct drlb_director *d, struct sk_buff *skb,
	    const struct drlb_packet *pkt, const struct drlb_pool *pool,
	    struct drlb_server *server, struct drlb_conn *template, u32 state,
	    enum drlb_counter why, enum drlb_door door)
{
	union drlb_conn_own own;

	if (unlikely(!server))
		return refuse_all(d, skb, pkt, pool, door);
	if (unlikely(beyond_scope(skb, pkt, server))) {
		leave_client(pkt, template);
		return refuse(d, skb, pkt, door, DRLB_COUNT_BEYOND_SCOPE,
			      DRLB_REFUSE_SCOPE);
	}

	own.template = template;
	if (unlikely(!drlb_conn_create(&d->conns, pkt, &server->load, state,
				       READ_ONCE(server->timeout[state]),
				       own))) {
		leave_client(pkt, template);
		return schedule_known(d, skb, pkt, pool, state, door);
	}

	drlb_traffic_conn(server->traffic);
	if (unlikely(why != DRLB_COUNT_MAX))
		drlb_count(d->counters, why);

	return drlb_forward(d->counters, skb, server, door, pkt->family);
}

/* The same for a client of a persistent service: a function of its own, since
 * the other packets would pay for a variable whose address is taken.
 */
static noinline enum drlb_verdict
schedule_client(struct drlb_director *d, struct sk_buff *skb,
		const struct drlb_packet *pkt, const struct drlb_pool *pool,
		const struct drlb_sched *sched, u32 state,
		enum drlb_counter why, enum drlb_door door)
{
	struct drlb_conn *template = NULL;
	struct drlb_server *server;

	server = drlb_pick_for_client(d, pkt, pool, sched, state, &template);

	return schedule_on(d, skb, pkt, pool, server, template, state, why,
			   door);
}

/* A new connection: let @sched pick its server. */
static __always_inline enum drlb_verdict
schedule_new(struct drlb_director *d, struct sk_buff *skb,
	     const struct drlb_packet *pkt, const struct drlb_pool *pool,
	     const struct drlb_sched *sched, u32 state, enum drlb_counter why,
	     enum drlb_door door)
{
	if (unlikely(drlb_conn_full(&d->conns, state)))
		return schedule_stateless(d, skb, pkt, pool, state, door);

	if (unlikely(pool->conf.persistent))
		return schedule_client(d, skb, pkt, pool, sched, state, why,
				       door);

	/* It may be one that got no entry earlier. */
	if (pkt->event == DRLB_PACKET_DATAGRAM &&
	    unlikely(drlb_stateless_lately(d, drlb_states[state].budget)))
		sched = &drlb_sched_mh;

	return schedule_on(d, skb, pkt, pool, drlb_pick(pool, sched, pkt),
			   NULL, state, why, door);
}

/* One-packet scheduling: a server for this datagram, and no entry. The other
 * door would not find the same server, so it alone chooses if that may be the
 * local one.
 */
static noinline enum drlb_verdict
schedule_once(struct drlb_director *d, struct sk_buff *skb,
	      const struct drlb_packet *pkt, const struct drlb_pool *pool,
	      enum drlb_door door)
{
	struct drlb_conn *template = NULL;
	struct drlb_server *server;
	enum drlb_verdict verdict;

	if (door == DRLB_DOOR_INGRESS && rcu_dereference(pool->live)->local)
		return DRLB_PASS;

	server = pool->conf.persistent ?
		 drlb_pick_for_client(d, pkt, pool, pool->conf.sched,
				      DRLB_CONNECTION_UDP_NEW, &template) :
		 drlb_pick(pool, pool->conf.sched, pkt);
	leave_client(pkt, template);

	verdict = forward_to(d, skb, pkt, pool, server, door);
	if (verdict == DRLB_STOLEN ||
	    (verdict == DRLB_PASS && server && door != DRLB_DOOR_INGRESS))
		drlb_traffic_conn(server->traffic);

	return verdict;
}

/* TCP in mid-stream that nobody here knows. Where the hash alone decides it
 * goes on with its server: after a restart of the director, or a failover to
 * another. It is unproven until its next packet, so that a flood of ACKs is
 * worth no more than one of SYNs.
 */
static noinline enum drlb_verdict adopt(struct drlb_director *d,
					struct sk_buff *skb,
					const struct drlb_packet *pkt,
					const struct drlb_pool *pool,
					enum drlb_door door)
{
	u32 state = drlb_state_next[DRLB_CONNECTION_NONE][pkt->event];

	if (!pool->conf.adopts &&
	    !drlb_stateless_lately(d, packet_proto(pkt)))
		return pass(d, door, DRLB_COUNT_NO_CONNECTION);
	if (state == DRLB_CONNECTION_NONE)
		return forward_hashed(d, skb, pkt, pool, door);

	/* A packet that one door adopts must not confirm that at the other. */
	if (door == DRLB_DOOR_INGRESS && !drlb_conn_full(&d->conns, state))
		return DRLB_PASS;

	return schedule_new(d, skb, pkt, pool, &drlb_sched_mh, state,
			    DRLB_COUNT_ADOPTED, door);
}

/* True if TCP in mid-stream may go to another server than its own. */
static bool moves_on(const struct drlb_packet *pkt,
		     const struct drlb_pool *pool)
{
	return pool->conf.on_removed == DRLB_ON_REMOVED_RESCHEDULE &&
	       !drlb_event_is_movable(pkt->event) &&
	       drlb_state_next[DRLB_CONNECTION_NONE][pkt->event] !=
	       DRLB_CONNECTION_NONE;
}

/* It goes. One door alone sees to that, as for connections that are adopted. */
static noinline enum drlb_verdict move_on(struct drlb_director *d,
					  struct sk_buff *skb,
					  const struct drlb_packet *pkt,
					  const struct drlb_pool *pool,
					  struct drlb_conn *conn,
					  enum drlb_door door)
{
	enum drlb_counter why = DRLB_COUNT_RESCHEDULED;

	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;
	if (!drlb_conn_kill(&d->conns, conn, pkt->family))
		why = DRLB_COUNT_MAX;

	return schedule_new(d, skb, pkt, pool, pool->conf.sched,
			    drlb_state_next[DRLB_CONNECTION_NONE][pkt->event],
			    why, door);
}

/* True if one-packet scheduling is for this packet: of a mark, UDP alone. */
static __always_inline bool is_once(const struct drlb_pool *pool,
				    const struct drlb_packet *pkt)
{
	return unlikely(pool->conf.ops) &&
	       drlb_packet_protocol(pkt) == IPPROTO_UDP;
}

/* ---- packets of other directors ------------------------------------------- */

/* True if one of the service's servers sent the frame: it is a director too,
 * and has chosen this host.
 */
static __always_inline bool is_from_server(const struct sk_buff *skb,
					   const struct drlb_live *live)
{
	return skb->dev->type == ARPHRD_ETHER &&
	       skb_mac_header_was_set(skb) &&
	       drlb_live_has_mac(live, eth_hdr(skb)->h_source);
}

/* A packet that another director has scheduled is never sent on again: two
 * directors that are servers of each other would send it to and fro. It is for
 * the local server, and its connection gets an entry so that its next packets
 * need no second look. @conn, which may be NULL, is an entry that it cannot go
 * with. It makes way, unless there is no local server: then the frame comes from
 * a host that is no director, and that has no say in a client's connection.
 */
static enum drlb_verdict take_home(struct drlb_director *d, struct sk_buff *skb,
				   const struct drlb_packet *pkt,
				   const struct drlb_pool *pool,
				   struct drlb_conn *conn, enum drlb_door door)
{
	u32 state = drlb_state_next[DRLB_CONNECTION_NONE][pkt->event];
	struct drlb_server *server = rcu_dereference(pool->live)->local;

	if (door == DRLB_DOOR_INGRESS)
		return DRLB_PASS;

	drlb_count(d->counters, DRLB_COUNT_FROM_SERVER);
	if (!server || pkt->icmp_error || READ_ONCE(server->dead))
		return DRLB_PASS;

	if (conn)
		drlb_conn_kill(&d->conns, conn, pkt->family);
	if (is_once(pool, pkt))
		drlb_traffic_conn(server->traffic);
	else if (state != DRLB_CONNECTION_NONE &&
		 !drlb_conn_full(&d->conns, state) &&
		 drlb_conn_create(&d->conns, pkt, &server->load, state,
				  READ_ONCE(server->timeout[state]),
				  (union drlb_conn_own){}))
		drlb_traffic_conn(server->traffic);

	return drlb_forward(d->counters, skb, server, door, pkt->family);
}

/* ---- services ------------------------------------------------------------- */

/* A packet of a connection may get its mark behind this door: it is for the
 * service that took its first one. NULL if that has an address, or has gone.
 */
static const struct drlb_service *conn_marked(const struct drlb_conn *conn)
{
	const struct drlb_server *server = drlb_conn_server(conn);

	return conn->load->mark && !READ_ONCE(server->dead) ? server->service :
							      NULL;
}

/* True for an answer of the local server to a client's connection. */
static bool is_answer(struct drlb_director *d, const struct drlb_packet *pkt)
{
	union drlb_key key = pkt->key;

	if (pkt->family == AF_INET) {
		swap(key.v4.saddr, key.v4.daddr);
		swap(key.v4.sport, key.v4.dport);
	} else {
		swap(key.v6.saddr, key.v6.daddr);
		swap(key.v6.sport, key.v6.dport);
	}

	return drlb_conn_lookup(&d->conns, &key, pkt->family);
}

/* True if a packet with a mark is this door's. A mark may be on any packet, also
 * one that is for no host, or the local server's answers if connection tracking
 * restores their marks. And a packet that PRE_ROUTING passes comes to
 * LOCAL_IN, which would take it for a new one if it left no entry: that door
 * alone decides about packets that may be for the local server.
 */
static noinline bool takes_marked(struct drlb_director *d,
				  const struct drlb_packet *pkt,
				  const struct drlb_live *live,
				  enum drlb_door door)
{
	bool is_host = pkt->family == AF_INET ?
		       drlb_addr4_is_host(pkt->key.v4.daddr) :
		       drlb_addr6_is_host(&pkt->key.v6.daddr);

	if (!is_host) {
		pass(d, door, DRLB_COUNT_MARTIAN);
		return false;
	}
	if (door == DRLB_DOOR_OUTPUT && is_answer(d, pkt))
		return false;

	return !live->local ||
	       (door != DRLB_DOOR_PREROUTING && door != DRLB_DOOR_INGRESS);
}

/* ---- the decision --------------------------------------------------------- */

/* An ICMP error goes to the server whose packet it quotes. */
static enum drlb_verdict direct_error(struct drlb_director *d,
				      struct sk_buff *skb,
				      const struct drlb_packet *pkt,
				      const struct drlb_conn *conn,
				      enum drlb_door door)
{
	const struct drlb_service *svc;
	const struct drlb_live *live;
	const struct drlb_pool *pool;

	if (conn && READ_ONCE(conn->state) != DRLB_CONN_DEAD &&
	    !drlb_conn_expired(conn, drlb_conn_now()) &&
	    !READ_ONCE(drlb_conn_server(conn)->dead))
		return drlb_forward(d->counters, skb, drlb_conn_server(conn),
				    door, pkt->family);

	svc = drlb_service_find(&d->services, pkt, skb->mark);
	if (!svc)
		return pass(d, door, DRLB_COUNT_ICMP_UNRELATED);

	/* Of one-packet scheduling there are no entries, but perhaps a client. */
	pool = rcu_dereference(svc->pool);
	if (!pool->conf.adopts &&
	    !(is_once(pool, pkt) && pool->conf.persistent) &&
	    !drlb_stateless_lately(d, packet_proto(pkt)))
		return pass(d, door, DRLB_COUNT_ICMP_UNRELATED);

	live = rcu_dereference(pool->live);
	if (unlikely(pool->conf.mark) && !takes_marked(d, pkt, live, door))
		return DRLB_PASS;
	if (is_from_server(skb, live))
		return take_home(d, skb, pkt, pool, NULL, door);

	return forward_hashed(d, skb, pkt, pool, door);
}

/* Nobody could answer other sources. IP throws such packets away, and at the
 * ingress door they would not get that far. The VIP is the server's own
 * address: it does not answer itself over the network.
 */
static bool source_is_host(const struct drlb_packet *pkt)
{
	if (pkt->family == AF_INET)
		return pkt->key.v4.saddr != pkt->key.v4.daddr &&
		       drlb_addr4_is_host(pkt->key.v4.saddr);

	return !ipv6_addr_equal(&pkt->key.v6.saddr, &pkt->key.v6.daddr) &&
	       drlb_addr6_is_host(&pkt->key.v6.saddr);
}

/* True if a connection waits for its server, which was removed, to come back. */
static bool conn_is_kept(const struct drlb_conn *conn,
			 const struct drlb_service *svc,
			 const struct drlb_packet *pkt)
{
	const struct drlb_pool *pool;

	if (!svc || drlb_event_is_movable(pkt->event) ||
	    READ_ONCE(drlb_conn_server(conn)->dead) != DRLB_SERVER_REMOVED)
		return false;

	pool = rcu_dereference(svc->pool);

	return pool->conf.on_removed == DRLB_ON_REMOVED_KEEP;
}

/* True if a connection stays with a server that does not answer, although the
 * packet could go elsewhere: no other server would do better, or this one may
 * be back at once. It is not renewed.
 */
static bool conn_stays(const struct drlb_conn *conn,
		       const struct drlb_service *svc,
		       const struct drlb_packet *pkt)
{
	const struct drlb_server *server = drlb_conn_server(conn);
	u32 state = READ_ONCE(conn->state);
	const struct drlb_pool *pool;

	if (!svc || READ_ONCE(server->dead) || state == DRLB_CONN_DEAD ||
	    drlb_state_next[state][pkt->event] == DRLB_STATE_RESTART)
		return false;

	pool = rcu_dereference(svc->pool);

	return drlb_egress_usable(server->egress) ||
	       drlb_egress_just_failed(server->egress) ||
	       !rcu_dereference(pool->live)->n;
}

/* True if the connection's service was removed a moment ago, and it or the
 * server may come back: the local stack would reset the connection. Services
 * often come back before their servers. A packet that may as well go elsewhere
 * does as soon as the service has a server.
 */
static bool conn_waits(const struct drlb_conn *conn,
		       const struct drlb_service *svc,
		       const struct drlb_packet *pkt)
{
	const struct drlb_server *server = drlb_conn_server(conn);
	u8 end = READ_ONCE(server->dead);
	const struct drlb_pool *pool;

	if (end == DRLB_SERVER_LIVES || !drlb_server_in_grace(server))
		return false;
	if (!svc || end != DRLB_SERVER_WITH_SERVICE)
		return !svc;

	pool = rcu_dereference(svc->pool);

	return !drlb_event_is_movable(pkt->event) ||
	       !rcu_dereference(pool->live)->n;
}

enum drlb_verdict drlb_schedule(struct drlb_director *d, struct sk_buff *skb,
				const struct drlb_packet *pkt,
				struct drlb_conn *conn, enum drlb_door door)
{
	enum drlb_counter why = DRLB_COUNT_MAX;
	const struct drlb_service *svc;
	const struct drlb_live *live;
	const struct drlb_pool *pool;

	if (pkt->icmp_error)
		return direct_error(d, skb, pkt, conn, door);

	svc = drlb_service_find(&d->services, pkt, skb->mark);
	if (conn && !svc)
		svc = conn_marked(conn);
	if (conn && !drlb_conn_expired(conn, drlb_conn_now())) {
		if (conn_stays(conn, svc, pkt))
			return drlb_forward(d->counters, skb,
					    drlb_conn_server(conn), door,
					    pkt->family);
		if (conn_waits(conn, svc, pkt)) {
			drlb_count(d->counters, DRLB_COUNT_SERVICE_GONE);
			return DRLB_DROP;
		}
		if (conn_is_kept(conn, svc, pkt)) {
			drlb_count(d->counters, DRLB_COUNT_SERVER_GONE);
			return DRLB_DROP;
		}
		if (!drlb_server_reachable(drlb_conn_server(conn)))
			why = DRLB_COUNT_RESCHEDULED;
	}
	if (!svc) {
		if (conn)
			drlb_conn_kill(&d->conns, conn, pkt->family);
		return pass(d, door, DRLB_COUNT_NO_SERVICE);
	}
	if (unlikely(!source_is_host(pkt)))
		return pass(d, door, DRLB_COUNT_MARTIAN);

	pool = rcu_dereference(svc->pool);
	live = rcu_dereference(pool->live);
	if (unlikely(pool->conf.mark) && !takes_marked(d, pkt, live, door)) {
		if (conn)
			drlb_conn_kill(&d->conns, conn, pkt->family);
		return DRLB_PASS;
	}
	if (unlikely(is_from_server(skb, live)))
		return take_home(d, skb, pkt, pool, conn, door);
	if (unlikely(why != DRLB_COUNT_MAX) && moves_on(pkt, pool))
		return move_on(d, skb, pkt, pool, conn, door);
	if (conn && !drlb_conn_kill(&d->conns, conn, pkt->family))
		why = DRLB_COUNT_MAX;

	if (is_once(pool, pkt))
		return schedule_once(d, skb, pkt, pool, door);
	if (drlb_event_is_movable(pkt->event))
		return schedule_new(d, skb, pkt, pool, pool->conf.sched,
				    drlb_state_next[DRLB_CONNECTION_NONE]
						   [pkt->event], why, door);

	return adopt(d, skb, pkt, pool, door);
}
