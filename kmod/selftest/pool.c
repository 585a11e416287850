// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of pools and live sets that no discipline shows: a table that is
 * taken over from another pool, and the hardware addresses.
 */
#include <linux/etherdevice.h>
#include <net/neighbour.h>

#include "pool.h"

#define MACS	40

static struct drlb_server *__init pool_first(const struct drlb_pool *pool,
					     const struct drlb_live *live,
					     const struct drlb_packet *pkt)
{
	return live->entry[0].server;
}

static const struct drlb_sched first = {
	.name	= "first",
	.adopts	= true,
	.pick	= pool_first,
};

static const struct drlb_sched first_flat = {
	.name	= "first_flat",
	.adopts	= true,
	.flat	= true,
	.pick	= pool_first,
};

static const struct drlb_sched first_small = {
	.name	= "first_small",
	.pick	= pool_first,
};

/* ---- tables that are copied ----------------------------------------------- */

/* Give each server an egress of its own, as addresses that differ do. */
static void __init own_egresses(struct test_pool *t, struct drlb_egress *egress)
{
	u32 i;

	for (i = 0; i < t->n; i++) {
		drlb_egress_set_state(&egress[i], DRLB_SERVER_UP);
		t->servers[i].egress = &egress[i];
	}
}

/* True if a pool of the servers of @t takes over the table of @like, which is
 * one that nobody would compute.
 */
static bool __init is_copied(const struct test_pool *t, struct test_pool *like,
			     const struct drlb_pool_conf *conf,
			     const struct weights *w)
{
	struct drlb_member members[LISTED];
	struct drlb_pool *pool;
	atomic64_t cursor;
	bool same = true;
	u32 i;

	for (i = 0; i < t->n; i++) {
		members[i].server = &t->servers[i];
		members[i].weight = w->weight[i];
	}
	for (i = 0; i < like->pool->table_size; i++)
		like->pool->table[i] = 1;

	pool = drlb_pool_create(conf, &cursor, members, t->n, AF_INET,
				like->pool);
	if (IS_ERR(pool))
		return false;

	for (i = 0; same && i < pool->table_size; i++)
		same = pool->table[i] == 1;
	same &= pool->table != like->pool->table;
	drlb_pool_destroy(pool);

	return same;
}

/* A table is copied from a pool of the same size whose servers have the same
 * egresses and weights; the scheduler may be another one.
 */
static bool __init only_the_same_is_copied(void)
{
	static const struct weights once = { 4, { 5, 3, 1, 2 } };
	static const struct weights other = { 4, { 5, 3, 1, 1 } };
	static const struct weights fewer = { 4, { 5, 3, 1, 0 } };
	struct drlb_pool_conf conf = { .sched = &first, .table_size = 251 };
	struct drlb_pool_conf large = { .sched = &first, .table_size = 509 };
	struct drlb_pool_conf small = { .sched = &first_small };
	struct drlb_pool_conf flat = { .sched = &first_flat, .table_size = 251 };
	static struct drlb_egress egress[8] __initdata;
	struct test_pool a, b;
	bool good;

	good = test_pool_init(&a, &conf, &once, AF_INET) &
	       test_pool_init(&b, &conf, &once, AF_INET);
	if (!good)
		goto out;

	own_egresses(&a, egress);
	own_egresses(&b, egress);
	good = is_copied(&b, &a, &conf, &once) &&
	       is_copied(&b, &a, &small, &once) &&
	       !is_copied(&b, &a, &large, &once) &&
	       !is_copied(&b, &a, &flat, &once) &&
	       !is_copied(&b, &a, &conf, &other) &&
	       !is_copied(&b, &a, &conf, &fewer);
	own_egresses(&b, egress + 4);
	good = good && !is_copied(&b, &a, &conf, &once);
out:
	test_pool_exit(&a);
	test_pool_exit(&b);
	return good;
}

/* ---- hardware addresses --------------------------------------------------- */

/**
 * struct mac_test - servers whose neighbours are known
 * @t: the pool
 * @dev: the device of all neighbours
 * @neigh: one for each server
 * @egress: one for each server
 */
struct mac_test {
	struct test_pool t;
	struct net_device *dev;
	struct neighbour *neigh[MACS];
	struct drlb_egress egress[MACS];
};

/* Number @i of those whose search begins at the same slot of a table of up to
 * 128, the worst case. It is near the end, so that the search goes round.
 */
static void __init mac_of(u32 i, u8 *mac)
{
	u64 number = 0x020000000000ULL;

	do {
		u64_to_ether_addr(number++, mac);
	} while (drlb_mac_slot(drlb_mac_number(mac), 64 - 7) != 125 || i--);
}

static void __init mac_test_exit(struct mac_test *m)
{
	u32 i;

	test_pool_exit(&m->t);
	for (i = 0; i < MACS; i++)
		kfree(m->neigh[i]);
	kvfree(m->dev);
	kfree(m);
}

