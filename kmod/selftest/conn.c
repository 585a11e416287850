// SPDX-License-Identifier: GPL-2.0
/*
 * Somebody who knew the secret, and then the seeds as well, could make keys that
 * meet in one bucket. No chain grows longer for it than rhashtable allows; the
 * next entry moves all to other buckets, or is not made. Then the accounts: the
 * limits of each protocol, and a server's load.
 */
#include <linux/random.h>
#include <linux/slab.h>

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
 * struct conn_test - a namespace's connections, with one server
 * @conns: all of them
 * @load: their server's
 * @ht: the table that is filled
 * @family: of that
 * @tried: keys so far
 * @made: those that were entered, @n of them
 */
struct conn_test {
	struct drlb_conns *conns;
	struct drlb_load *load;
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
				drlb_key4_hash(&pkt->key.v4, tbl->hash_rnd) :
				drlb_key6_hash(&pkt->key.v6, tbl->hash_rnd));
}

static void __init key_any(struct conn_test *t, struct drlb_packet *pkt)
{
	memset(pkt, 0, sizeof(*pkt));
	pkt->family = t->family;
	t->tried++;
	if (t->family == AF_INET) {
		pkt->key.v4.saddr = htonl(0xc6120000 + t->tried);
		pkt->key.v4.daddr = htonl(0x0a000064);
		pkt->key.v4.sport = htons(1024 + t->tried % 60000);
		pkt->key.v4.dport = htons(80);
		pkt->key.v4.what = drlb_key_what(IPPROTO_TCP, 0);
		return;
	}

	pkt->key.v6.saddr.s6_addr32[0] = htonl(0x20010db8);
	pkt->key.v6.saddr.s6_addr32[3] = htonl(t->tried);
	pkt->key.v6.daddr.s6_addr32[0] = htonl(0x20010db8);
	pkt->key.v6.daddr.s6_addr32[3] = htonl(0x100);
	pkt->key.v6.sport = htons(1024 + t->tried % 60000);
	pkt->key.v6.dport = htons(80);
	pkt->key.v6.what = drlb_key_what(IPPROTO_TCP, 0);
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
	pkt->key.v6.sport = 0;
	pkt->key.v6.word[0] = drlb_hash_secret[0];
	pkt->key.v6.word[1] = free;
	if (how == MEET_BY_ONE) {
		pkt->key.v6.word[0] ^= 1;
		pkt->key.v6.word[4] ^= free;
	}
}

static struct drlb_conn *__init conn_find(const struct conn_test *t,
					  const struct drlb_packet *pkt)
{
	struct drlb_conn *conn;

	rcu_read_lock();
	conn = drlb_conn_lookup(t->conns, &pkt->key, t->family);
	rcu_read_unlock();

	return conn;
}

static void __init packet_begins(void)
	__acquires(RCU)
{
	rcu_read_lock();
	local_bh_disable();
}

static void __init packet_ends(void)
	__releases(RCU)
{
	local_bh_enable();
	rcu_read_unlock();
}

static void __init conn_change(struct conn_test *t, struct drlb_conn *conn,
			       u32 from, u32 to)
{
	packet_begins();
	drlb_conn_change(t->conns, conn, from, to);
	packet_ends();
}

static bool __init conn_kill(struct conn_test *t, struct drlb_conn *conn)
{
	bool killed;

	packet_begins();
	killed = drlb_conn_kill(t->conns, conn, t->family);
	packet_ends();

	return killed;
}

/* As a packet does it. NULL if there is no entry afterwards. */
static struct drlb_conn *__init conn_make(struct conn_test *t,
					  const struct drlb_packet *pkt,
					  u32 state)
{
	struct drlb_conn *conn;

	packet_begins();
	conn = drlb_conn_create(t->conns, pkt, t->load, state,
				600 * DRLB_CONN_HZ, (union drlb_conn_own){});
	if (conn)
		t->made[t->n++] = *pkt;
	else
		conn = conn_find(t, pkt);
	packet_ends();

	return conn;
}

static bool __init conn_made(struct conn_test *t, const struct drlb_packet *pkt)
{
	return conn_make(t, pkt, DRLB_CONNECTION_SYN_RECV);
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
	bool good = drlb_load_active(t->load) == t->n &&
		    drlb_conn_number(t->conns) == t->n;
	u32 i;

	rcu_read_lock();
	for (i = 0; good && i < t->n; i++)
		good = conn_find(t, &t->made[i]);
	rcu_read_unlock();

	return good;
}

