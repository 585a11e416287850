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

#include <linux/mm.h>

#define ACTIVE_LOAD	256

/* Servers up to which to look at each of them is cheaper: by then it takes as
 * many instructions as four matches played, checked and written.
 */
#define SEARCH_MAX	16

/* Match @node is between @node * 2 and @node * 2 + 1; the final is 1, and what is
 * not below the number of servers is that number more than a server's index.
 */
static u32 match_winner(const struct drlb_pool *pool, u32 node)
{
	return node < pool->n ? READ_ONCE(pool->winners[node]) : node - pool->n;
}

static u64 server_load(const struct drlb_server *server)
{
	return (u64)atomic_read(&server->active) * ACTIVE_LOAD +
	       atomic_read(&server->inactive);
}

static bool first_wins(const struct drlb_pool_entry *first,
		       const struct drlb_pool_entry *second)
{
	if (unlikely(!drlb_server_usable(first->server)))
		return false;
	if (unlikely(!drlb_server_usable(second->server)))
		return true;

	return server_load(first->server) * second->weight <=
	       server_load(second->server) * first->weight;
}

static u32 match_play(const struct drlb_pool *pool, u32 node)
{
	u32 a = match_winner(pool, node * 2);
	u32 b = match_winner(pool, node * 2 + 1);
	u32 first = min(a, b), second = max(a, b);

	return first_wins(&pool->entry[first], &pool->entry[second]) ? first :
								       second;
}

/* True if the result is another one now. */
static bool match_repeat(const struct drlb_pool *pool, u32 node, u32 *winner)
{
	u32 before = READ_ONCE(pool->winners[node]);
	bool changed = false;

	for (;;) {
		*winner = match_play(pool, node);
		if (*winner == before)
			return changed;

		WRITE_ONCE(pool->winners[node], *winner);
		smp_mb(); /* see above */
		before = *winner;
		changed = true;
	}
}

static void wlc_recount(const struct drlb_pool *pool, u32 index)
{
	u32 node, winner;

	smp_mb__after_atomic(); /* of the change; see above */
	for (node = (pool->n + index) / 2; node; node /= 2) {
		if (!match_repeat(pool, node, &winner) && winner != index)
			break;
	}
}

static int tournament_prepare(struct drlb_pool *pool)
{
	pool->winners = kvcalloc(pool->n, sizeof(*pool->winners),
				 DRLB_GFP_CONFIG);

	return pool->winners ? 0 : -ENOMEM;
}

static int wlc_prepare(struct drlb_pool *pool)
{
	return pool->n > SEARCH_MAX ? tournament_prepare(pool) : 0;
}

static struct drlb_server *wlc_search(const struct drlb_pool *pool)
{
	const struct drlb_pool_entry *entry, *best = NULL;
	u64 load, least = 0;

	for (entry = pool->entry; entry < pool->entry + pool->n; entry++) {
		if (!drlb_server_usable(entry->server))
			continue;

		load = server_load(entry->server);
		if (best && load * best->weight >= least * entry->weight)
			continue;
		best = entry;
		least = load;
		if (!load)
			break;
	}

	return best ? best->server : NULL;
}

static struct drlb_server *wlc_pick(const struct drlb_pool *pool,
				    const struct drlb_packet *pkt)
{
	struct drlb_server *server;

	if (!pool->winners)
		return wlc_search(pool);

	/* One that has just become unusable may not have lost yet. */
	server = pool->entry[match_winner(pool, 1)].server;

	return likely(drlb_server_usable(server)) ? server : wlc_search(pool);
}

const struct drlb_sched drlb_sched_wlc = {
	.name		= "wlc",
	.prepare	= wlc_prepare,
	.recount	= wlc_recount,
	.pick		= wlc_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/wlc.c"
#endif
