// SPDX-License-Identifier: GPL-2.0
/*
 * What must never change has known answers, so that directors of different
 * versions and machines agree: who owns which slot, and which server a client
 * gets. They come from a second implementation, made from the description at
 * the head of sched_mh.c, and are the FNV-1a hash of the servers' numbers.
 */
#include <linux/kernel.h>
#include <linux/netlink.h>

#include "pool.h"

#define CLIENTS	10000

/* Shares within 2 %, or as near as whole slots get. */
static const struct mh_shares {
	struct weights weights;
	u32 size;		/* 0: the default */
	u8 family;
} mh_shares[] = {
	{ { 1, { 7 } },				251,	AF_INET },
	{ { 3, { 1, 1, 1 } },			251,	AF_INET6 },
	{ { 3, { 5, 3, 1 } },			0,	AF_INET },
	{ { 5, { 0, 5, 0, 3, 0 } },		0,	AF_INET6 },
	{ { 7, { 1, 2, 3, 4, 5, 6, 7 } },	0,	AF_INET },
	{ { 10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } }, 0,	AF_INET6 },
	{ { 2, { 65535, 32768 } },		0,	AF_INET },
	{ { 2, { 1000, 1 } },			0,	AF_INET },
	{ { 500, { 1 } },			0,	AF_INET },
};

static const struct weights equal_ten = {
	10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }
};

