// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops: the objects. A packet finds a neighbour entry here and nothing
 * else: resolving, queueing and header caching are the neighbour layer's.
 * egress_work.c brings them up to date.
 */
#include "server/egress.h"
#include "base/memory.h"
#include "base/work.h"

#include <linux/cred.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ndisc.h>

/* Next hops in a namespace whose administrator is not the host's: a quarter of
 * the neighbours that the whole host may have by default (gc_thresh3).
 */
#define GUEST_MAX	256

static const struct rhashtable_params table_params = {
	.key_len		= sizeof(struct drlb_egress_key),
	.key_offset		= offsetof(struct drlb_egress, key),
	.head_offset		= offsetof(struct drlb_egress, node),
	.automatic_shrinking	= true,
};

bool drlb_egress_known(struct drlb_egresses *egresses, u8 family,
		       const union nf_inet_addr *addr)
{
	struct drlb_egress_key key = { .addr = *addr, .family = family };
	const struct drlb_egress *egress;
	bool known;

	rcu_read_lock();
	egress = rhashtable_lookup(&egresses->table, &key, table_params);
	known = egress && READ_ONCE(egress->state) != DRLB_SERVER_NO_ROUTE;
	rcu_read_unlock();

	return known;
}

static struct drlb_egress *egress_create(struct drlb_egresses *egresses,
					 const struct drlb_egress_key *key)
{
	struct drlb_egress *egress;
	int err;

	lockdep_assert_held(&egresses->lock);

	if (egresses->n >= egresses->max)
		return ERR_PTR(-ENOSPC);

	egress = kzalloc(sizeof(*egress), DRLB_GFP_CONFIG);
	if (!egress)
		return ERR_PTR(-ENOMEM);

	egress->egresses = egresses;
	egress->key = *key;
	egress->probed = jiffies;
	egress->state = DRLB_SERVER_NO_ROUTE;
	INIT_LIST_HEAD(&egress->changed);
	INIT_LIST_HEAD(&egress->users);

	err = rhashtable_insert_fast(&egresses->table, &egress->node,
				     table_params);
	if (err) {
		kfree(egress);
		return ERR_PTR(err);
	}
	list_add_tail(&egress->list, &egresses->list);
	egresses->n++;
	egresses->used = true;
	drlb_egress_refresh(egress);
	drlb_egresses_wake(egresses, egresses->n == 1 ? 0 : HZ);

	return egress;
}

struct drlb_egress *drlb_egress_get(struct drlb_egresses *egresses, u8 family,
				    const union nf_inet_addr *addr,
				    struct drlb_egress_user *user)
{
	struct drlb_egress_key key = { .addr = *addr, .family = family };
	struct drlb_egress *egress;

	mutex_lock(&egresses->lock);
	egress = rhashtable_lookup_fast(&egresses->table, &key, table_params);
	if (!egress)
		egress = egress_create(egresses, &key);
	if (!IS_ERR(egress))
		list_add_tail(&user->list, &egress->users);
	mutex_unlock(&egresses->lock);

	return egress;
}

/* Packets may still read it until a grace period is over. */
static void egress_destroy(struct drlb_egress *egress)
{
	struct drlb_egresses *egresses = egress->egresses;

	rhashtable_remove_fast(&egresses->table, &egress->node, table_params);
	list_del(&egress->list);
	egresses->n--;
	RCU_INIT_POINTER(egress->neigh, NULL);
	spin_lock_bh(&egresses->news_lock);
	/* An event that found it in the table may come later: see
	 * news_add().
	 */
	list_del(&egress->changed);
	egress->changed.next = NULL;
	spin_unlock_bh(&egresses->news_lock);
	kfree_rcu(egress, rcu);
}

void drlb_egress_put(struct drlb_egress *egress, struct drlb_egress_user *user)
{
	struct drlb_egresses *egresses = egress->egresses;

	mutex_lock(&egresses->lock);
	list_del(&user->list);
	if (list_empty(&egress->users))
		egress_destroy(egress);
	mutex_unlock(&egresses->lock);
}

