/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SELFTEST_HASHED_H
#define _DRLB_SELFTEST_HASHED_H

/*
 * Disciplines that hash, against a second implementation made from their
 * description: random packets for random pools, with all servers up and with
 * some of them down.
 */
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/siphash.h>

#include "pool.h"

#define HASHED_POOLS	60
#define HASHED_PACKETS	100
#define HASHED_SLOTS	509

/* The number that the table is asked by. */
typedef u64 (*hash_fn)(const struct drlb_packet *pkt);

static inline u64 __init hash_of(u8 family, const void *addr, u16 port)
{
	static const siphash_key_t key = { { 0x64726c62ULL, 3 } };
	const u8 *byte = addr;

	if (family == AF_INET)
		return siphash_1u64((u64)port << 32 | get_unaligned_be32(byte),
				    &key);

	return siphash_3u64(get_unaligned_be64(byte),
			    get_unaligned_be64(byte + 8), port, &key);
}

static inline const void *__init source_of(const struct drlb_packet *pkt)
{
	return pkt->family == AF_INET ? (const void *)&pkt->key.v4.saddr :
					&pkt->key.v6.saddr;
}

static inline const void *__init destination_of(const struct drlb_packet *pkt)
{
	return pkt->family == AF_INET ? (const void *)&pkt->key.v4.daddr :
					&pkt->key.v6.daddr;
}

static inline u16 __init port_of(const struct drlb_packet *pkt)
{
	return ntohs(pkt->family == AF_INET ? pkt->key.v4.sport :
					      pkt->key.v6.sport);
}

static u32 __init hashed_weight(const struct drlb_sched *sched,
				const struct weights *w, u32 i)
{
	return sched->flat ? !!weight_of(w, i) : weight_of(w, i);
}

/* Let server @i claim the next slot of its permutation that is free. */
static void __init hashed_claim(s8 *table, const struct test_pool *t,
				u8 family, u32 i)
{
	static const siphash_key_t offset = { { 0x64726c62ULL, 1 } };
	static const siphash_key_t skip = { { 0x64726c62ULL, 2 } };
	const void *addr = &t->servers[i].load.addr;
	size_t len = family == AF_INET ? 4 : 16;
	u32 slot, step;

	div_u64_rem(siphash(addr, len, &offset), HASHED_SLOTS, &slot);
	div_u64_rem(siphash(addr, len, &skip), HASHED_SLOTS - 1, &step);
	while (table[slot] >= 0)
		slot = (slot + step + 1) % HASHED_SLOTS;
	table[slot] = i;
}

/* In each round a server earns its weight; a slot costs the greatest one. */
static void __init hashed_deal(s8 *table, const struct test_pool *t,
			       const struct weights *w, u8 family)
{
	const struct drlb_sched *sched = t->pool->conf.sched;
	u32 earned[LISTED] = {}, greatest = 0, claimed = 0, i;

	for (i = 0; i < w->n; i++)
		greatest = max(greatest, hashed_weight(sched, w, i));

	memset(table, -1, HASHED_SLOTS);
	while (greatest && claimed < HASHED_SLOTS) {
		for (i = 0; i < w->n && claimed < HASHED_SLOTS; i++) {
			earned[i] += hashed_weight(sched, w, i);
			if (earned[i] < greatest)
				continue;
			earned[i] -= greatest;
			hashed_claim(table, t, family, i);
			claimed++;
		}
	}
}

/* The server's number, or -1. */
static int __init hashed_right(const s8 *table, const struct test_pool *t,
			       const struct weights *w, u64 hash)
{
	int server = table[(hash >> 32) * HASHED_SLOTS >> 32];
	u32 usable[LISTED], n = 0, i;

	for (i = 0; i < w->n; i++) {
		if (weight_of(w, i) && t->servers[i].egress == &t->up)
			usable[n++] = i;
	}
	if (!n || t->servers[server].egress == &t->up)
		return n ? server : -1;

	hash = hash * 0x9e3779b97f4a7c15ULL + 1;

	return usable[(hash >> 32) * n >> 32];
}

static bool __init hashed_picks(struct test_pool *t, const s8 *table,
				const struct weights *w, u8 family,
				hash_fn hash, struct rnd_state *rnd)
{
	struct drlb_packet pkt = { .family = family };
	int i;

	for (i = 0; i < HASHED_PACKETS; i++) {
		prandom_bytes_state(rnd, &pkt.key, sizeof(pkt.key));
		if (test_pool_pick(t, &pkt) !=
		    hashed_right(table, t, w, hash(&pkt)))
			return false;
	}

	return true;
}

static void __init hashed_weights(struct weights *w, struct rnd_state *rnd)
{
	u32 i;

	w->n = 1 + prandom_u32_state(rnd) % LISTED;
	for (i = 0; i < w->n; i++)
		w->weight[i] = prandom_u32_state(rnd) % 4 ?
			       1 + prandom_u32_state(rnd) % 100 : 0;
}

/* Servers go down, and all of them come back. */
static bool __init hashed_is_right(const struct drlb_sched *sched, u8 family,
				   u8 by, hash_fn hash, struct rnd_state *rnd)
{
	struct drlb_pool_conf conf = {
		.sched		= sched,
		.table_size	= HASHED_SLOTS,
		.hash		= by,
	};
	s8 table[HASHED_SLOTS];
	struct test_pool t;
	struct weights w;
	bool good;
	u32 i;

	hashed_weights(&w, rnd);
	good = test_pool_init(&t, &conf, &w, family);
	if (!good)
		goto out;

	hashed_deal(table, &t, &w, family);
	good = hashed_picks(&t, table, &w, family, hash, rnd);
	for (i = 0; i < w.n; i++) {
		if (prandom_u32_state(rnd) % 2)
			t.servers[i].egress = &t.down;
	}
	good = good && test_pool_refresh(&t) &&
	       hashed_picks(&t, table, &w, family, hash, rnd);
	for (i = 0; i < w.n; i++)
		t.servers[i].egress = &t.up;
	good = good && test_pool_refresh(&t) &&
	       hashed_picks(&t, table, &w, family, hash, rnd);
out:
	test_pool_exit(&t);
	return good;
}

/* Services say @by, enum drlb_hash. */
static void __init check_hashed(struct selftest *st,
				const struct drlb_sched *sched, u8 by,
				hash_fn hash)
{
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, by + 1);
	for (i = 0; i < HASHED_POOLS; i++)
		check(st, hashed_is_right(sched, i & 1 ? AF_INET6 : AF_INET,
					  by, hash, &rnd));
}

#endif /* _DRLB_SELFTEST_HASHED_H */