static void __init conn_test_exit(struct conn_test *t)
{
	if (t->conns)
		drlb_conns_exit(t->conns);
	kvfree(t->conns);
	kfree(t->load);
	kfree(t);
}

static struct conn_test *__init conn_test_init(u8 family)
{
	struct conn_test *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;

	t->family = family;
	t->load = kzalloc(sizeof(*t->load), GFP_KERNEL);
	t->conns = kvzalloc(sizeof(*t->conns), GFP_KERNEL);
	if (t->conns)
		drlb_conns_init(t->conns);
	if (!t->load || !t->conns || drlb_conns_prepare(t->conns)) {
		conn_test_exit(t);
		return NULL;
	}

	t->ht = family == AF_INET ? &t->conns->table4 : &t->conns->table6;

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

/* ---- accounts ------------------------------------------------------------- */

/* The protocols' numbers of unproven connections, and the load. */
static bool __init accounts_are(const struct conn_test *t, int tcp, int udp,
				u32 active, u32 inactive)
{
	return atomic_read(&t->conns->unproven[DRLB_PROTO_TCP]) == tcp &&
	       atomic_read(&t->conns->unproven[DRLB_PROTO_UDP]) == udp &&
	       drlb_load_active(t->load) == active &&
	       drlb_load_inactive(t->load) == inactive &&
	       drlb_load_is_idle(t->load) == !(active + inactive) &&
	       drlb_conn_number(t->conns) == active + inactive;
}

/* The states in which another connection would be past a limit, as bits. */
static u32 __init states_full(const struct conn_test *t)
{
	u32 state, full = 0;

	for (state = DRLB_CONNECTION_UDP_NEW; state < DRLB_STATES; state++)
		full |= drlb_conn_full(t->conns, state) ? BIT(state) : 0;

	return full;
}

#define TCP_UNPROVEN	(BIT(DRLB_CONNECTION_SYN_RECV) |	\
			 BIT(DRLB_CONNECTION_ACK_RECV) |	\
			 BIT(DRLB_CONNECTION_TIME_WAIT) |	\
			 BIT(DRLB_CONNECTION_CLOSE))
#define UDP_UNPROVEN	BIT(DRLB_CONNECTION_UDP_NEW)
#define ALL_STATES	(BIT(DRLB_STATES) - BIT(DRLB_CONNECTION_UDP_NEW))

static struct drlb_conn *__init conn_in(struct conn_test *t, u32 state)
{
	struct drlb_packet pkt;

	key_any(t, &pkt);

	return conn_make(t, &pkt, state);
}

static void __init limits_are_by_protocol(struct selftest *st,
					  struct conn_test *t)
{
	struct drlb_conn_limits *limits = &t->conns->limits;
	struct drlb_conn *tcp, *udp;

	limits->max = 4;
	limits->unproven_max[DRLB_PROTO_TCP] = 2;
	limits->unproven_max[DRLB_PROTO_UDP] = 1;
	limits->unproven_max[DRLB_BUDGET_PERSISTENT] = 1;
	check(st, !states_full(t));

	udp = conn_in(t, DRLB_CONNECTION_UDP_NEW);
	check(st, udp && accounts_are(t, 0, 1, 0, 1));
	check(st, states_full(t) == UDP_UNPROVEN);

	tcp = conn_in(t, DRLB_CONNECTION_SYN_RECV);
	check(st, tcp && states_full(t) == UDP_UNPROVEN);
	check(st, conn_in(t, DRLB_CONNECTION_ACK_RECV));
	check(st, accounts_are(t, 2, 1, 2, 1));
	check(st, states_full(t) == (TCP_UNPROVEN | UDP_UNPROVEN));
	check(st, conn_in(t, DRLB_CONNECTION_ESTABLISHED));
	check(st, states_full(t) == ALL_STATES);

