// SPDX-License-Identifier: GPL-2.0
/*
 * Tables must never change, so that directors of different versions and
 * machines agree: who owns which slot has known answers. They come from a
 * second implementation, made from the description at the head of maglev.c,
 * and are the FNV-1a hash of the owners' numbers.
 */
#include "pool.h"

#define FNV_START	0xcbf29ce484222325ULL

/* Shares within 2 %, or as near as whole slots get. */
static const struct maglev_shares {
	struct weights weights;
	u32 size;
	u8 family;
} maglev_shares[] = {
	{ { 1, { 7 } },				251,	AF_INET },
	{ { 3, { 1, 1, 1 } },			251,	AF_INET6 },
	{ { 3, { 5, 3, 1 } },			65537,	AF_INET },
	{ { 5, { 0, 5, 0, 3, 0 } },		65537,	AF_INET6 },
	{ { 7, { 1, 2, 3, 4, 5, 6, 7 } },	65537,	AF_INET },
	{ { 10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } }, 65537,	AF_INET6 },
	{ { 2, { 65535, 32768 } },		65537,	AF_INET },
	{ { 2, { 1000, 1 } },			65537,	AF_INET },
	{ { 500, { 1 } },			65537,	AF_INET },
	{ { 2, { 2147483647, 1073741824 } },	65537,	AF_INET },
	{ { 3, { 2147483647, 2147483646, 1 } },	65537,	AF_INET6 },
};

static const struct weights equal_ten = {
	10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }
};

