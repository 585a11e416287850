// SPDX-License-Identifier: GPL-2.0
/*
 * A client's server must never change, so that directors of different versions
 * and machines agree: it has known answers. They come from a second
 * implementation, made from the description in mh.c and maglev.c, and are the
 * FNV-1a hash of the servers' numbers.
 */
#include <linux/kernel.h>

#include "pool.h"

#define CLIENTS		10000
#define FNV_START	0xcbf29ce484222325ULL

static const struct weights equal_ten = {
	10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }
};

/* The first thousand clients: by port too, by address alone, and by port with
 * the first two servers down, and with the last one alone.
 */
static const struct mh_answer {
	struct weights weights;
	u32 size;
	u8 family;
	u64 by_port;
	u64 by_source;
	u64 two_down;
	u64 last_down;
} mh_answers[] = {
	{ { 3, { 5, 3, 1 } }, 65537, AF_INET,
	  0xb53fcef752242468ULL, 0x4357ce02a65ef666ULL,
	  0x5ccfb2109cc2cd25ULL, 0x1664f6a9024322dfULL },
	{ { 10, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } }, 65537, AF_INET6,
	  0x2e8488486acbe14bULL, 0xc99b4bc1d69cb8ccULL,
	  0x9cc84b56056eaa7bULL, 0xe175a04be2d34202ULL },
	{ { 5, { 7, 11, 13, 17, 5 } }, 251, AF_INET,
	  0xd06ae7dd2eafa0f4ULL, 0x129c1a107912adfdULL,
	  0x0ed801c6b7ca0107ULL, 0x87e0c93a874b1fc9ULL },
	{ { 3, { 2147483647, 1073741824, 2147483646 } }, 65537, AF_INET6,
	  0x808830ac82ae1eb1ULL, 0x0875baf1fcb23a09ULL,
	  0x5ccfb2109cc2cd25ULL, 0x06ca9ff1b94be69fULL },
	{ { 4, { 2147483647, 1073741824, 1, 2147483646 } }, 16381, AF_INET,
	  0xe8dbaf9be048554fULL, 0x1c9a0a52fadbf2d4ULL,
	  0xe38178fcd532272cULL, 0xff7c8438d4f0b214ULL },
};

static bool __init mh_pool_init(struct test_pool *t, const struct weights *w,
				u32 size, u8 family)
{
	struct drlb_pool_conf conf = {
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
		pkt.key.v4.saddr = htonl(0xc0000200 + i);
		pkt.key.v4.sport = htons(1024 + i);
	} else {
		pkt.key.v6.saddr.s6_addr32[0] = htonl(0x20010db8);
		pkt.key.v6.saddr.s6_addr32[1] = htonl(0x00010000);
		pkt.key.v6.saddr.s6_addr32[3] = htonl(i);
		pkt.key.v6.sport = htons(1024 + i);
	}

	return pkt;
}

static int __init pick_client(struct test_pool *t, u8 family, u32 i)
{
	struct drlb_packet pkt = client(family, i);

	return test_pool_pick(t, &pkt);
}

static u64 __init hash_picks(struct test_pool *t, u8 family)
{
	u64 hash = FNV_START;
	u32 i;

	for (i = 0; i < 1000; i++) {
		hash ^= pick_client(t, family, i);
		hash *= 0x100000001b3ULL;
	}

	return hash;
}

static bool __init answers_hold(const struct mh_answer *a)
{
	struct test_pool t;
	bool good;

	good = mh_pool_init(&t, &a->weights, a->size, a->family) &&
	       hash_picks(&t, a->family) == a->by_port;
	if (!good)
		goto out;

	t.pool->conf.hash = DRLB_HASH_SOURCE;
	good = hash_picks(&t, a->family) == a->by_source;
	t.pool->conf.hash = DRLB_HASH_SOURCE_PORT;
	t.servers[0].egress = &t.down;
	t.servers[1].egress = &t.down;
	good = good && test_pool_refresh(&t) &&
	       hash_picks(&t, a->family) == a->two_down;
	t.servers[0].egress = &t.up;
	t.servers[1].egress = &t.up;
	t.servers[t.n - 1].egress = &t.down;
	good = good && test_pool_refresh(&t) &&
	       hash_picks(&t, a->family) == a->last_down;
out:
	test_pool_exit(&t);
	return good;
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
		t.pool->conf.hash = hash;
	for (i = 0; good && i < 100; i++) {
		pkt = client(family, i);
		got = test_pool_pick(&t, &pkt);
		for (port = 1; port < 20; port++) {
			if (family == AF_INET)
				pkt.key.v4.sport = htons(port);
			else
				pkt.key.v6.sport = htons(port);
			changed += test_pool_pick(&t, &pkt) != got;
		}
	}
	test_pool_exit(&t);

	/* of 1900, nine in ten */
	return good && (hash == DRLB_HASH_SOURCE ? !changed : changed > 1600);
}

/* The servers of all clients: -1 is 0xff. */
static void __init pick_all(struct test_pool *t, u8 family, u8 *server)
{
	u32 i;

	for (i = 0; i < CLIENTS; i++)
		server[i] = pick_client(t, family, i);
}

/* A client goes elsewhere only if its server is down, and then in the same way
 * each time.
 */