	limits->max = 5;
	conn_change(t, udp, DRLB_CONNECTION_UDP_NEW,
		    DRLB_CONNECTION_UDP);
	check(st, states_full(t) == TCP_UNPROVEN);
	check(st, accounts_are(t, 2, 0, 3, 1));
	conn_change(t, tcp, DRLB_CONNECTION_SYN_RECV,
		    DRLB_CONNECTION_CLOSE);
	check(st, states_full(t) == TCP_UNPROVEN);
	check(st, accounts_are(t, 2, 0, 2, 2));
	/* Somebody else was first. */
	conn_change(t, tcp, DRLB_CONNECTION_SYN_RECV,
		    DRLB_CONNECTION_ESTABLISHED);
	check(st, accounts_are(t, 2, 0, 2, 2));
	conn_change(t, tcp, DRLB_CONNECTION_CLOSE,
		    DRLB_CONNECTION_ESTABLISHED);
	check(st, !states_full(t) && accounts_are(t, 1, 0, 3, 1));
}

static void __init end_gives_all_back(struct selftest *st, struct conn_test *t)
{
	struct drlb_conn *conn;
	bool killed;
	u32 i;

	for (i = 0; i < t->n; i++) {
		rcu_read_lock();
		conn = conn_find(t, &t->made[i]);
		killed = conn && conn_kill(t, conn) && !conn_kill(t, conn);
		rcu_read_unlock();
		check(st, killed);
		check(st, !conn_find(t, &t->made[i]));
	}
	check(st, accounts_are(t, 0, 0, 0, 0));
}

/* One key in two VRFs is two connections; under one key there is one. */
static void __init vrfs_are_apart(struct selftest *st, struct conn_test *t)
{
	struct drlb_packet plain, vrf;
	struct drlb_conn *conn;

	key_any(t, &plain);
	vrf = plain;
	if (t->family == AF_INET)
		vrf.key.v4.what = drlb_key_what(IPPROTO_TCP, 0x6bcdef);
	else
		vrf.key.v6.what = drlb_key_what(IPPROTO_TCP, 0x6bcdef);
	check(st, drlb_packet_protocol(&vrf) == IPPROTO_TCP);
	check(st, drlb_key_vrf(drlb_packet_what(&vrf)) == 0x6bcdef);

	conn = conn_make(t, &plain, DRLB_CONNECTION_SYN_RECV);
	check(st, conn && conn_find(t, &plain) == conn);
	check(st, !conn_find(t, &vrf));
	check(st, conn_make(t, &vrf, DRLB_CONNECTION_SYN_RECV) != conn);
	check(st, t->n == 2);
	check(st, conn_make(t, &plain, DRLB_CONNECTION_ACK_RECV) == conn);
	check(st, accounts_are(t, 2, 0, 2, 0));
}

/* ---- clients that stay ---------------------------------------------------- */

static bool __init clients_are(const struct conn_test *t, int unproven, u32 all)
{
	const atomic_t *counts = t->conns->unproven;

	return atomic_read(&counts[DRLB_BUDGET_PERSISTENT]) == unproven &&
	       drlb_load_persistent(t->load) == all;
}

static struct drlb_conn *__init
template_enter(struct conn_test *t, const struct drlb_packet *client,
	       u32 timeout)
{
	struct drlb_conn *template;

	packet_begins();
	template = drlb_conn_create(t->conns, client, t->load,
				    DRLB_CONNECTION_PERSISTENT_NEW, timeout,
				    (union drlb_conn_own){
					    .lasting = 600 * DRLB_CONN_HZ });
	packet_ends();

	return template;
}

static void __init template_make(struct conn_test *t,
				 struct drlb_packet *client,
				 struct drlb_conn **template)
{
	key_any(t, client);
	if (t->family == AF_INET)
		client->key.v4.what |= DRLB_KEY_PERSISTENT;
	else
		client->key.v6.what |= DRLB_KEY_PERSISTENT;
	*template = template_enter(t, client, 10 * DRLB_CONN_HZ);
}

static struct drlb_conn *__init conn_of(struct conn_test *t,
					struct drlb_conn *template)
{
	struct drlb_packet pkt;
	struct drlb_conn *conn;

	key_any(t, &pkt);
	packet_begins();
	conn = drlb_conn_create(t->conns, &pkt, t->load,
				DRLB_CONNECTION_SYN_RECV, DRLB_CONN_HZ,
				(union drlb_conn_own){ .template = template });
	packet_ends();

	return conn;
}

static bool __init is_over(struct conn_test *t, struct drlb_conn *conn)
{
	WRITE_ONCE(conn->expires, drlb_conn_now());

	return drlb_conn_is_over(conn, drlb_conn_now());
}

