// SPDX-License-Identifier: GPL-2.0
#include "sched/sched.h"
#include "base/memory.h"

#include <linux/gcd.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

static const struct drlb_sched *const disciplines[] = {
	&drlb_sched_wlc,
	&drlb_sched_rr,
	&drlb_sched_wrr,
	&drlb_sched_mh,
};

const struct drlb_sched *drlb_sched_find(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(disciplines); i++) {
		if (!strcmp(disciplines[i]->name, name))
			return disciplines[i];
	}

	return NULL;
}

static bool is_prime(u32 number)
{
	u32 i;

	for (i = 2; i * i <= number; i++) {
		if (number % i == 0)
			return false;
	}

	return number > 1;
}

int drlb_sched_check_table_size(u32 size, struct netlink_ext_ack *extack)
{
	if (size < DRLB_TABLE_SIZE_MIN || size > DRLB_TABLE_SIZE_MAX) {
		NL_SET_ERR_MSG(extack,
			       "the table size must be between 251 and 655373");
		return -ERANGE;
	}
	if (!is_prime(size)) {
		NL_SET_ERR_MSG(extack,
			       "the table size must be a prime, such as 4093, 16381, 65537, 131071");
		return -EINVAL;
	}

	return 0;
}

/* Weights in lowest terms: it is their ratio that counts. */
static void pool_sum_weights(struct drlb_pool *pool)
{
	unsigned long divisor = 0;
	u32 i;

	for (i = 0; i < pool->n; i++)
		divisor = gcd(divisor, pool->entry[i].weight);

	for (i = 0; i < pool->n; i++) {
		pool->entry[i].weight /= divisor;
		pool->weight += pool->entry[i].weight;
		pool->entry[i].end = pool->weight;
		pool->entry[i].index = i;
	}
}

struct drlb_pool *drlb_pool_create(const struct drlb_sched_conf *conf,
				   atomic64_t *cursor,
				   const struct drlb_member *members, u32 n,
				   u8 family, const struct drlb_pool *like)
{
	u32 size = conf->table_size ?: DRLB_TABLE_SIZE_DEFAULT;
	struct drlb_pool *pool;
	int err = 0;
	u32 i;

	pool = kvzalloc(struct_size(pool, entry, n), DRLB_GFP_CONFIG);
	if (!pool)
		return ERR_PTR(-ENOMEM);

	pool->sched = conf->sched;
	pool->hash = conf->hash;
	pool->cursor = cursor;
	for (i = 0; i < n; i++) {
		if (!members[i].weight)
			continue;
		pool->entry[pool->n].server = members[i].server;
		pool->entry[pool->n].weight = members[i].weight;
		pool->n++;
	}
	if (!pool->n)
		return pool;

	pool_sum_weights(pool);
	if (!conf->sched->adopts)
		size = drlb_mh_default_size(pool->n);
	if (!drlb_mh_copy(pool, size, like))
		err = drlb_mh_build(pool, size, family);
	if (!err && conf->sched->prepare)
		err = conf->sched->prepare(pool);
	if (err) {
		drlb_pool_destroy(pool);
		return ERR_PTR(err);
	}

	return pool;
}

void drlb_pool_enter(struct drlb_pool *pool)
{
	u32 i;

	if (!pool->winners)
		return;

	for (i = 0; i < pool->n; i++)
		rcu_assign_pointer(pool->entry[i].server->entry,
				   &pool->entry[i]);

	/* Whoever changes a count and still finds the old pool has changed it
	 * before it is read here.
	 */
	smp_mb();
	for (i = 0; i < pool->n; i++)
		pool->sched->recount(pool, i);
}

void drlb_pool_destroy(struct drlb_pool *pool)
{
	if (!pool)
		return;

	kvfree(pool->winners);
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
