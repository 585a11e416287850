/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_LEAST_H
#define _DRLB_LEAST_H

#include "sched/sched.h"

/*
 * Disciplines that pick the server of the least cost, or of the least cost for
 * its weight. Of equals the first one by address is taken.
 *
 * Of a few servers each is looked at. Many play a tournament: a tree of matches,
 * in each of which the one of less cost wins, and the final's winner is picked.
 * When a load changes, the matches above it are played again, up to where that
 * makes no difference. So a new connection costs as many matches as the number
 * of servers has binary digits, where a search would look at each of them.
 *
 * There is no lock. A CPU that changes something (a load, a state, a winner)
 * then reads the result of the match above it, and one that has written a result
 * then reads once more what that came from; between the two each has a full
 * barrier. So of two that meet at a match at least one sees what the other did,
 * and when all have done every result is right.
 *
 * A discipline is a constant struct drlb_least; the functions here are compiled
 * into it, so that there are no calls by pointer.
 */

/**
 * struct drlb_least - a discipline of this kind
 * @cost: of a server, at most 40 bits; it goes by the server's load, its weight
 *	or both
 * @by_weight: costs are compared by weight
 * @floor: the first server with this cost wins, and a search ends with it;
 *	U64_MAX if there is no such cost
 */
struct drlb_least {
	u64 (*cost)(const struct drlb_server *server);
	bool by_weight;
	u64 floor;
};

/* Up to this number of servers a look at each of them is cheaper: at the limit
 * it takes as many instructions as four matches played, checked and written.
 */
#define DRLB_LEAST_SEARCH_MAX	16

/* least.c: have a tournament if there are many servers, or in any case. */
int drlb_least_prepare(struct drlb_live *live);
int drlb_least_prepare_tournament(struct drlb_live *live);
/* least.c: drlb_least_less() for products of up to 70 bits. */
bool drlb_least_less_large(u64 cost, u32 weight, u64 other, u32 other_weight)
	__attribute_const__;
/* least.c: the entry of least cost of those that are usable, or NULL. It calls
 * by pointer: few packets come here.
 */
const struct drlb_live_entry *
drlb_least_search_usable(const struct drlb_least *least,
			 const struct drlb_live *live);

/* What IPVS calls the overhead of a server: its connections, of which an active
 * one counts 257 times an inactive one. It is 256 times in the words of IPVS's
 * documentation; but the sum that its code adds has the active ones in it.
 */
static inline u64 drlb_least_overhead(const struct drlb_server *server)
{
	u32 active = atomic_read(&server->load.active);
	u32 inactive = atomic_read(&server->load.inactive);

	return (u64)active * 257 + inactive;
}

/* True if @cost for @weight is less than @other for @other_weight, exactly. */
static __always_inline bool drlb_least_less(u64 cost, u32 weight, u64 other,
					    u32 other_weight)
{
	if (unlikely((cost | other) >> 32))
		return drlb_least_less_large(cost, weight, other, other_weight);

	return cost * other_weight < other * weight;
}

static __always_inline u32 drlb_least_weight(const struct drlb_least *least,
					     const struct drlb_live_entry *entry)
{
	return least->by_weight ? entry->weight : 1;
}

/* ---- the tournament ------------------------------------------------------- */

/* Implicit binary tree: node i plays node 2i against node 2i + 1, the root is
 * 1, and node n + k is server k.
 */
static inline u32 drlb_match_winner(const struct drlb_live *live, u32 node)
{
	return node < live->n ? READ_ONCE(live->winners[node]) : node - live->n;
}

static __always_inline bool
drlb_match_first_wins(const struct drlb_least *least,
		      const struct drlb_live_entry *first,
		      const struct drlb_live_entry *second)
{
	if (unlikely(!drlb_server_usable(first->server)))
		return false;
	if (unlikely(!drlb_server_usable(second->server)))
		return true;

	return !drlb_least_less(least->cost(second->server),
				drlb_least_weight(least, second),
				least->cost(first->server),
				drlb_least_weight(least, first));
}

static __always_inline u32 drlb_match_play(const struct drlb_least *least,
					   const struct drlb_live *live,
					   u32 node)
{
	u32 a = drlb_match_winner(live, node * 2);
	u32 b = drlb_match_winner(live, node * 2 + 1);
	u32 first = min(a, b), second = max(a, b);

	return drlb_match_first_wins(least, &live->entry[first],
				     &live->entry[second]) ? first : second;
}

/* True if the result is another one now. */
static __always_inline bool drlb_match_repeat(const struct drlb_least *least,
					      const struct drlb_live *live,
					      u32 node, u32 *winner)
{
	u32 before = READ_ONCE(live->winners[node]);
	bool changed = false;

	for (;;) {
		*winner = drlb_match_play(least, live, node);
		if (*winner == before)
			return changed;

		WRITE_ONCE(live->winners[node], *winner);
		smp_mb(); /* see above */
		before = *winner;
		changed = true;
	}
}

/* For drlb_sched.recount. */
static __always_inline void drlb_least_recount(const struct drlb_least *least,
					       const struct drlb_live *live,
					       u32 index)
{
	u32 node, winner;

	smp_mb__after_atomic(); /* of the change; see above */
	for (node = (live->n + index) / 2; node; node /= 2) {
		if (!drlb_match_repeat(least, live, node, &winner) &&
		    winner != index)
			break;
	}
}

/* ---- the search ----------------------------------------------------------- */

/* The entry of least cost, of those that are usable if @usable, or NULL. */
static __always_inline const struct drlb_live_entry *
drlb_least_search(const struct drlb_least *least, const struct drlb_live *live,
		  bool usable)
{
	const struct drlb_live_entry *end = live->entry + live->n;
	const struct drlb_live_entry *entry, *best = NULL;
	u64 cost, lowest = 0;

	for (entry = live->entry; entry < end; entry++) {
		if (usable && !drlb_server_usable(entry->server))
			continue;

		cost = least->cost(entry->server);
		if (best && !drlb_least_less(cost,
					     drlb_least_weight(least, entry),
					     lowest,
					     drlb_least_weight(least, best)))
			continue;
		best = entry;
		lowest = cost;
		if (cost == least->floor)
			break;
	}

	return best;
}

/* For drlb_sched.pick. The live set is seldom behind, so the winner alone is
 * asked whether it is usable.
 */
static __always_inline struct drlb_server *
drlb_least_pick(const struct drlb_least *least, const struct drlb_live *live)
{
	const struct drlb_live_entry *best;

	/* One that has just become unusable may not have lost yet. */
	if (live->winners)
		return drlb_live_usable(live, drlb_match_winner(live, 1));

	best = drlb_least_search(least, live, false);
	if (unlikely(!drlb_server_usable(best->server)))
		best = drlb_least_search_usable(least, live) ?: best;

	return best->server;
}

#endif /* _DRLB_LEAST_H */