static struct neighbour *__init neigh_make(struct net_device *dev, u32 i)
{
	struct neighbour *n = kzalloc(sizeof(*n) + 64, GFP_KERNEL);

	if (!n)
		return NULL;

	n->dev = dev;
	n->nud_state = NUD_REACHABLE;
	seqlock_init(&n->ha_lock);
	mac_of(i, n->ha);

	return n;
}

static struct mac_test *__init mac_test_init(void)
{
	static const struct weights equal = { MACS, { 1 } };
	struct drlb_pool_conf conf = { .sched = &first_small };
	struct mac_test *m = kzalloc(sizeof(*m), GFP_KERNEL);
	bool good;
	u32 i;

	if (!m)
		return NULL;

	m->dev = kvzalloc(sizeof(*m->dev), GFP_KERNEL);
	good = test_pool_init(&m->t, &conf, &equal, AF_INET) && m->dev;
	if (good)
		m->dev->addr_len = ETH_ALEN;
	for (i = 0; good && i < MACS; i++) {
		m->neigh[i] = neigh_make(m->dev, i);
		good = m->neigh[i];
		drlb_egress_set_state(&m->egress[i], DRLB_SERVER_UP);
		RCU_INIT_POINTER(m->egress[i].neigh, m->neigh[i]);
		m->t.servers[i].egress = &m->egress[i];
	}
	if (!good) {
		mac_test_exit(m);
		return NULL;
	}

	return m;
}

/* The servers whose addresses the live set has, as bits. */
static u64 __init macs_known(const struct mac_test *m)
{
	const struct drlb_live *live = test_pool_live(&m->t);
	u64 known = 0;
	u32 i;

	for (i = 0; i < MACS; i++) {
		if (drlb_live_has_mac(live, m->neigh[i]->ha))
			known |= BIT_ULL(i);
	}

	return known;
}

/* No address is known that differs in one bit. */
static bool __init neighbours_differ(const struct mac_test *m)
{
	const struct drlb_live *live = test_pool_live(&m->t);
	u8 mac[ETH_ALEN];
	u32 bit, i, j;
	bool known;

	for (i = 0; i < MACS; i++) {
		for (bit = 0; bit < 8 * ETH_ALEN; bit++) {
			ether_addr_copy(mac, m->neigh[i]->ha);
			mac[bit / 8] ^= 1 << bit % 8;
			known = false;
			for (j = 0; j < MACS; j++)
				known |= ether_addr_equal(mac, m->neigh[j]->ha);
			if (drlb_live_has_mac(live, mac) != known)
				return false;
		}
	}

	return true;
}

static void __init macs_are_known(struct selftest *st, struct mac_test *m)
{
	static const u8 none[ETH_ALEN];
	static struct weights w __initdata = { MACS, { 0 } };
	const struct drlb_pool_conf conf = { .sched = &first_small };
	u64 all = BIT_ULL(MACS) - 1;

	check(st, test_pool_refresh(&m->t) && macs_known(m) == all);
	check(st, neighbours_differ(m));
	check(st, !drlb_live_has_mac(test_pool_live(&m->t), none));
	check(st, !test_pool_live(&m->t)->local);

	/* Down, but its address is known; and not known. */
	drlb_egress_set_state(&m->egress[3], DRLB_SERVER_UNREACHABLE);
	m->neigh[4]->nud_state = NUD_INCOMPLETE;
	RCU_INIT_POINTER(m->egress[5].neigh, NULL);
	drlb_egress_set_state(&m->egress[5], DRLB_SERVER_LOCAL);
	check(st, test_pool_refresh(&m->t));
	check(st, macs_known(m) == (all & ~(BIT_ULL(4) | BIT_ULL(5))));
	check(st, test_pool_live(&m->t)->local == &m->t.servers[5]);
	check(st, test_pool_live(&m->t)->n == MACS - 1);

	/* One address may have several servers. */
	ether_addr_copy(m->neigh[7]->ha, m->neigh[6]->ha);
	check(st, test_pool_refresh(&m->t));
	check(st, macs_known(m) == (all & ~(BIT_ULL(4) | BIT_ULL(5))));

	/* Quiesced servers still send. */
	check(st, test_pool_change(&m->t, &conf, &w, AF_INET));
	check(st, macs_known(m) == (all & ~(BIT_ULL(4) | BIT_ULL(5))));
	check(st, test_pool_live(&m->t)->local == &m->t.servers[5]);
	check(st, !test_pool_live(&m->t)->n && !m->t.pool->table_size);

	w.n = 0;
	check(st, test_pool_change(&m->t, &conf, &w, AF_INET));
	check(st, !macs_known(m) && !test_pool_live(&m->t)->local);
}

/* ---- all together --------------------------------------------------------- */

bool __init drlb_pool_selftest(void)
{
	struct selftest st = { .name = "pool" };
	struct mac_test *m = mac_test_init();

	check(&st, only_the_same_is_copied());
	check(&st, m);
	if (m) {
		macs_are_known(&st, m);
		mac_test_exit(m);
	}

	return check_all_good(&st);
}