/* A template does not expire while a connection holds it, and is proven by one
 * that is.
 */
static void __init templates_are_held(struct selftest *st, struct conn_test *t)
{
	struct drlb_conn *template, *conn, *second;
	struct drlb_packet client;
	u32 left;

	t->conns->limits.max = 100;
	template_make(t, &client, &template);
	check(st, template && clients_are(t, 1, 1));
	if (!template)
		return;

	check(st, !drlb_load_is_idle(t->load) && drlb_load_active(t->load) == 0);
	conn = conn_of(t, template);
	check(st, conn && !is_over(t, template));

	conn_change(t, conn, DRLB_CONNECTION_SYN_RECV,
		    DRLB_CONNECTION_ACK_RECV);
	check(st, clients_are(t, 1, 1) && !is_over(t, template));
	conn_change(t, conn, DRLB_CONNECTION_ACK_RECV,
		    DRLB_CONNECTION_ESTABLISHED);
	left = READ_ONCE(template->expires) - drlb_conn_now();
	check(st, clients_are(t, 0, 1));
	check(st, left > 500 * DRLB_CONN_HZ && left <= 600 * DRLB_CONN_HZ);
	second = template_enter(t, &client, 1);
	check(st, !second && clients_are(t, 0, 1) && !is_over(t, template));

	/* Its server does not come back. */
	t->load->closed = true;
	check(st, is_over(t, template));
	t->load->closed = false;

	check(st, conn_kill(t, conn));
	check(st, is_over(t, template));
	check(st, conn_kill(t, template));
	check(st, clients_are(t, 0, 0) && drlb_load_is_idle(t->load));
}

/* Whichever goes first, the other one goes on, and all is freed. */
static void __init templates_may_go_first(struct selftest *st,
					  struct conn_test *t)
{
	struct drlb_conn *template, *conn, *twin;
	struct drlb_packet client;

	template_make(t, &client, &template);
	check(st, template && drlb_conn_hold(template));
	if (!template)
		return;

	conn = conn_of(t, template);
	twin = conn_of(t, template);
	check(st, conn && twin);
	check(st, conn_kill(t, template));
	check(st, clients_are(t, 0, 0) && !conn_find(t, &client));
	conn_change(t, conn, DRLB_CONNECTION_SYN_RECV,
		    DRLB_CONNECTION_ESTABLISHED);
	check(st, clients_are(t, 0, 0));
	check(st, conn_kill(t, conn));

	/* The other one goes with the table, and so does one that is in it. */
	template_make(t, &client, &template);
	check(st, template && conn_of(t, template));
	drlb_conns_exit(t->conns);
	t->conns->ready = false;
	memset(t->conns->unproven, 0, sizeof(t->conns->unproven));
	memset(t->load, 0, sizeof(*t->load));
	check(st, !drlb_conns_prepare(t->conns));
}

/* Without tables there is nothing to end. */
static bool __init no_tables_no_exit(void)
{
	struct drlb_conns *conns = kvzalloc(sizeof(*conns), GFP_KERNEL);

	if (!conns)
		return false;

	drlb_conns_init(conns);
	drlb_conns_exit(conns);
	kvfree(conns);

	return true;
}

/* ---- all together --------------------------------------------------------- */

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

static void __init with_accounts(struct selftest *st, u8 family,
				 void (*test)(struct selftest *st,
					      struct conn_test *t))
{
	struct conn_test *t = conn_test_init(family);

	check(st, t);
	if (!t)
		return;

	test(st, t);
	end_gives_all_back(st, t);
	rcu_barrier();
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
	with_accounts(&st, AF_INET, limits_are_by_protocol);
	with_accounts(&st, AF_INET6, limits_are_by_protocol);
	with_accounts(&st, AF_INET, vrfs_are_apart);
	with_accounts(&st, AF_INET6, vrfs_are_apart);
	with_accounts(&st, AF_INET, templates_are_held);
	with_accounts(&st, AF_INET6, templates_are_held);
	with_accounts(&st, AF_INET, templates_may_go_first);
	with_accounts(&st, AF_INET6, templates_may_go_first);
	check(&st, no_tables_no_exit());
	rcu_barrier();
	drlb_conn_cache_exit();

	return check_all_good(&st);
}
