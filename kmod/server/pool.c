// SPDX-License-Identifier: GPL-2.0
#include "server/pool.h"
#include "base/memory.h"
#include "server/maglev.h"

#include <linux/gcd.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

/* ---- live sets ----------------------------------------------------------- */

static void drlb_live_changed(const struct drlb_follower *follower)
{
	const struct drlb_live_entry *entry;
	const struct drlb_live *live;

	entry = container_of(follower, struct drlb_live_entry, follower);
	live = container_of(entry - entry->index, struct drlb_live, entry[0]);
	live->sched->recount(live, entry->index);
}

static void live_destroy(struct drlb_live *live)
{
	kvfree(live->winners);
	kvfree(live->macs);
	kvfree(live);
}

static void live_free(struct rcu_head *rcu)
{
	live_destroy(container_of(rcu, struct drlb_live, rcu));
}

/* Weights are in lowest terms: it is their ratio that counts. */
static void live_sum_weights(struct drlb_live *live)
{
	unsigned long divisor = 0;
	u32 i;

	for (i = 0; i < live->n; i++)
		divisor = gcd(divisor, live->entry[i].weight);

	for (i = 0; i < live->n; i++) {
		live->entry[i].weight /= divisor;
		live->weight += live->entry[i].weight;
		live->entry[i].end = live->weight;
		live->entry[i].index = i;
		live->entry[i].follower.changed = drlb_live_changed;
	}
}

/* Two thirds of the slots stay free at least: most searches end in the first
 * one.
 */
static int live_note_macs(struct drlb_live *live, const struct drlb_pool *pool)
{
	struct drlb_egress_info info;
	u32 slots, i;
	u64 mac;

	if (!pool->all)
		return 0;

	slots = roundup_pow_of_two(3 * pool->all);
	live->macs = kvcalloc(slots, sizeof(*live->macs), DRLB_GFP_CONFIG);
	if (!live->macs)
		return -ENOMEM;

	live->macs_shift = 64 - ilog2(slots);
	for (i = 0; i < pool->all; i++) {
		struct drlb_server *server = pool->member[i].server;

		drlb_egress_describe(server->egress, &info);
		if (info.state == DRLB_SERVER_LOCAL)
			live->local = server;
		if (info.lladdr_len != ETH_ALEN)
			continue;
		mac = drlb_mac_number(info.lladdr);
		live->macs[drlb_live_mac_slot(live, mac)] = mac;
	}

	return 0;
}

/* Note which server had the last turn of rr. Without a turn since @before that
 * is the same one as it was then, though it may have gone meanwhile.
 */
static void live_note_last(struct drlb_live *live, const struct drlb_pool *pool,
			   const struct drlb_live *before)
{
	u64 last;

	live->begun = atomic64_read(pool->cursor);
	if (!before)
		return;

	live->last = before->last;
	if (!before->n || live->begun == before->begun)
		return;
	div64_u64_rem(live->begun + before->offset, before->n, &last);
	live->last = *drlb_server_addr(before->entry[last].server);
}

/* Let the turns go on with the server that follows the last one, by address,
 * whatever was added or removed meanwhile.
 */
static void live_go_on(struct drlb_live *live)
{
	const union nf_inet_addr *addr;
	u64 turn;
	u32 next;

	for (next = 0; next < live->n; next++) {
		addr = drlb_server_addr(live->entry[next].server);
		if (drlb_addr_cmp(addr, &live->last) > 0)
			break;
	}
	div64_u64_rem(live->begun + 1, live->n, &turn);
	live->offset = (next % live->n + live->n - turn) % live->n;
}

struct drlb_live *drlb_live_create(const struct drlb_pool *pool,
				   const struct drlb_live *before)
{
	struct drlb_live *live;
	int err;
	u32 i;

	live = kvzalloc(struct_size(live, entry, pool->n), DRLB_GFP_CONFIG);
	if (!live)
		return ERR_PTR(-ENOMEM);

	live->sched = pool->conf.sched;
	for (i = 0; i < pool->n; i++) {
		const struct drlb_server *server = pool->member[i].server;

		if (READ_ONCE(server->full) ||
		    !drlb_egress_usable(server->egress))
			continue;
		live->entry[live->n].server = pool->member[i].server;
		live->entry[live->n].weight = pool->member[i].weight;
		live->n++;
	}

	live_note_last(live, pool, before);
	err = live_note_macs(live, pool);
	if (!err && live->n) {
		live_sum_weights(live);
		live_go_on(live);
		if (live->sched->prepare)
			err = live->sched->prepare(live);
	}
	if (err) {
		live_destroy(live);
		return ERR_PTR(err);
	}

	return live;
}

