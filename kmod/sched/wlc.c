// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted least connections: the server with the least load for its weight.
 * As in IPVS an active connection counts 256 times an inactive one, and of
 * equals the first is taken.
 *
 * Of a few servers each is looked at. Many play a tournament: a tree of matches,
 * in each of which the one of less load wins, and the final's winner is picked.
 * When a load changes, the matches above it are played again, up to where that
 * makes no difference. So a new connection costs as many matches as the number
 * of servers has binary digits, where a search would look at each of them.
 *
 * There is no lock. A CPU that changes something (a load, a state, a winner)
 * then reads the result of the match above it, and one that has written a result
 * then reads once more what that came from; between the two each has a full
 * barrier. So of two that meet at a match at least one sees what the other did,
 * and when all have done every result is right.
 */
#include "sched/sched.h"
#include "base/memory.h"

#include <linux/math64.h>
#include <linux/mm.h>

#define ACTIVE_LOAD	256

/* Up to this number of servers a look at each of them is cheaper: at the limit
 * it takes as many instructions as four matches played, checked and written.
 */
#define SEARCH_MAX	16

/* Implicit binary tree: node i plays node 2i against node 2i + 1, the root is
 * 1, and node n + k is server k.
 */
static u32 match_winner(const struct drlb_live *live, u32 node)
{
	return node < live->n ? READ_ONCE(live->winners[node]) : node - live->n;
}

static u64 server_load(const struct drlb_server *server)
{
	return (u64)atomic_read(&server->load.active) * ACTIVE_LOAD +
	       atomic_read(&server->load.inactive);
}

/* The products may have 70 bits, of which the lowest 32 are compared last. */
static noinline bool large_load_is_less(u64 load, u32 weight, u64 other,
					u32 other_weight)
{
	u64 a = mul_u64_u32_shr(load, other_weight, 32);
	u64 b = mul_u64_u32_shr(other, weight, 32);

	if (a != b)
		return a < b;

	return (u32)(load * other_weight) < (u32)(other * weight);
}

/* True if @load for @weight is less than @other for @other_weight, exactly. */
static __always_inline bool load_is_less(u64 load, u32 weight, u64 other,
					 u32 other_weight)
{
	if (unlikely((load | other) >> 32))
		return large_load_is_less(load, weight, other, other_weight);

	return load * other_weight < other * weight;
}

static bool first_wins(const struct drlb_live_entry *first,
		       const struct drlb_live_entry *second)
{
	if (unlikely(!drlb_server_usable(first->server)))
		return false;
	if (unlikely(!drlb_server_usable(second->server)))
		return true;

	return !load_is_less(server_load(second->server), second->weight,
			     server_load(first->server), first->weight);
}

static u32 match_play(const struct drlb_live *live, u32 node)
{
	u32 a = match_winner(live, node * 2);
	u32 b = match_winner(live, node * 2 + 1);
	u32 first = min(a, b), second = max(a, b);

	return first_wins(&live->entry[first], &live->entry[second]) ? first :
								       second;
}

/* True if the result is another one now. */
static bool match_repeat(const struct drlb_live *live, u32 node, u32 *winner)
{
	u32 before = READ_ONCE(live->winners[node]);
	bool changed = false;

	for (;;) {
		*winner = match_play(live, node);
		if (*winner == before)
			return changed;

		WRITE_ONCE(live->winners[node], *winner);
		smp_mb(); /* see above */
		before = *winner;
		changed = true;
	}
}

static void wlc_recount(const struct drlb_live *live, u32 index)
{
	u32 node, winner;

	smp_mb__after_atomic(); /* of the change; see above */
	for (node = (live->n + index) / 2; node; node /= 2) {
		if (!match_repeat(live, node, &winner) && winner != index)
			break;
	}
}

static int tournament_prepare(struct drlb_live *live)
{
	live->winners = kvcalloc(live->n, sizeof(*live->winners),
				 DRLB_GFP_CONFIG);

	return live->winners ? 0 : -ENOMEM;
}

static int wlc_prepare(struct drlb_live *live)
{
	return live->n > SEARCH_MAX ? tournament_prepare(live) : 0;
}

/* The entry of least load for its weight, of those that are usable if @usable,
 * or NULL.
 */
static __always_inline const struct drlb_live_entry *
search(const struct drlb_live *live, bool usable)
{
	const struct drlb_live_entry *entry, *best = NULL;
	u64 load, least = 0;

	for (entry = live->entry; entry < live->entry + live->n; entry++) {
		if (usable && !drlb_server_usable(entry->server))
			continue;

		load = server_load(entry->server);
		if (best && !load_is_less(load, entry->weight, least,
					  best->weight))
			continue;
		best = entry;
		least = load;
		if (!load)
			break;
	}

	return best;
}

static noinline struct drlb_server *
wlc_search_usable(const struct drlb_live *live)
{
	const struct drlb_live_entry *best = search(live, true);

	return best ? best->server : live->entry[0].server;
}

/* The live set is seldom behind: only the winner is asked. */
static struct drlb_server *wlc_search(const struct drlb_live *live)
{
	struct drlb_server *server = search(live, false)->server;

	return likely(drlb_server_usable(server)) ? server :
						     wlc_search_usable(live);
}

static struct drlb_server *wlc_pick(const struct drlb_pool *pool,
				    const struct drlb_live *live,
				    const struct drlb_packet *pkt)
{
	u32 winner;

	if (!live->winners)
		return wlc_search(live);

	/* One that has just become unusable may not have lost yet. */
	winner = match_winner(live, 1);

	return drlb_live_usable(live, winner);
}

const struct drlb_sched drlb_sched_wlc = {
	.name		= "wlc",
	.about		= "weighted least connections: the least loaded for its weight",
	.prepare	= wlc_prepare,
	.recount	= wlc_recount,
	.pick		= wlc_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/wlc.c"
#endif
