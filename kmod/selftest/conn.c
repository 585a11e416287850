// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody could do to the table who knew the secret, and then the seeds as
 * well: keys that meet in one bucket. No chain grows longer for it than
 * rhashtable allows; the next entry moves all to other buckets, or is not made.
 */
#include <linux/random.h>
#include <linux/slab.h>

#include "server/server.h"
#include "check.h"

#define MEETING	128

/* Ways to choose the words of an IPv6 client's address by the secret, so that
 * its half of the hash would be the same whatever the seed.
 */
enum meeting {
	MEET_BY_ZERO,		/* a factor is zero, the other one is free */
	MEET_BY_ONE,		/* it is one: the port makes up for the other */
	MEETINGS		/* none of these: the seed is known as well */
};

/**
 * struct conn_test - a namespace of its own, with one server
 * @dn: of it the connections only
 * @server: theirs
 * @ht: the table that is filled
 * @family: of that
 * @tried: keys so far
 * @made: those that were entered, @n of them
 */
struct conn_test {
	struct drlb_net *dn;
	struct drlb_server *server;
	struct rhashtable *ht;
	u8 family;
	u32 tried;
	struct drlb_packet made[MEETING];
	u32 n;
};

/* The table that new entries go to: the last one while all are moved. */
static struct bucket_table *__init table_newest(const struct conn_test *t)
{
	struct bucket_table *tbl, *next;

	rcu_read_lock();
	tbl = rht_dereference_rcu(t->ht->tbl, t->ht);
	while ((next = rht_dereference_rcu(tbl->future_tbl, t->ht)))
		tbl = next;
	rcu_read_unlock();

	return tbl;
}

static bool __init table_moves(const struct conn_test *t)
{
	return table_newest(t) != rcu_access_pointer(t->ht->tbl);
}

static u32 __init table_longest(struct bucket_table *tbl)
{
	struct rhash_head *node;
	u32 longest = 0, i, n;

	rcu_read_lock();
	for (i = 0; i < tbl->size; i++) {
		n = 0;
		rht_for_each_rcu(node, tbl, i)
			n++;
		longest = max(longest, n);
	}
	rcu_read_unlock();

	return longest;
}

/* Let what was to be moved be moved. */
static u32 __init longest_at_rest(const struct conn_test *t)
{
	flush_work(&t->ht->run_work);

	return table_longest(table_newest(t));
}

static u32 __init key_bucket(const struct conn_test *t,
			     const struct bucket_table *tbl,
			     const struct drlb_packet *pkt)
{
	return rht_bucket_index(tbl, t->family == AF_INET ?
				drlb_key4_hash(&pkt->key4, tbl->hash_rnd) :
				drlb_key6_hash(&pkt->key6, tbl->hash_rnd));
}

static void __init key_any(struct conn_test *t, struct drlb_packet *pkt)
{
	memset(pkt, 0, sizeof(*pkt));
	pkt->family = t->family;
	t->tried++;
	if (t->family == AF_INET) {
		pkt->key4.saddr = htonl(0xc6120000 + t->tried);
		pkt->key4.daddr = htonl(0x0a000064);
		pkt->key4.sport = htons(1024 + t->tried % 60000);
		pkt->key4.dport = htons(80);
		pkt->key4.protocol = IPPROTO_TCP;
		return;
	}

	pkt->key6.saddr.s6_addr32[0] = htonl(0x20010db8);
	pkt->key6.saddr.s6_addr32[3] = htonl(t->tried);
	pkt->key6.daddr.s6_addr32[0] = htonl(0x20010db8);
	pkt->key6.daddr.s6_addr32[3] = htonl(0x100);
	pkt->key6.sport = htons(1024 + t->tried % 60000);
	pkt->key6.dport = htons(80);
	pkt->key6.protocol = IPPROTO_TCP;
}

/* One that nobody has used and that belongs into the first bucket of @tbl. */
static void __init key_aimed(struct conn_test *t,
			     const struct bucket_table *tbl,
			     struct drlb_packet *pkt)
{
	do {
		key_any(t, pkt);
	} while (key_bucket(t, tbl, pkt));
}

static void __init key_meeting(struct conn_test *t, enum meeting how,
			       struct drlb_packet *pkt)
{
	u64 free;

	key_any(t, pkt);
	free = t->tried;
	pkt->key6.sport = 0;
	pkt->key6.word[0] = drlb_hash_secret[0];
	pkt->key6.word[1] = free;
	if (how == MEET_BY_ONE) {
		pkt->key6.word[0] ^= 1;
		pkt->key6.word[4] ^= free;
	}
}

static struct drlb_conn *__init conn_find(const struct conn_test *t,
					  const struct drlb_packet *pkt)
{
	struct drlb_conns *conns = &t->dn->conns;

	return t->family == AF_INET ? drlb_conn_lookup4(conns, &pkt->key4) :
				      drlb_conn_lookup6(conns, &pkt->key6);
}