static bool __init only_the_lost_move(const u8 *before, const u8 *after,
				      const u8 *again, u32 down)
{
	u32 i;

	for (i = 0; i < CLIENTS; i++) {
		if (before[i] >= LISTED || after[i] >= LISTED ||
		    after[i] == down || after[i] != again[i] ||
		    (after[i] != before[i] && before[i] != down))
			return false;
	}

	return true;
}

/* Clients spread over the servers. When one goes down, its own clients spread
 * over all that are left.
 */
static bool __init clients_spread(const u8 *before, const u8 *after, u32 down)
{
	u32 picked[LISTED] = {}, moved[LISTED] = {}, all_moved = 0, i;
	bool good = true;

	for (i = 0; i < CLIENTS; i++) {
		picked[before[i]]++;
		moved[after[i]] += before[i] == down;
		all_moved += before[i] == down;
	}
	for (i = 0; i < LISTED; i++) {
		good &= abs((int)(picked[i] * LISTED) - CLIENTS) < CLIENTS / 5;
		if (i != down)
			good &= moved[i] * 9 > all_moved / 2 &&
				moved[i] * 9 < all_moved * 2;
	}

	return good;
}

static bool __init failure_spreads(u8 family, u32 down)
{
	u8 *server = kvmalloc_array(3, CLIENTS, GFP_KERNEL);
	struct test_pool t;
	bool good;

	good = mh_pool_init(&t, &equal_ten, 65537, family) && server;
	if (!good)
		goto out;

	pick_all(&t, family, server);
	t.servers[down].egress = &t.down;
	good = test_pool_refresh(&t);
	if (!good)
		goto out;

	pick_all(&t, family, server + CLIENTS);
	pick_all(&t, family, server + 2 * CLIENTS);
	good = only_the_lost_move(server, server + CLIENTS,
				  server + 2 * CLIENTS, down) &&
	       clients_spread(server, server + CLIENTS, down);
	t.servers[down].egress = &t.up;
	good = good && test_pool_refresh(&t);
	pick_all(&t, family, server + CLIENTS);
	good = good && !memcmp(server, server + CLIENTS, CLIENTS);
out:
	test_pool_exit(&t);
	kvfree(server);
	return good;
}

/* A live set that is behind: a server that is down is not picked, if one of the
 * eight from another one on can be.
 */
static bool __init the_usable_are_found(u32 down)
{
	struct test_pool t;
	bool good;
	u32 i;
	int got;

	good = mh_pool_init(&t, &equal_ten, 251, AF_INET);
	for (i = 0; good && i < t.n; i++) {
		if (down & BIT(i))
			t.servers[i].dead = true;
	}
	for (i = 0; good && i < 1000; i++) {
		got = pick_client(&t, AF_INET, i);
		good = got >= 0 && !(down & BIT(got));
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
	good = good && test_pool_refresh(&t);
	for (i = 0; good && i < 1000; i++)
		good = pick_client(&t, AF_INET, i) == last;
	drlb_egress_set_state(&t.up, DRLB_SERVER_NO_ROUTE);
	good = good && test_pool_refresh(&t);
	for (i = 0; good && i < 1000; i++)
		good = pick_client(&t, AF_INET, i) == -1;
	test_pool_exit(&t);

	return good;
}

/* Blind, a client gets its server whether that is down or not. */
static bool __init blind_is_as_if_up(void)
{
	struct drlb_packet pkt;
	struct test_pool t;
	bool good;
	u32 i;

	good = mh_pool_init(&t, &equal_ten, 251, AF_INET);
	for (i = 0; good && i < 1000; i++) {
		pkt = client(AF_INET, i);
		drlb_egress_set_state(&t.up, DRLB_SERVER_UP);
		t.picked[0] = test_pool_pick(&t, &pkt);
		drlb_egress_set_state(&t.up, DRLB_SERVER_UNREACHABLE);
		good = drlb_sched_blind(t.pool, &pkt) ==
		       &t.servers[t.picked[0]];
	}
	test_pool_exit(&t);

	return good;
}

static bool __init empty_pool_has_no_server(void)
{
	static const struct weights none = { 2, { 0, 0 } };
	struct drlb_packet pkt = client(AF_INET, 0);
	struct test_pool t;
	bool good;

	good = mh_pool_init(&t, &none, 251, AF_INET) &&
	       !drlb_sched_hashed(t.pool, test_pool_live(&t), &pkt) &&
	       !drlb_sched_blind(t.pool, &pkt);
	test_pool_exit(&t);

	return good;
}

bool __init drlb_sched_mh_selftest(void)
{
	struct selftest st = { .name = "sched_mh" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mh_answers); i++)
		check(&st, answers_hold(&mh_answers[i]));
	check(&st, port_counts(AF_INET, DRLB_HASH_SOURCE));
	check(&st, port_counts(AF_INET, DRLB_HASH_SOURCE_PORT));
	check(&st, port_counts(AF_INET6, DRLB_HASH_SOURCE));
	check(&st, port_counts(AF_INET6, DRLB_HASH_SOURCE_PORT));
	check(&st, failure_spreads(AF_INET, 3));
	check(&st, failure_spreads(AF_INET6, 9));
	check(&st, the_usable_are_found(0x001));
	check(&st, the_usable_are_found(0x200));
	check(&st, the_usable_are_found(0x37e));
	check(&st, last_one_gets_all(0));
	check(&st, last_one_gets_all(6));
	check(&st, blind_is_as_if_up());
	check(&st, empty_pool_has_no_server());

	return check_all_good(&st);
}