/* The first one is the greatest, and they have no common divisor. */
static const struct weights mh_turns[] = {
	{ 1, { 1 } },
	{ 2, { 65535, 1 } },
	{ 3, { 65535, 65534, 65533 } },
	{ 6, { 3, 1, 2, 3, 2, 1 } },
	{ 10, { 65535, 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
	{ 10, { 10007, 1, 9999, 5003, 5004, 2, 3334, 7, 10007, 10006 } },
};

/* The first thousand clients: by port too, by address alone, and by port with
 * the first two servers down.
 */
static const struct mh_answer {
	struct weights weights;
	u32 size;
	u8 family;
	u64 table;
	u64 by_port;
	u64 by_source;
	u64 two_down;
} mh_answers[] = {
	{ { 3, { 5, 3, 1 } }, 65537, AF_INET, 0x296cdb165b1f4183ULL,
	  0xb53fcef752242468ULL, 0x4357ce02a65ef666ULL, 0x5ccfb2109cc2cd25ULL },
	{ { 10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } }, 65537, AF_INET6,
	  0x251f02ead1315177ULL, 0x2e8488486acbe14bULL, 0xc99b4bc1d69cb8ccULL,
	  0xbc3fafc0d879a3e1ULL },
	{ { 5, { 7, 11, 13, 17, 5 } }, 251, AF_INET, 0xeb4bc7f468ef190bULL,
	  0xd06ae7dd2eafa0f4ULL, 0x129c1a107912adfdULL, 0x5938dbda62e36474ULL },
};

static bool __init mh_pool_init(struct test_pool *t, const struct weights *w,
				u32 size, u8 family)
{
	struct drlb_sched_conf conf = {
		.sched = &drlb_sched_mh,
		.table_size = size,
	};

	return test_pool_init(t, &conf, w, family);
}

/* Number @i of 192.0.2.0 or 2001:db8:1:: and those that follow. */
static struct drlb_packet __init client(u8 family, u32 i)
{
	struct drlb_packet pkt = { .family = family };

	if (family == AF_INET) {
		pkt.key4.saddr = htonl(0xc0000200 + i);
		pkt.key4.sport = htons(1024 + i);
	} else {
		pkt.key6.saddr.s6_addr32[0] = htonl(0x20010db8);
		pkt.key6.saddr.s6_addr32[1] = htonl(0x00010000);
		pkt.key6.saddr.s6_addr32[3] = htonl(i);
		pkt.key6.sport = htons(1024 + i);
	}

	return pkt;
}

static int __init pick_client(struct test_pool *t, u8 family, u32 i)
{
	struct drlb_packet pkt = client(family, i);

	return test_pool_pick(t, &pkt);
}

static u64 __init fnv(u64 hash, u32 number)
{
	return (hash ^ number) * 0x100000001b3ULL;
}

#define FNV_START	0xcbf29ce484222325ULL

static u32 __init slot_owner(const struct test_pool *t, u32 slot)
{
	return t->pool->entry[t->pool->table[slot]].server - t->servers;
}

/* Each slot has an owner, which is counted for it. */
static bool __init table_is_complete(struct test_pool *t)
{
	u32 i;

	memset(t->picked, 0, t->n * sizeof(*t->picked));
	for (i = 0; i < t->pool->table_size; i++) {
		if (t->pool->table[i] >= t->pool->n)
			return false;
		t->picked[slot_owner(t, i)]++;
	}

	return true;
}

static u64 __init distance(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

static bool __init shares_hold(const struct mh_shares *s)
{
	u64 sum = weight_sum(&s->weights);
	struct test_pool t;
	bool good;
	u32 i;

	good = mh_pool_init(&t, &s->weights, s->size, s->family) &&
	       t.pool->table_size == (s->size ?: DRLB_TABLE_SIZE_DEFAULT) &&
	       table_is_complete(&t);
	for (i = 0; good && i < t.n; i++) {
		u64 due = (u64)weight_of(&s->weights, i) * t.pool->table_size;
		u64 got = t.picked[i] * sum;

		good = distance(got, due) <= max(due / 50, sum) && !got == !due;
	}
	test_pool_exit(&t);

	return good;
}

static u64 __init hash_picks(struct test_pool *t, u8 family)
{
	u64 hash = FNV_START;
	u32 i;

	for (i = 0; i < 1000; i++)
		hash = fnv(hash, pick_client(t, family, i));

	return hash;
}

static bool __init answers_hold(const struct mh_answer *a)
{
	u64 hash = FNV_START;
	struct test_pool t;
	bool good;
	u32 i;

	good = mh_pool_init(&t, &a->weights, a->size, a->family);
	for (i = 0; good && i < a->size; i++)
		hash = fnv(hash, slot_owner(&t, i));
	good = good && hash == a->table &&
	       hash_picks(&t, a->family) == a->by_port;
	if (good) {
		t.pool->hash = DRLB_HASH_SOURCE;
		good = hash_picks(&t, a->family) == a->by_source;
		t.pool->hash = DRLB_HASH_SOURCE_PORT;
		t.servers[0].egress = &t.down;
		t.servers[1].dead = true;
		good &= hash_picks(&t, a->family) == a->two_down;
	}
	test_pool_exit(&t);

	return good;
}

/* Servers that are other objects, with weights in the same proportion. */
static bool __init addresses_make_the_table(u8 family)
{
	static const struct weights once = { 4, { 5, 3, 1, 2 } };
	static const struct weights twice = { 4, { 10, 6, 2, 4 } };
	struct test_pool a, b;
	bool good;

	good = mh_pool_init(&a, &once, 16381, family) &
	       mh_pool_init(&b, &twice, 16381, family);
	good = good && !memcmp(a.pool->table, b.pool->table,
			       16381 * sizeof(*a.pool->table));
	test_pool_exit(&a);
	test_pool_exit(&b);

	return good;
}

/* A table is copied from a pool whose servers have the same egresses. */
static bool __init only_the_same_is_copied(void)
{
	static const struct weights once = { 4, { 5, 3, 1, 2 } };
	static const struct weights other = { 4, { 5, 3, 1, 1 } };
	struct test_pool a, b, c;
	u16 *built;
	bool good;
	u32 i;

	good = mh_pool_init(&a, &once, 251, AF_INET) &
	       mh_pool_init(&b, &once, 251, AF_INET) &
	       mh_pool_init(&c, &other, 251, AF_INET);
	good = good && !drlb_mh_copy(b.pool, 251, NULL) &&
	       !drlb_mh_copy(b.pool, 251, a.pool);
	for (i = 0; good && i < 4; i++) {
		b.servers[i].egress = &a.up;
		c.servers[i].egress = &a.up;
	}
	good = good && !drlb_mh_copy(b.pool, 509, a.pool) &&
	       !drlb_mh_copy(c.pool, 251, a.pool);
	if (good) {
		built = b.pool->table;
		good = drlb_mh_copy(b.pool, 251, a.pool) &&
		       b.pool->table != a.pool->table &&
		       !memcmp(b.pool->table, built, 251 * sizeof(*built));
		if (b.pool->table != built)
			kvfree(built);
	}
	test_pool_exit(&a);
	test_pool_exit(&b);
	test_pool_exit(&c);

	return good;
}

/* Without one of ten, only its own slots change hands, and 2 % of the rest. */
static bool __init removal_disturbs_little(u32 gone)
{
	struct weights nine = equal_ten;
	struct test_pool all, rest;
	u32 moved = 0, kept = 0, i;
	bool good;

	nine.weight[gone] = 0;
	good = mh_pool_init(&all, &equal_ten, 65537, AF_INET) &
	       mh_pool_init(&rest, &nine, 65537, AF_INET);
	for (i = 0; good && i < 65537; i++) {
		u32 owner = slot_owner(&all, i);

		good = slot_owner(&rest, i) != gone;
		if (owner == gone)
			continue;
		if (slot_owner(&rest, i) == owner)
			kept++;
		else
			moved++;
	}
	test_pool_exit(&all);
	test_pool_exit(&rest);

	return good && moved < (kept + moved) / 50;
}

/* With hash source a client's port and the VIP's do not matter; else its own
 * does.
 */
static bool __init port_counts(u8 family, u8 hash)
{
	u32 port, i, changed = 0;
	struct drlb_packet pkt;
	struct test_pool t;
	bool good;
	int got;

	good = mh_pool_init(&t, &equal_ten, 251, family);
	if (good)
		t.pool->hash = hash;
	for (i = 0; good && i < 100; i++) {
		pkt = client(family, i);
		got = test_pool_pick(&t, &pkt);
		for (port = 1; port < 20; port++) {
			if (family == AF_INET)
				pkt.key4.sport = htons(port);
			else
				pkt.key6.sport = htons(port);
			changed += test_pool_pick(&t, &pkt) != got;
		}
	}
	test_pool_exit(&t);

	/* of 1900, nine in ten */
	return good && (hash == DRLB_HASH_SOURCE ? !changed : changed > 1600);
}

/* Clients spread over the servers. When one goes down only its own clients go
 * elsewhere, each to the same server whenever it is asked for, and these spread
 * over all that are left.
 */
static bool __init failure_spreads(u8 family, u32 down)
{
	u32 moved[LISTED] = {}, all_moved = 0, i;
	struct test_pool t;
	int before, after;
	bool good;

	good = mh_pool_init(&t, &equal_ten, 65537, family);
	for (i = 0; good && i < CLIENTS; i++) {
		t.servers[down].egress = &t.up;
		before = pick_client(&t, family, i);
		t.servers[down].egress = &t.down;
		after = pick_client(&t, family, i);
		good = before >= 0 && after >= 0 && after != down &&
		       after == pick_client(&t, family, i) &&
		       (after == before || before == down);
		if (!good)
			break;
		t.picked[before]++;
		moved[after] += before == down;
		all_moved += before == down;
	}

	for (i = 0; good && i < t.n; i++) {
		good = distance(t.picked[i] * t.n, CLIENTS) < CLIENTS / 5;
		if (i != down)
			good &= moved[i] * 9 > all_moved / 2 &&
				moved[i] * 9 < all_moved * 2;
	}
	test_pool_exit(&t);

	return good;
}

static bool __init last_one_gets_all(u32 last)
{
	struct test_pool t;
	bool good;
	u32 i;

	good = mh_pool_init(&t, &equal_ten, 251, AF_INET);
	for (i = 0; good && i < t.n; i++)
		t.servers[i].egress = i == last ? &t.up : &t.down;
	for (i = 0; good && i < 1000; i++)
		good = pick_client(&t, AF_INET, i) == last;
	for (i = 0; good && i < 1000; i++) {
		t.servers[last].dead = true;
		good = pick_client(&t, AF_INET, i) == -1;
	}
	test_pool_exit(&t);

	return good;
}

static bool __init empty_pool_has_no_server(void)
{
	static const struct weights none = { 2, { 0, 0 } };
	struct test_pool t;
	bool good;

	good = mh_pool_init(&t, &none, 251, AF_INET) &&
	       pick_client(&t, AF_INET, 0) == -1;
	test_pool_exit(&t);

	return good;
}

static bool __init default_sizes_do(void)
{
	u32 size, last = 0, n;

	for (n = 1; n < U16_MAX; n++) {
		size = drlb_mh_default_size(n);
		if (size < last || size < min(32 * n, DRLB_TABLE_SIZE_MAX))
			return false;
		if (size > last && drlb_sched_check_table_size(size, NULL))
			return false;
		last = size;
	}

	return true;
}

/* What the heap is to come to, as the head of sched_mh.c has it. */
static bool __init turns_make_rounds(const struct weights *w, u32 size)
{
	struct claimant claimants[LISTED];
	u32 credit[LISTED] = {};
	u32 claimed = 0, i;
	struct test_pool t;
	u16 *table;
	bool good;

	good = mh_pool_init(&t, w, size, AF_INET);
	table = kvmalloc_array(size, sizeof(*table), GFP_KERNEL);
	good = good && table;
	if (!good)
		goto out;

	memset(table, 0xff, size * sizeof(*table));
	for (i = 0; i < w->n; i++)
		claimant_init(&claimants[i], &t.servers[i], size, AF_INET);
	for (i = 0; claimed < size; i = (i + 1) % w->n) {
		credit[i] += w->weight[i];
		if (credit[i] < w->weight[0])
			continue;
		credit[i] -= w->weight[0];
		table[claim(table, size, &claimants[i])] = i;
		claimed++;
	}
	good = !memcmp(table, t.pool->table, size * sizeof(*table));
out:
	kvfree(table);
	test_pool_exit(&t);
	return good;
}

static bool __init odd_sizes_are_refused(void)
{
	static const u32 sizes[] = { 0, 1, 241, 252, 65536, 66049, 655379 };
	int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (!drlb_sched_check_table_size(sizes[i], NULL))
			return false;
	}

	return true;
}

bool __init drlb_sched_mh_selftest(void)
{
	struct selftest st = { .name = "sched_mh" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mh_shares); i++)
		check(&st, shares_hold(&mh_shares[i]));
	for (i = 0; i < ARRAY_SIZE(mh_answers); i++)
		check(&st, answers_hold(&mh_answers[i]));
	for (i = 0; i < ARRAY_SIZE(mh_turns); i++)
		check(&st, turns_make_rounds(&mh_turns[i], 4093));
	check(&st, addresses_make_the_table(AF_INET));
	check(&st, addresses_make_the_table(AF_INET6));
	check(&st, only_the_same_is_copied());
	check(&st, removal_disturbs_little(0));
	check(&st, removal_disturbs_little(4));
	check(&st, removal_disturbs_little(9));
	check(&st, port_counts(AF_INET, DRLB_HASH_SOURCE));
	check(&st, port_counts(AF_INET, DRLB_HASH_SOURCE_PORT));
	check(&st, port_counts(AF_INET6, DRLB_HASH_SOURCE));
	check(&st, port_counts(AF_INET6, DRLB_HASH_SOURCE_PORT));
	check(&st, failure_spreads(AF_INET, 3));
	check(&st, failure_spreads(AF_INET6, 9));
	check(&st, last_one_gets_all(0));
	check(&st, last_one_gets_all(6));
	check(&st, empty_pool_has_no_server());
	check(&st, default_sizes_do());
	check(&st, odd_sizes_are_refused());

	return check_all_good(&st);
}