/* As a packet does it. False if there is no entry afterwards. */
static bool __init conn_made(struct conn_test *t, const struct drlb_packet *pkt)
{
	struct drlb_conn *conn;

	rcu_read_lock();
	local_bh_disable();
	conn = drlb_conn_create(t->dn, pkt, t->server,
				DRLB_CONNECTION_SYN_RECV);
	local_bh_enable();
	rcu_read_unlock();
	if (conn)
		t->made[t->n++] = *pkt;

	return conn;
}

/* That many which meet in the first bucket of @tbl. */
static bool __init aimed_made(struct conn_test *t,
			      const struct bucket_table *tbl, u32 n)
{
	struct drlb_packet pkt;

	while (n--) {
		key_aimed(t, tbl, &pkt);
		if (!conn_made(t, &pkt))
			return false;
	}

	return true;
}

static bool __init all_there(const struct conn_test *t)
{
	bool good = atomic_read(&t->server->active) == t->n &&
		    drlb_conn_number(&t->dn->conns) == t->n;
	u32 i;

	rcu_read_lock();
	for (i = 0; good && i < t->n; i++)
		good = conn_find(t, &t->made[i]);
	rcu_read_unlock();

	return good;
}

static void __init conn_test_exit(struct conn_test *t)
{
	if (t->dn)
		drlb_conns_exit(t->dn);
	if (t->server && t->server->traffic)
		drlb_traffic_free(t->server->traffic_block, t->server->traffic);
	kfree(t->server);
	kvfree(t->dn);
	kfree(t);
}

static struct conn_test *__init conn_test_init(u8 family)
{
	struct conn_test *t = kzalloc(sizeof(*t), GFP_KERNEL);
	struct drlb_net *dn;

	if (!t)
		return NULL;

	t->family = family;
	t->server = kzalloc(sizeof(*t->server), GFP_KERNEL);
	if (t->server)
		t->server->traffic =
			drlb_traffic_alloc(&t->server->traffic_block);
	dn = kvzalloc(sizeof(*dn), GFP_KERNEL);
	if (!t->server || !t->server->traffic || !dn || drlb_conns_init(dn)) {
		kvfree(dn);
		conn_test_exit(t);
		return NULL;
	}

	t->dn = dn;
	t->ht = family == AF_INET ? &dn->conns.table4 : &dn->conns.table6;
	dn->timeout[DRLB_CONNECTION_SYN_RECV] = 600 * HZ;

	return t;
}

/* While the table's mutex is held nothing is moved, however long it takes. */
static void __init chains_are_bounded(struct selftest *st, struct conn_test *t)
{
	struct bucket_table *tbl, *next;
	u32 seed;

	mutex_lock(&t->ht->mutex);
	tbl = table_newest(t);
	check(st, aimed_made(t, tbl, RHT_ELASTICITY));
	check(st, table_longest(tbl) == RHT_ELASTICITY && !table_moves(t));

	/* One more goes to where all will be moved, by another seed. */
	check(st, aimed_made(t, tbl, 1) && table_moves(t));
	next = table_newest(t);
	seed = next->hash_rnd;
	check(st, table_longest(tbl) == RHT_ELASTICITY && seed != tbl->hash_rnd);

	/* Who knew that one, too, fills a bucket there, and gets no further. */
	while (table_longest(next) < RHT_ELASTICITY && t->n < MEETING) {
		if (!aimed_made(t, next, 1))
			break;
	}
	check(st, table_longest(next) == RHT_ELASTICITY && all_there(t));
	check(st, !aimed_made(t, next, 1));
	check(st, table_longest(next) == RHT_ELASTICITY && all_there(t));
	mutex_unlock(&t->ht->mutex);

	/* But for the time until all has been moved. */
	longest_at_rest(t);
	check(st, !table_moves(t) && aimed_made(t, next, 1));
	check(st, longest_at_rest(t) < RHT_ELASTICITY);
	check(st, table_newest(t)->hash_rnd != seed);
	check(st, all_there(t));
}

/* The secret alone is not enough. */
static void __init chains_need_the_seed(struct selftest *st,
					struct conn_test *t, enum meeting how)
{
	struct drlb_packet pkt;
	u32 longest = 0;

	while (t->n < MEETING) {
		key_meeting(t, how, &pkt);
		if (!conn_made(t, &pkt))
			break;
		longest = max(longest, longest_at_rest(t));
	}
	check(st, t->n == MEETING && all_there(t));
	check(st, longest < RHT_ELASTICITY);
}

static void __init in_a_table(struct selftest *st, u8 family,
			      enum meeting how)
{
	struct conn_test *t = conn_test_init(family);

	check(st, t);
	if (!t)
		return;

	if (how == MEETINGS)
		chains_are_bounded(st, t);
	else
		chains_need_the_seed(st, t, how);
	conn_test_exit(t);
}

bool __init drlb_conn_selftest(void)
{
	struct selftest st = { .name = "conn" };
	enum meeting how;

	if (drlb_conn_cache_init())
		return false;

	get_random_bytes(drlb_hash_secret, sizeof(drlb_hash_secret));
	in_a_table(&st, AF_INET, MEETINGS);
	for (how = 0; how <= MEETINGS; how++)
		in_a_table(&st, AF_INET6, how);
	rcu_barrier();
	drlb_conn_cache_exit();

	return check_all_good(&st);
}
