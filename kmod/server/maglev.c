// SPDX-License-Identifier: GPL-2.0
/*
 * Maglev hashing (Eisenbud et al., "Maglev: A Fast and Reliable Software
 * Network Load Balancer", NSDI 2016): each node has a permutation of the
 * table's slots, made from its identity alone, and the nodes take turns in
 * claiming their next free slot. Shares are even to a percent if the table has
 * a hundred slots a node, and a change of the nodes moves little beside what
 * it must.
 *
 * The keys are fixed and the nodes take their turns in the order given, so
 * that all directors with the same servers have the same table. Weights: in
 * each round a node earns its weight, and a turn costs the greatest weight. A
 * heap knows whose turn is next. The weights may be a stranger's: by rounds in
 * which one of thousands has a turn, the largest table would take a minute.
 */
#include "server/maglev.h"

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include <drlb.h>

#define SLOT_FREE	U16_MAX

/* "drlb" and the purpose of the hash: not secret, but the same everywhere. */
static const siphash_key_t key_offset = { { 0x64726c62ULL, 1 } };
static const siphash_key_t key_skip   = { { 0x64726c62ULL, 2 } };

/**
 * struct claimant - a node while the table is filled
 * @slot: where it looks next
 * @skip: its step
 * @turns: how many it has had
 */
struct claimant {
	u32 slot;
	u32 skip;
	u32 turns;
};

/* The next turn of a node: its round, and the node's place in that. */
struct turn {
	u64 round;
	u32 node;
};

/* Thirty-two slots a node, and at least 251. */
u32 drlb_maglev_default_size(u32 n)
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

bool drlb_maglev_is_prime(u32 number)
{
	u32 i;

	for (i = 2; i * i <= number; i++) {
		if (number % i == 0)
			return false;
	}

	return number > 1;
}

static void claimant_init(struct claimant *c, u32 size,
			  const struct drlb_maglev_node *node)
{
	div_u64_rem(siphash(node->id, node->id_len, &key_offset), size,
		    &c->slot);
	div_u64_rem(siphash(node->id, node->id_len, &key_skip), size - 1,
		    &c->skip);
	c->skip++;
	c->turns = 0;
}

static u32 claim(const u16 *table, u32 size, struct claimant *c)
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

/* At most 655373 turns at the cost of a weight of 31 bits: 51 bits. */
static u64 next_round(struct claimant *c, u32 weight, u32 greatest)
{
	u64 cost;

	c->turns++;
	cost = (u64)c->turns * greatest;

	return DIV64_U64_ROUND_UP(cost, weight);
}

static bool turn_before(const struct turn *a, const struct turn *b)
{
	return a->round != b->round ? a->round < b->round : a->node < b->node;
}

/* Let the turn at @i of the heap sink to where none below it comes before. */
static void turns_sift(struct turn *turns, u32 n, u32 i)
{
	struct turn turn = turns[i];
	u32 child;

	for (; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n &&
		    turn_before(&turns[child + 1], &turns[child]))
			child++;
		if (!turn_before(&turns[child], &turn))
			break;
		turns[i] = turns[child];
	}
	turns[i] = turn;
}

static void table_fill(u16 *table, u32 size,
		       const struct drlb_maglev_node *nodes, u32 n,
		       struct claimant *c, struct turn *turns)
{
	u32 greatest = 0, claimed, i;

	for (i = 0; i < n; i++) {
		claimant_init(&c[i], size, &nodes[i]);
		greatest = max(greatest, nodes[i].weight);
	}
	for (i = 0; i < n; i++) {
		turns[i].node = i;
		turns[i].round = next_round(&c[i], nodes[i].weight, greatest);
	}
	for (i = n / 2; i--;)
		turns_sift(turns, n, i);

	memset(table, 0xff, size * sizeof(*table));
	for (claimed = 0; claimed < size; claimed++) {
		i = turns[0].node;
		table[claim(table, size, &c[i])] = i;
		turns[0].round = next_round(&c[i], nodes[i].weight, greatest);
		turns_sift(turns, n, 0);
		if (claimed % 1024 == 0)
			cond_resched();
	}
}

int drlb_maglev_fill(u16 *table, u32 size,
		     const struct drlb_maglev_node *nodes, u32 n)
{
	struct claimant *claimants;
	struct turn *turns;
	int err = -ENOMEM;

	claimants = kvmalloc_array(n, sizeof(*claimants), GFP_KERNEL);
	turns = kvmalloc_array(n, sizeof(*turns), GFP_KERNEL);
	if (claimants && turns) {
		table_fill(table, size, nodes, n, claimants, turns);
		err = 0;
	}
	kvfree(turns);
	kvfree(claimants);

	return err;
}

#ifdef DRLB_SELFTEST
#include "selftest/maglev.c"
#endif