/* Note that the work has something to do for it. */
static void news_add(struct drlb_egress *egress)
{
	struct drlb_egresses *egresses = egress->egresses;

	spin_lock_bh(&egresses->news_lock);
	if (egress->changed.next && list_empty(&egress->changed))
		list_add_tail(&egress->changed, &egresses->changed);
	spin_unlock_bh(&egresses->news_lock);
	drlb_egresses_wake(egresses, 0);
}

/* True if the users do not know the state, or the hardware address. */
static bool is_news(const struct drlb_egress *egress,
		    const struct neighbour *n)
{
	return READ_ONCE(egress->told.state) != READ_ONCE(egress->state) ||
	       (READ_ONCE(n->nud_state) & NUD_VALID &&
		memcmp(egress->told.lladdr, n->ha, ETH_ALEN));
}

void drlb_egresses_neighbour(struct drlb_egresses *egresses,
			     struct neighbour *n)
{
	struct drlb_egress_key key = {};
	struct drlb_egress *egress;

	if (!READ_ONCE(egresses->live))
		return;

	if (n->tbl == &arp_tbl) {
		key.family = AF_INET;
		memcpy(&key.addr.ip, n->primary_key, sizeof(key.addr.ip));
	} else if (n->tbl == &nd_tbl) {
		key.family = AF_INET6;
		memcpy(&key.addr.in6, n->primary_key, sizeof(key.addr.in6));
	} else {
		return;
	}

	egress = rhashtable_lookup(&egresses->table, &key, table_params);
	if (!egress)
		return;

	/* Pairs with smp_mb() in egress_adopt(): of an entry that dies while
	 * it is published one of the two takes it out.
	 */
	smp_mb();
	if (rcu_access_pointer(egress->neigh) != n)
		return;
	if (!READ_ONCE(n->dead)) {
		drlb_egress_follow(egress, n);
		if (is_news(egress, n))
			news_add(egress);
		return;
	}
	if (unrcu_pointer(cmpxchg(&egress->neigh, RCU_INITIALIZER(n), NULL)) ==
	    n)
		news_add(egress);
}

int drlb_egresses_init(struct drlb_egresses *egresses, struct net *net)
{
	egresses->net = net;
	egresses->max = net->user_ns == &init_user_ns ? U32_MAX : GUEST_MAX;
	mutex_init(&egresses->lock);
	spin_lock_init(&egresses->news_lock);
	INIT_LIST_HEAD(&egresses->list);
	INIT_LIST_HEAD(&egresses->changed);
	INIT_DELAYED_WORK(&egresses->work, drlb_egresses_work);
	egresses->fib_nb.notifier_call = drlb_egress_fib_event;

	return rhashtable_init(&egresses->table, &table_params);
}

void drlb_egresses_start(struct drlb_egresses *egresses)
{
	WRITE_ONCE(egresses->live, true);
}

void drlb_egresses_stop(struct drlb_egresses *egresses)
{
	struct drlb_egress *egress;

	/* Neighbours' ends are heard of until none is known any more. */
	mutex_lock(&egresses->lock);
	list_for_each_entry(egress, &egresses->list, list)
		RCU_INIT_POINTER(egress->neigh, NULL);
	WRITE_ONCE(egresses->live, false);
	mutex_unlock(&egresses->lock);

	cancel_delayed_work_sync(&egresses->work);
	if (!egresses->used)
		return;

	/* Either waits for a grace period, after which no event is inside
	 * that could wake the work.
	 */
	if (egresses->routes_heard)
		unregister_fib_notifier(egresses->net, &egresses->fib_nb);
	else
		synchronize_rcu();
	cancel_delayed_work_sync(&egresses->work);
}

void drlb_egresses_exit(struct drlb_egresses *egresses)
{
	WARN_ON(!list_empty(&egresses->list));
	rhashtable_destroy(&egresses->table);
	mutex_destroy(&egresses->lock);
}
