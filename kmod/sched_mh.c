// SPDX-License-Identifier: GPL-2.0
/*
 * Maglev hashing (Eisenbud et al., "Maglev: A Fast and Reliable Software
 * Network Load Balancer", NSDI 2016): each server has a permutation of the
 * table's slots, made from its address alone, and they take turns in claiming
 * their next free slot. Shares are even to a percent if the table has a hundred
 * slots a server, and a change of the servers moves little beside what it must.
 *
 * The keys are fixed and the servers take their turns by address, so that all
 * directors with the same servers have the same table, in whatever order these
 * were added. Weights: in each round a server earns its weight, and a turn
 * costs the greatest weight.
 */
#include "sched.h"
#include "memory.h"

#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#define SLOT_FREE	U16_MAX

/* "drlb" and what the hash is for: not secret, but the same everywhere. */
static const siphash_key_t key_offset = { { 0x64726c62ULL, 1 } };
static const siphash_key_t key_skip   = { { 0x64726c62ULL, 2 } };
static const siphash_key_t key_client = { { 0x64726c62ULL, 3 } };

struct claimant {
	u32 slot;
	u32 skip;
	u32 credit;
};

/* Thirty-two slots a server, at the least 251: good enough for a fallback, and
 * small where there are many services.
 */
u32 drlb_mh_default_size(u32 n)
{
	static const u32 primes[] = {
		251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65537, 131071,
		262139, 524287,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(primes); i++) {
		if (primes[i] / 32 >= n)
			return primes[i];
	}

	return DRLB_TABLE_SIZE_MAX;
}

static void claimant_init(struct claimant *c, const struct drlb_server *server,
			  u32 size, u8 family)
{
	size_t len = family == AF_INET ? sizeof(server->addr.ip) :
					 sizeof(server->addr.in6);

	c->slot = siphash(&server->addr, len, &key_offset) % size;
	c->skip = siphash(&server->addr, len, &key_skip) % (size - 1) + 1;
	c->credit = 0;
}

static u32 claim(u16 *table, u32 size, struct claimant *c)
{
	u32 slot;

	do {
		slot = c->slot;
		c->slot += c->skip;
		if (c->slot >= size)
			c->slot -= size;
	} while (table[slot] != SLOT_FREE);

	return slot;
}

int drlb_mh_build(struct drlb_pool *pool, u32 size, u8 family)
{
	u32 greatest = 0, claimed = 0, i;
	struct claimant *claimants;

	claimants = kvmalloc_array(pool->n, sizeof(*claimants), GFP_KERNEL);
	if (!claimants)
		return -ENOMEM;

	pool->table = kvmalloc_array(size, sizeof(*pool->table),
				     DRLB_GFP_CONFIG);
	if (!pool->table) {
		kvfree(claimants);
		return -ENOMEM;
	}
	pool->table_size = size;
	memset(pool->table, 0xff, size * sizeof(*pool->table));

	for (i = 0; i < pool->n; i++) {
		claimant_init(&claimants[i], pool->entry[i].server, size,
			      family);
		greatest = max(greatest, pool->entry[i].weight);
	}

	while (claimed < size) {
		for (i = 0; i < pool->n && claimed < size; i++) {
			struct claimant *c = &claimants[i];

			c->credit += pool->entry[i].weight;
			if (c->credit < greatest)
				continue;
			c->credit -= greatest;
			pool->table[claim(pool->table, size, c)] = i;
			claimed++;
		}
		cond_resched();
		/* Many servers of very different weights take many rounds. */
		if (fatal_signal_pending(current)) {
			kvfree(claimants);
			return -EINTR;
		}
	}

	kvfree(claimants);

	return 0;
}

/* Servers with one address, and only these, have one egress. */
static bool same_servers(const struct drlb_pool *a, const struct drlb_pool *b)
{
	u32 i;

	if (a->n != b->n)
		return false;

	for (i = 0; i < a->n; i++) {
		if (a->entry[i].server->egress != b->entry[i].server->egress ||
		    a->entry[i].weight != b->entry[i].weight)
			return false;
	}

	return true;
}

bool drlb_mh_copy(struct drlb_pool *pool, u32 size,
		  const struct drlb_pool *like)
{
	if (!like || like->table_size != size || !same_servers(pool, like))
		return false;

	pool->table = kvmalloc_array(size, sizeof(*pool->table),
				     DRLB_GFP_CONFIG);
	if (!pool->table)
		return false;

	pool->table_size = size;
	memcpy(pool->table, like->table, size * sizeof(*pool->table));

	return true;
}

static u64 client_hash(const struct drlb_pool *pool,
		       const struct drlb_packet *pkt)
{
	bool with_port = pool->hash == DRLB_HASH_SOURCE_PORT;
	const __be64 *addr;
	u32 port;

	if (pkt->family == AF_INET) {
		port = with_port ? ntohs(pkt->key4.sport) : 0;
		return siphash_2u32(ntohl(pkt->key4.saddr), port, &key_client);
	}

	port = with_port ? ntohs(pkt->key6.sport) : 0;
	addr = (const __be64 *)&pkt->key6.saddr;

	return siphash_3u64(be64_to_cpu(addr[0]), be64_to_cpu(addr[1]), port,
			    &key_client);
}

struct drlb_server *drlb_mh_pick(const struct drlb_pool *pool,
				 const struct drlb_packet *pkt)
{
	struct drlb_server *server;
	u32 slot, i;
	u64 hash;

	if (!pool->n)
		return NULL;

	/* Each high half of the product is a hash of its own: when a server is
	 * unusable its clients spread over all others, and the same way on all
	 * directors.
	 */
	hash = client_hash(pool, pkt);
	for (i = 0; i < 8; i++) {
		slot = reciprocal_scale(hash >> 32, pool->table_size);
		server = pool->entry[pool->table[slot]].server;
		if (drlb_server_usable(server))
			return server;
		hash = hash * 0x9e3779b97f4a7c15ULL + 1;
	}

	slot = reciprocal_scale(hash >> 32, pool->n);
	for (i = 0; i < pool->n; i++) {
		server = pool->entry[slot].server;
		if (drlb_server_usable(server))
			return server;
		if (++slot == pool->n)
			slot = 0;
	}

	return NULL;
}

const struct drlb_sched drlb_sched_mh = {
	.name	= "mh",
	.adopts	= true,
	.pick	= drlb_mh_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/sched_mh.c"
#endif
