// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops: the work. Everything that may change under a configured server
 * (routes, devices, addresses, the neighbour entry's death) is met by one
 * piece of work. Events note which egresses are concerned and wake it; while
 * there are egresses it also looks at all of them each second and so repairs
 * whatever no event told.
 *
 * The director of a direct-routing cluster never sees replies, so nothing
 * confirms its neighbours but ARP and ND themselves. Left to the kernel, a
 * dead server would be noticed after its entry became stale, 15 to 45 seconds,
 * plus the probes; hence an active check every probe_interval.
 */
#include "server/egress.h"
#include "base/work.h"
#include "server/route.h"

#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/ndisc.h>

/* Next hops that are looked at before others may take the lock. */
#define SLICE		64

/* Users of one next hop that are told before others may run. */
#define USERS_SLICE	1024

/* Seconds between two questions to a neighbour that does not answer while the
 * host's table is full, at the most.
 */
#define RETRY_MAX	16

void drlb_egresses_wake(struct drlb_egresses *egresses, unsigned long delay)
{
	if (READ_ONCE(egresses->live))
		drlb_share_wake(&egresses->share, &egresses->work, delay);
}

void drlb_egresses_kick(struct drlb_egresses *egresses)
{
	spin_lock_bh(&egresses->news_lock);
	egresses->all = true;
	spin_unlock_bh(&egresses->news_lock);
	drlb_egresses_wake(egresses, 0);
}

/* ---- one next hop -------------------------------------------------------- */

static struct neighbour *egress_neigh(struct drlb_egress *egress)
{
	return rcu_dereference_protected(egress->neigh,
				lockdep_is_held(&egress->egresses->lock));
}

/* Publish @n without a reference. Returns false if it is about to go. */
static bool egress_adopt(struct drlb_egress *egress, struct neighbour *n)
{
	rcu_assign_pointer(egress->neigh, n);
	/* Either the event of its death finds it here, or it is seen dead. */
	smp_mb();
	if (!READ_ONCE(n->dead) && READ_ONCE(egress->egresses->live))
		return true;

	RCU_INIT_POINTER(egress->neigh, NULL);

	return false;
}

static void egress_lose(struct drlb_egress *egress, u8 state)
{
	RCU_INIT_POINTER(egress->neigh, NULL);
	drlb_egress_set_state(egress, state);
}

/* True until the next question is due. A neighbour that does not answer is asked
 * each second; but an entry that waits for an answer cannot be thrown out, so
 * that in a full table the questions become rarer. So do attempts to create an
 * entry.
 */
static bool egress_waits(const struct drlb_egress *egress)
{
	return egress->tries && time_before(jiffies, egress->retry) &&
	       (READ_ONCE(egress->state) == DRLB_SERVER_NO_NEIGHBOUR ||
		drlb_egress_table_is_full(egress->key.family));
}

static void egress_tried(struct drlb_egress *egress)
{
	egress->retry = jiffies + min(1U << egress->tries, RETRY_MAX) * HZ;
	egress->tries = min(egress->tries + 1, 8U);
}

/* Find the neighbour entry, or create it if that is due. Its table may be full. */
static void egress_meet(struct drlb_egress *egress, struct net_device *dev)
{
	struct neigh_table *tbl = egress->key.family == AF_INET ? &arp_tbl :
								  &nd_tbl;
	bool waits = egress_waits(egress);
	struct neighbour *n;

	if (!waits)
		egress_tried(egress);
	n = __neigh_lookup(tbl, &egress->key.addr, dev, !waits);
	if (!n) {
		if (!waits ||
		    READ_ONCE(egress->state) != DRLB_SERVER_UNREACHABLE)
			egress_lose(egress, DRLB_SERVER_NO_NEIGHBOUR);
		return;
	}

	if (egress_adopt(egress, n)) {
		if (!waits)
			neigh_event_send(n, NULL);
		drlb_egress_follow(egress, n);
	}
	neigh_release(n);
}

static void egress_resolve(struct drlb_egress *egress)
{
	struct drlb_route route;
	struct neighbour *n;

	drlb_route_find(egress->egresses->net, egress->key.family,
			&egress->key.addr, &route);
	if (!route.dev) {
		egress->tries = 0;
		egress_lose(egress, route.kind == DRLB_ROUTE_LOCAL ?
				    DRLB_SERVER_LOCAL : DRLB_SERVER_NO_ROUTE);
		return;
	}

	WRITE_ONCE(egress->mtu, route.mtu);
	rcu_read_lock();
	n = egress_neigh(egress);
	if (n && n->dev != route.dev) {
		egress->tries = 0;
		n = NULL;
	}
	rcu_read_unlock();
	if (!n)
		egress_meet(egress, route.dev);
	drlb_route_put(&route);
}

/* Ask the neighbour, if it is time. */
static void egress_probe(struct drlb_egress *egress)
{
	u32 interval = READ_ONCE(egress->egresses->probe_interval);
	struct neighbour *n;
	u8 nud;

	rcu_read_lock();
	n = rcu_dereference(egress->neigh);
	if (n && !refcount_inc_not_zero(&n->refcnt))
		n = NULL;
	rcu_read_unlock();
	if (!n)
		return;

	/* Packets that find a valid entry do not say so to the kernel. */
	WRITE_ONCE(n->used, jiffies);
	nud = READ_ONCE(n->nud_state);
	if (!interval)
		egress->probed = jiffies;
	if (nud & NUD_VALID)
		egress->tries = 0;
	if (nud & (NUD_REACHABLE | NUD_STALE | NUD_DELAY)) {
		if (interval &&
		    !time_before(jiffies, egress->probed + interval * HZ)) {
			egress->probed = jiffies;
			neigh_update(n, NULL, NUD_PROBE, 0, 0);
		}
	} else if (!(nud & (NUD_VALID | NUD_INCOMPLETE)) &&
		   !egress_waits(egress)) {
		egress_tried(egress);
		neigh_event_send(n, NULL);
	}
	drlb_egress_follow(egress, n);
	neigh_release(n);
}

/* Tell the users, if there is something that they do not know. */
static void egress_tell(struct drlb_egress *egress)
{
	struct drlb_egress_info info;
	struct drlb_egress_user *user;
	unsigned int n = 0;

	drlb_egress_describe(egress, &info);
	if (info.state == egress->told.state &&
	    !memcmp(info.lladdr, egress->told.lladdr, ETH_ALEN))
		return;

	egress->told.state = info.state;
	memcpy(egress->told.lladdr, info.lladdr, ETH_ALEN);
	list_for_each_entry(user, &egress->users, list) {
		user->changed(user);
		if (++n % USERS_SLICE == 0)
			cond_resched();
	}
}

void drlb_egress_refresh(struct drlb_egress *egress)
{
	lockdep_assert_held(&egress->egresses->lock);

	if (!READ_ONCE(egress->egresses->live))
		return;

	egress_resolve(egress);
	egress_probe(egress);
	egress_tell(egress);
}

/* ---- routes -------------------------------------------------------------- */

static bool prefix_covers(const struct drlb_prefix *prefix, u8 family,
			  const union nf_inet_addr *addr)
{
	if (prefix->family != family)
		return false;
	if (family == AF_INET)
		return !prefix->len || !((prefix->addr.ip ^ addr->ip) &
					 htonl(~0U << (32 - prefix->len)));

	return ipv6_prefix_equal(&prefix->addr.in6, &addr->in6, prefix->len);
}

/* Note a prefix; when there are too many, a look at all is simpler. */
static void prefix_add(struct drlb_egresses *egresses,
		       const struct drlb_prefix *prefix)
{
	u32 i;

	spin_lock_bh(&egresses->news_lock);
	for (i = 0; i < egresses->prefixes_n; i++) {
		const struct drlb_prefix *have = &egresses->prefixes[i];

		if (have->len <= prefix->len &&
		    prefix_covers(have, prefix->family, &prefix->addr))
			goto out;
	}
	if (egresses->prefixes_n < ARRAY_SIZE(egresses->prefixes))
		egresses->prefixes[egresses->prefixes_n++] = *prefix;
	else
		egresses->all = true;
out:
	spin_unlock_bh(&egresses->news_lock);
}

/* Context: RCU read-side section or RTNL. */
int drlb_egress_fib_event(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	struct drlb_egresses *egresses = container_of(nb, struct drlb_egresses,
						      fib_nb);
	const struct fib_notifier_info *info = ptr;
	struct drlb_prefix prefix = { .family = info->family };

	switch (event) {
	case FIB_EVENT_ENTRY_REPLACE:
	case FIB_EVENT_ENTRY_APPEND:
	case FIB_EVENT_ENTRY_ADD:
	case FIB_EVENT_ENTRY_DEL:
		break;
	default:
		drlb_egresses_kick(egresses);
		return NOTIFY_DONE;
	}

	if (info->family == AF_INET) {
		const struct fib_entry_notifier_info *entry = ptr;

		prefix.addr.ip = htonl(entry->dst);
		prefix.len = entry->dst_len;
	} else if (info->family == AF_INET6) {
		const struct fib6_entry_notifier_info *entry = ptr;

		prefix.addr.in6 = entry->rt->fib6_dst.addr;
		prefix.len = entry->rt->fib6_dst.plen;
	} else {
		return NOTIFY_DONE;
	}
	prefix_add(egresses, &prefix);
	drlb_egresses_wake(egresses, HZ / 100 + 1);

	return NOTIFY_DONE;
}

/* Routes are heard of only where there are next hops: to unregister costs each
 * namespace that ends a grace period. It fails after five looks at all the
 * routes if these change all the time; a minute later it is tried again.
 * Context: process, RTNL not held.
 */
static void hear_of_routes(struct drlb_egresses *egresses)
{
	if (egresses->routes_heard ||
	    (egresses->routes_try &&
	     time_before(jiffies, egresses->routes_try)))
		return;

	egresses->routes_heard = !register_fib_notifier(egresses->net,
							&egresses->fib_nb,
							NULL, NULL);
	egresses->routes_try = jiffies + 60 * HZ;
}

/* ---- the work ------------------------------------------------------------ */

/* The subject of a run of the work. */
struct news {
	struct drlb_prefix prefixes[DRLB_EGRESS_PREFIXES];
	u32 prefixes_n;
	bool all;
};

static void news_take(struct drlb_egresses *egresses, struct news *news)
{
	spin_lock_bh(&egresses->news_lock);
	memcpy(news->prefixes, egresses->prefixes, sizeof(news->prefixes));
	news->prefixes_n = egresses->prefixes_n;
	news->all = egresses->all ||
		    !time_before(jiffies, egresses->next_all);
	egresses->prefixes_n = 0;
	egresses->all = false;
	spin_unlock_bh(&egresses->news_lock);
	if (news->all)
		egresses->next_all = jiffies + HZ;
}

static bool news_concern(const struct news *news,
			 const struct drlb_egress *egress)
{
	u32 i;

	for (i = 0; i < news->prefixes_n; i++) {
		if (prefix_covers(&news->prefixes[i], egress->key.family,
				  &egress->key.addr))
			return true;
	}

	return news->all;
}

static struct drlb_egress *changed_take(struct drlb_egresses *egresses)
{
	struct drlb_egress *egress;

	spin_lock_bh(&egresses->news_lock);
	egress = list_first_entry_or_null(&egresses->changed,
					  struct drlb_egress, changed);
	if (egress)
		list_del_init(&egress->changed);
	spin_unlock_bh(&egresses->news_lock);

	return egress;
}

/* False when there are no more. */
static bool changed_slice(struct drlb_egresses *egresses, u32 *left)
{
	struct drlb_egress *egress = NULL;
	int i;

	mutex_lock(&egresses->lock);
	for (i = 0; i < SLICE && *left; i++) {
		egress = changed_take(egresses);
		if (!egress)
			break;
		drlb_egress_refresh(egress);
		(*left)--;
	}
	mutex_unlock(&egresses->lock);

	return egress && *left;
}

/* The next ones of the list, which goes round: whoever holds RTNL may wait for
 * the lock.
 */
static void list_slice(struct drlb_egresses *egresses, const struct news *news,
		       u32 n)
{
	struct drlb_egress *egress;

	mutex_lock(&egresses->lock);
	while (n-- && !list_empty(&egresses->list)) {
		egress = list_first_entry(&egresses->list, struct drlb_egress,
					  list);
		list_move_tail(&egress->list, &egresses->list);
		if (news_concern(news, egress))
			drlb_egress_refresh(egress);
	}
	mutex_unlock(&egresses->lock);
}

static void list_look(struct drlb_egresses *egresses, const struct news *news)
{
	u32 left = READ_ONCE(egresses->n);
	u32 n;

	for (; left; left -= n) {
		n = min_t(u32, left, SLICE);
		list_slice(egresses, news, n);
		cond_resched();
	}
}

void drlb_egresses_work(struct work_struct *work)
{
	struct drlb_egresses *egresses = container_of(to_delayed_work(work),
						      struct drlb_egresses,
						      work);
	u32 left = READ_ONCE(egresses->n);
	struct news news;

	if (!READ_ONCE(egresses->live))
		return;

	drlb_share_begin(&egresses->share);
	if (left)
		hear_of_routes(egresses);
	news_take(egresses, &news);
	while (changed_slice(egresses, &left))
		cond_resched();
	if (news.all || news.prefixes_n)
		list_look(egresses, &news);

	drlb_share_end(&egresses->share);
	if (READ_ONCE(egresses->n))
		drlb_egresses_wake(egresses, HZ);
	/* News that came meanwhile found the work running. */
	spin_lock_bh(&egresses->news_lock);
	news.all = egresses->all || egresses->prefixes_n ||
		   !list_empty(&egresses->changed);
	spin_unlock_bh(&egresses->news_lock);
	if (news.all)
		drlb_egresses_wake(egresses, 1);
}