/* The first one is the greatest. */
static const struct weights maglev_turns[] = {
	{ 1, { 1 } },
	{ 2, { 65535, 1 } },
	{ 2, { 2147483647, 1073741824 } },
	{ 3, { 65535, 65534, 65533 } },
	{ 3, { 2147483647, 2147483646, 1 } },
	{ 6, { 3, 1, 2, 3, 2, 1 } },
	{ 10, { 65535, 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
	{ 10, { 10007, 1, 9999, 5003, 5004, 2, 3334, 7, 10007, 10006 } },
};

static const struct maglev_answer {
	struct weights weights;
	u32 size;
	u8 family;
	u64 table;
} maglev_answers[] = {
	{ { 3, { 5, 3, 1 } }, 65537, AF_INET, 0x296cdb165b1f4183ULL },
	{ { 10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } }, 65537, AF_INET6,
	  0x251f02ead1315177ULL },
	{ { 5, { 7, 11, 13, 17, 5 } }, 251, AF_INET, 0xeb4bc7f468ef190bULL },
	{ { 3, { 2147483647, 1073741824, 2147483646 } }, 65537, AF_INET6,
	  0x91cb932d8601297cULL },
	{ { 4, { 2147483647, 1073741824, 1, 2147483646 } }, 16381, AF_INET,
	  0x73bb14ce0768610fULL },
};

/**
 * struct maglev_test - a table and its owners
 * @table: slots, @size of them
 * @node: owners, @n of them: those with a weight
 * @server: their numbers among all
 * @addr: 10.0.0.1 or 2001:db8::1 and those that follow
 */
struct maglev_test {
	u16 *table;
	u32 size;
	u32 n;
	struct drlb_maglev_node *node;
	u32 *server;
	union nf_inet_addr *addr;
};

static void __init maglev_exit(struct maglev_test *t)
{
	kvfree(t->addr);
	kvfree(t->server);
	kvfree(t->node);
	kvfree(t->table);
}

/* False if there is no memory. To be followed by exit in any case. */
static bool __init maglev_init(struct maglev_test *t, const struct weights *w,
			       u32 size, u8 family)
{
	u32 i;

	memset(t, 0, sizeof(*t));
	t->size = size;
	t->table = kvmalloc_array(size, sizeof(*t->table), GFP_KERNEL);
	t->node = kvcalloc(w->n, sizeof(*t->node), GFP_KERNEL);
	t->server = kvcalloc(w->n, sizeof(*t->server), GFP_KERNEL);
	t->addr = kvcalloc(w->n, sizeof(*t->addr), GFP_KERNEL);
	if (!t->table || !t->node || !t->server || !t->addr)
		return false;

	for (i = 0; i < w->n; i++) {
		if (!weight_of(w, i))
			continue;
		address(&t->addr[t->n], family, i + 1);
		t->server[t->n] = i;
		t->node[t->n].id = &t->addr[t->n];
		t->node[t->n].id_len = family == AF_INET ? 4 : 16;
		t->node[t->n].weight = weight_of(w, i);
		t->n++;
	}

	return !drlb_maglev_fill(t->table, size, t->node, t->n);
}

static u32 __init slot_owner(const struct maglev_test *t, u32 slot)
{
	return t->server[t->table[slot]];
}

static u64 __init distance(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

/* Each slot has an owner, and each owner its share of them. */
static bool __init shares_hold(const struct maglev_shares *s)
{
	u32 *owned = kvcalloc(s->weights.n, sizeof(*owned), GFP_KERNEL);
	u64 sum = weight_sum(&s->weights);
	struct maglev_test t;
	bool good;
	u32 i;

	good = maglev_init(&t, &s->weights, s->size, s->family) && owned;
	for (i = 0; good && i < s->size; i++) {
		good = t.table[i] < t.n;
		if (good)
			owned[slot_owner(&t, i)]++;
	}
	for (i = 0; good && i < s->weights.n; i++) {
		u64 due = (u64)weight_of(&s->weights, i) * s->size;
		u64 got = owned[i] * sum;

		/* A share of less than a slot may come to none. */
		good = distance(got, due) <= max(due / 50, sum) &&
		       (due < sum ? due || !got : got);
	}
	maglev_exit(&t);
	kvfree(owned);

	return good;
}

static bool __init answer_holds(const struct maglev_answer *a)
{
	u64 hash = FNV_START;
	struct maglev_test t;
	bool good;
	u32 i;

	good = maglev_init(&t, &a->weights, a->size, a->family);
	for (i = 0; good && i < a->size; i++)
		hash = (hash ^ slot_owner(&t, i)) * 0x100000001b3ULL;
	maglev_exit(&t);

	return good && hash == a->table;
}

/* Weights in the same proportion make the same table. */
static bool __init proportions_make_the_table(u8 family)
{
	static const struct weights once = { 4, { 5, 3, 1, 2 } };
	static const struct weights twice = { 4, { 10, 6, 2, 4 } };
	struct maglev_test a, b;
	bool good;

	good = maglev_init(&a, &once, 16381, family) &
	       maglev_init(&b, &twice, 16381, family);
	good = good && !memcmp(a.table, b.table, 16381 * sizeof(*a.table));
	maglev_exit(&a);
	maglev_exit(&b);

	return good;
}

/* Without one of ten, only its own slots change hands, and 2 % of the rest. */
static bool __init removal_disturbs_little(u32 gone)
{
	struct weights nine = equal_ten;
	struct maglev_test all, rest;
	u32 moved = 0, kept = 0, i;
	bool good;

	nine.weight[gone] = 0;
	good = maglev_init(&all, &equal_ten, 65537, AF_INET) &
	       maglev_init(&rest, &nine, 65537, AF_INET);
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
	maglev_exit(&all);
	maglev_exit(&rest);

	return good && moved < (kept + moved) / 50;
}

/* The rounds at the head of maglev.c, to which the heap is to come. */
static bool __init turns_make_rounds(const struct weights *w, u32 size)
{
	struct claimant claimants[LISTED];
	u64 credit[LISTED] = {};
	u32 claimed = 0, i;
	struct maglev_test t;
	u16 *table;
	bool good;

	good = maglev_init(&t, w, size, AF_INET);
	table = kvmalloc_array(size, sizeof(*table), GFP_KERNEL);
	good = good && table;
	if (!good)
		goto out;

	memset(table, 0xff, size * sizeof(*table));
	for (i = 0; i < w->n; i++)
		claimant_init(&claimants[i], size, &t.node[i]);
	for (i = 0; claimed < size; i = (i + 1) % w->n) {
		credit[i] += w->weight[i];
		if (credit[i] < w->weight[0])
			continue;
		credit[i] -= w->weight[0];
		table[claim(table, size, &claimants[i])] = i;
		claimed++;
	}
	good = !memcmp(table, t.table, size * sizeof(*table));
out:
	kvfree(table);
	maglev_exit(&t);
	return good;
}

static bool __init default_sizes_do(void)
{
	u32 size, last = 0, n;

	for (n = 1; n < U16_MAX; n++) {
		size = drlb_maglev_default_size(n);
		if (size < last || size < min(32 * n, DRLB_TABLE_SIZE_MAX) ||
		    size < DRLB_TABLE_SIZE_MIN || size > DRLB_TABLE_SIZE_MAX)
			return false;
		if (size > last && !drlb_maglev_is_prime(size))
			return false;
		last = size;
	}

	return true;
}

/* Against the sieve of Eratosthenes. */
static bool __init primes_are_known(void)
{
	u32 n = DRLB_TABLE_SIZE_MAX + 1, i, j;
	u8 *composite = kvzalloc(n, GFP_KERNEL);
	bool good = composite;

	for (i = 2; good && i * i < n; i++) {
		for (j = i * i; j < n; j += i)
			composite[j] = true;
	}
	for (i = 0; good && i < n; i++) {
		good = drlb_maglev_is_prime(i) == (i > 1 && !composite[i]);
		if (i % 1024 == 0)
			cond_resched();
	}
	kvfree(composite);

	return good;
}

bool __init drlb_maglev_selftest(void)
{
	struct selftest st = { .name = "maglev" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(maglev_shares); i++)
		check(&st, shares_hold(&maglev_shares[i]));
	for (i = 0; i < ARRAY_SIZE(maglev_answers); i++)
		check(&st, answer_holds(&maglev_answers[i]));
	for (i = 0; i < ARRAY_SIZE(maglev_turns); i++)
		check(&st, turns_make_rounds(&maglev_turns[i], 4093));
	check(&st, proportions_make_the_table(AF_INET));
	check(&st, proportions_make_the_table(AF_INET6));
	check(&st, removal_disturbs_little(0));
	check(&st, removal_disturbs_little(4));
	check(&st, removal_disturbs_little(9));
	check(&st, default_sizes_do());
	check(&st, primes_are_known());

	return check_all_good(&st);
}
