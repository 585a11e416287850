// SPDX-License-Identifier: GPL-2.0
/*
 * Maglev hashing of clients (server/maglev.c): the same client comes to the
 * same server on every director that has the same servers.
 */
#include "proto/proto.h"
#include "sched/sched.h"

#include <linux/siphash.h>

/* "drlb" and the purpose of the hash: not secret, but the same everywhere. */
static const siphash_key_t key_packet = { { 0x64726c62ULL, 3 } };

static u64 hash4(__be32 addr, u32 port)
{
	return siphash_2u32(ntohl(addr), port, &key_packet);
}

static u64 hash6(const struct in6_addr *addr, u32 port)
{
	const __be64 *half = (const __be64 *)addr;

	return siphash_3u64(be64_to_cpu(half[0]), be64_to_cpu(half[1]), port,
			    &key_packet);
}

static u64 packet_hash(const struct drlb_pool *pool,
		       const struct drlb_packet *pkt)
{
	bool with_port = pool->conf.hash == DRLB_HASH_SOURCE_PORT;
	bool by_source = pool->conf.hash != DRLB_HASH_DESTINATION;

	if (pkt->family == AF_INET)
		return hash4(by_source ? pkt->key.v4.saddr : pkt->key.v4.daddr,
			     with_port ? ntohs(pkt->key.v4.sport) : 0);

	return hash6(by_source ? &pkt->key.v6.saddr : &pkt->key.v6.daddr,
		     with_port ? ntohs(pkt->key.v6.sport) : 0);
}

static struct drlb_server *table_server(const struct drlb_pool *pool, u64 hash)
{
	u32 slot = reciprocal_scale(hash >> 32, pool->table_size);

	return pool->member[pool->table[slot]].server;
}

/* The high half of the hash chooses from the table, in which all servers are.
 * If that one cannot be used, the hash of the hash chooses from those that can
 * be: the clients of an unusable server spread over all others, in the same
 * way on all directors that see the same servers up. All other clients keep
 * their servers.
 */
static __always_inline struct drlb_server *
find_hashed(const struct drlb_pool *pool, const struct drlb_live *live,
	    const struct drlb_packet *pkt, bool may_be_full)
{
	struct drlb_server *server;
	u64 hash;

	if (!pool->n)
		return NULL;

	hash = packet_hash(pool, pkt);
	server = table_server(pool, hash);
	if (likely(may_be_full ? drlb_server_reachable(server) :
				 drlb_server_usable(server)))
		return server;
	if (!live->n)
		return NULL;

	hash = hash * 0x9e3779b97f4a7c15ULL + 1;

	return drlb_live_usable(live, reciprocal_scale(hash >> 32, live->n));
}

struct drlb_server *drlb_sched_hashed(const struct drlb_pool *pool,
				      const struct drlb_live *live,
				      const struct drlb_packet *pkt)
{
	return find_hashed(pool, live, pkt, true);
}

/* A connection in mid-stream is none that a full server would get in addition. */
struct drlb_server *drlb_sched_hash_pick(const struct drlb_pool *pool,
					 const struct drlb_live *live,
					 const struct drlb_packet *pkt)
{
	return find_hashed(pool, live, pkt, !drlb_event_is_movable(pkt->event));
}

struct drlb_server *drlb_sched_blind(const struct drlb_pool *pool,
				     const struct drlb_packet *pkt)
{
	struct drlb_server *server;

	if (!pool->n)
		return NULL;

	server = table_server(pool, packet_hash(pool, pkt));

	return READ_ONCE(server->full) ? NULL : server;
}

const struct drlb_sched drlb_sched_mh = {
	.name	= "mh",
	.about	= "Maglev hashing: a client's server, the same on every director",
	.adopts	= true,
	.pick	= drlb_sched_hash_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/mh.c"
#endif