/* Have the loads of the servers of @pool followed in @live. */
static void live_enter(const struct drlb_pool *pool, struct drlb_live *live)
{
	u32 i;

	for (i = 0; i < pool->all; i++)
		RCU_INIT_POINTER(pool->member[i].server->load.follower, NULL);
	if (!live->winners)
		return;

	for (i = 0; i < live->n; i++)
		rcu_assign_pointer(live->entry[i].server->load.follower,
				   &live->entry[i].follower);

	/* Pairs with the barrier in drlb_load_changed(): a change that still
	 * found no follower is read here.
	 */
	smp_mb();
	for (i = 0; i < live->n; i++)
		live->sched->recount(live, i);
}

void drlb_pool_enter(struct drlb_pool *pool)
{
	live_enter(pool, rcu_dereference_protected(pool->live, true));
}

void drlb_pool_set_live(struct drlb_pool *pool, struct drlb_live *live)
{
	struct drlb_live *before;

	live_enter(pool, live);
	before = rcu_replace_pointer(pool->live, live, true);
	call_rcu(&before->rcu, live_free);
}

/* ---- pools --------------------------------------------------------------- */

static void pool_set_members(struct drlb_pool *pool,
			     const struct drlb_member *members, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (members[i].weight)
			pool->member[pool->n++] = members[i];
	}
	pool->all = pool->n;
	for (i = 0; i < n; i++) {
		if (!members[i].weight)
			pool->member[pool->all++] = members[i];
	}
}

static u32 table_weight(const struct drlb_pool *pool, u32 i)
{
	return pool->conf.sched->flat ? 1 : pool->member[i].weight;
}

/* True if the servers and their shares are the same. Servers with one address,
 * and only these, have one egress.
 */
static bool same_members(const struct drlb_pool *a, const struct drlb_pool *b)
{
	u32 i;

	if (a->n != b->n)
		return false;

	for (i = 0; i < a->n; i++) {
		if (a->member[i].server->egress != b->member[i].server->egress ||
		    table_weight(a, i) != table_weight(b, i))
			return false;
	}

	return true;
}

static int table_fill(struct drlb_pool *pool, u8 family)
{
	u32 len = family == AF_INET ? sizeof(struct in_addr) :
				      sizeof(struct in6_addr);
	struct drlb_maglev_node *nodes;
	int err;
	u32 i;

	nodes = kvmalloc_array(pool->n, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		return -ENOMEM;

	for (i = 0; i < pool->n; i++) {
		nodes[i].id = drlb_server_addr(pool->member[i].server);
		nodes[i].id_len = len;
		nodes[i].weight = table_weight(pool, i);
	}
	err = drlb_maglev_fill(pool->table, pool->table_size, nodes, pool->n);
	kvfree(nodes);

	return err;
}

static int pool_make_table(struct drlb_pool *pool, u8 family,
			   const struct drlb_pool *like)
{
	u32 size = pool->conf.table_size;

	if (!size || !(pool->conf.sched->adopts || pool->conf.adopts))
		size = drlb_maglev_default_size(pool->n);
	pool->table = kvmalloc_array(size, sizeof(*pool->table),
				     DRLB_GFP_CONFIG);
	if (!pool->table)
		return -ENOMEM;

	pool->table_size = size;
	if (!like || like->table_size != size || !same_members(pool, like))
		return table_fill(pool, family);

	memcpy(pool->table, like->table, size * sizeof(*pool->table));

	return 0;
}

static u8 pool_hash(const struct drlb_pool_conf *conf)
{
	return conf->hash == DRLB_HASH_AUTO ||
	       conf->sched->hash == DRLB_HASH_DESTINATION ?
	       conf->sched->hash : conf->hash;
}

struct drlb_pool *drlb_pool_create(const struct drlb_pool_conf *conf,
				   atomic64_t *cursor,
				   const struct drlb_member *members, u32 n,
				   u8 family, const struct drlb_pool *like)
{
	struct drlb_pool *pool;
	int err;

	pool = kvzalloc(struct_size(pool, member, n), DRLB_GFP_CONFIG);
	if (!pool)
		return ERR_PTR(-ENOMEM);

	pool->conf = *conf;
	pool->conf.hash = pool_hash(conf);
	pool->cursor = cursor;
	pool_set_members(pool, members, n);
	if (!pool->n)
		return pool;

	err = pool_make_table(pool, family, like);
	if (err) {
		drlb_pool_destroy(pool);
		return ERR_PTR(err);
	}

	return pool;
}

void drlb_pool_destroy(struct drlb_pool *pool)
{
	struct drlb_live *live;

	if (!pool)
		return;

	live = rcu_dereference_protected(pool->live, true);
	if (live)
		live_destroy(live);
	kvfree(pool->table);
	kvfree(pool);
}

static void pool_free(struct rcu_head *rcu)
{
	drlb_pool_destroy(container_of(rcu, struct drlb_pool, rcu));
}

void drlb_pool_retire(struct drlb_pool *pool)
{
	if (pool)
		call_rcu(&pool->rcu, pool_free);
}

#ifdef DRLB_SELFTEST
#include "selftest/pool.c"
#endif
