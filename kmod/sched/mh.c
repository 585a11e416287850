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
 * costs the greatest weight. A heap knows whose turn is next, for a stranger may
 * be who gives the weights: by rounds, in which one of thousands has a turn,
 * the largest table would take a minute.
 */
#include "sched/sched.h"
#include "base/memory.h"

#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
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
	u32 turns;
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

	div_u64_rem(siphash(&server->addr, len, &key_offset), size, &c->slot);
	div_u64_rem(siphash(&server->addr, len, &key_skip), size - 1, &c->skip);
	c->skip++;
	c->turns = 0;
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

/* The next turn of server @i: its round, and the server's place in that. The
 * greatest weight and the greatest table make it 52 bits.
 */
static u64 turn_next(struct claimant *c, const struct drlb_pool *pool,
		     u32 greatest, u32 i)
{
	u64 cost;

	c[i].turns++;
	cost = (u64)c[i].turns * greatest;

	return DIV64_U64_ROUND_UP(cost, pool->entry[i].weight) << 16 | i;
}

/* Let what is at @i of the heap sink to where nothing below is less. */
static void turns_sift(u64 *turns, u32 n, u32 i)
{
	u64 turn = turns[i];
	u32 child;

	for (; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && turns[child + 1] < turns[child])
			child++;
		if (turn <= turns[child])
			break;
		turns[i] = turns[child];
	}
	turns[i] = turn;
}

static void table_fill(struct drlb_pool *pool, struct claimant *c, u64 *turns,
		       u32 greatest)
{
	u32 claimed, i;

	for (i = 0; i < pool->n; i++)
		turns[i] = turn_next(c, pool, greatest, i);
	for (i = pool->n / 2; i--;)
		turns_sift(turns, pool->n, i);

	for (claimed = 0; claimed < pool->table_size; claimed++) {
		i = turns[0] & U16_MAX;
		pool->table[claim(pool->table, pool->table_size, &c[i])] = i;
		turns[0] = turn_next(c, pool, greatest, i);
		turns_sift(turns, pool->n, 0);
		if (claimed % 1024 == 0)
			cond_resched();
	}
}

int drlb_mh_build(struct drlb_pool *pool, u32 size, u8 family)
{
	struct claimant *claimants;
	u32 greatest = 0, i;
	int err = -ENOMEM;
	u64 *turns;

	claimants = kvmalloc_array(pool->n, sizeof(*claimants), GFP_KERNEL);
	turns = kvmalloc_array(pool->n, sizeof(*turns), GFP_KERNEL);
	if (!claimants || !turns)
		goto out;

	pool->table = kvmalloc_array(size, sizeof(*pool->table),
				     DRLB_GFP_CONFIG);
	if (!pool->table)
		goto out;

	pool->table_size = size;
	memset(pool->table, 0xff, size * sizeof(*pool->table));
	for (i = 0; i < pool->n; i++) {
		claimant_init(&claimants[i], pool->entry[i].server, size,
			      family);
		greatest = max(greatest, pool->entry[i].weight);
	}
	table_fill(pool, claimants, turns, greatest);
	err = 0;
out:
	kvfree(turns);
	kvfree(claimants);

	return err;
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

	return drlb_pool_usable(pool, reciprocal_scale(hash >> 32, pool->n));
}

const struct drlb_sched drlb_sched_mh = {
	.name	= "mh",
	.adopts	= true,
	.pick	= drlb_mh_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/mh.c"
#endif
