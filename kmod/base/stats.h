/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_STATS_H
#define _DRLB_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

/*
 * The fate of packets that were not simply sent to a real server, in the order
 * of a packet's way. One list makes the enum, the names that the netlink
 * interface gives out, and the sentences for people.
 */
#define DRLB_COUNTERS(X)						      \
	X(MALFORMED, malformed,						      \
	  "headers cut short or contradictory, left to the local stack")      \
	X(MARTIAN, martian,						      \
	  "source is no host's address, left to the local stack")	      \
	X(NO_SERVICE, no_service,					      \
	  "no service matches, left to the local stack")		      \
	X(NO_CONNECTION, no_connection,					      \
	  "TCP without a connection, left to the local stack")		      \
	X(ICMP_UNRELATED, icmp_unrelated,				      \
	  "ICMP error about no connection, left to the local stack")	      \
	X(FROM_SERVER, from_server,					      \
	  "sent here by one of the service's servers, for the local one")     \
	X(LOCAL_NODE, local_node,					      \
	  "for the director as its own real server")			      \
	X(RESCHEDULED, rescheduled,					      \
	  "connection moved, because its server was removed or went away")    \
	X(ADOPTED, adopted,						      \
	  "TCP picked up in mid-stream, by the hash")			      \
	X(STATELESS, stateless,						      \
	  "forwarded by the hash, without an entry")			      \
	X(SERVICE_GONE, service_gone,					      \
	  "dropped: the connection's service was removed a moment ago")	      \
	X(SERVER_GONE, server_gone,					      \
	  "dropped: the connection waits for its server, which was removed")  \
	X(NO_SERVER, no_server,						      \
	  "no server can take it: rejected, dropped or left to the local stack") \
	X(BEYOND_SCOPE, beyond_scope,					      \
	  "dropped with an ICMP error: link-local client on another link")    \
	X(NO_ROUTE, no_route,						      \
	  "dropped: no route to the server, or no device")		      \
	X(NO_NEIGHBOUR, no_neighbour,					      \
	  "dropped: no neighbour entry for the server at the moment")	      \
	X(TTL_EXCEEDED, ttl_exceeded,					      \
	  "dropped with an ICMP error: the TTL or hop limit ran out")	      \
	X(TOO_BIG, too_big,						      \
	  "dropped with an ICMP error: larger than the server's MTU")	      \
	X(LRO, lro,							      \
	  "dropped: merged by a device's LRO, which must be off")	      \
	X(NO_MEMORY, no_memory,						      \
	  "dropped: no memory for the packet's headers")

enum drlb_counter {
#define X(id, name, about)	DRLB_COUNT_##id,
	DRLB_COUNTERS(X)
#undef X
	DRLB_COUNT_MAX
};

struct drlb_counter_text {
	const char *name;
	const char *about;
};

extern const struct drlb_counter_text drlb_counter_texts[DRLB_COUNT_MAX];

/**
 * struct drlb_counters - a CPU's share of a namespace's counters
 * @syncp: lets 32-bit machines read whole values
 * @value: packets, by enum drlb_counter
 */
struct drlb_counters {
	struct u64_stats_sync syncp;
	u64_stats_t value[DRLB_COUNT_MAX];
};

/* Context: softirq, or bottom halves disabled. */
static inline void drlb_count(struct drlb_counters __percpu *counters,
			      enum drlb_counter id)
{
	struct drlb_counters *c = this_cpu_ptr(counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->value[id]);
	u64_stats_update_end(&c->syncp);
}

/**
 * struct drlb_gauges - what a server, or a service, has now
 * @active: connections in an active state
 * @inactive: all others
 * @persistent: clients that stay with it
 */
struct drlb_gauges {
	u32 active;
	u32 inactive;
	u32 persistent;
};

/**
 * struct drlb_traffic - a CPU's share of a server's counters
 * @syncp: lets 32-bit machines read whole values
 * @packets: forwarded, a GSO packet counting as its segments
 * @bytes: of these, from the IP header on
 * @conns: connections scheduled
 */
struct drlb_traffic {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t conns;
};

/* Context: softirq, or bottom halves disabled. */
static inline void drlb_traffic_packet(struct drlb_traffic __percpu *traffic,
				       unsigned int packets, unsigned int bytes)
{
	struct drlb_traffic *t = this_cpu_ptr(traffic);

	u64_stats_update_begin(&t->syncp);
	u64_stats_add(&t->packets, packets);
	u64_stats_add(&t->bytes, bytes);
	u64_stats_update_end(&t->syncp);
}

static inline void drlb_traffic_conn(struct drlb_traffic __percpu *traffic)
{
	struct drlb_traffic *t = this_cpu_ptr(traffic);

	u64_stats_update_begin(&t->syncp);
	u64_stats_inc(&t->conns);
	u64_stats_update_end(&t->syncp);
}

/* struct drlb_totals - sums over the CPUs, and over servers */
struct drlb_totals {
	u64 packets;
	u64 bytes;
	u64 conns;
};

struct drlb_traffic_block;

struct drlb_counters __percpu *drlb_counters_alloc(void);
/* One for a server, of a block that is shared with others; zeroed.
 * Context: process.
 */
struct drlb_traffic __percpu *
drlb_traffic_alloc(struct drlb_traffic_block **from);
/* No packet may write to it any more. Context: process or softirq. */
void drlb_traffic_free(struct drlb_traffic_block *block,
		       struct drlb_traffic __percpu *traffic);
void drlb_counters_sum(const struct drlb_counters __percpu *counters,
		       u64 sum[DRLB_COUNT_MAX]);
void drlb_traffic_sum(const struct drlb_traffic __percpu *traffic,
		      struct drlb_totals *sum);

static inline void drlb_totals_add(struct drlb_totals *to,
				   const struct drlb_totals *from)
{
	to->packets += from->packets;
	to->bytes += from->bytes;
	to->conns += from->conns;
}

static inline void drlb_totals_sub(struct drlb_totals *from,
				   const struct drlb_totals *what)
{
	from->packets -= what->packets;
	from->bytes -= what->bytes;
	from->conns -= what->conns;
}

#endif /* _DRLB_STATS_H */
