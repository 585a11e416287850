// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops. A packet finds a neighbour entry here and nothing else: resolving,
 * queueing and header caching are the neighbour layer's. All that may change
 * under a configured server (routes, devices, addresses, the entry's death) is
 * met by one piece of work that brings each egress up to date. Events only
 * make it run at once; while there are egresses it also runs each second and
 * so repairs whatever an event did not tell.
 *
 * The director of a direct-routing cluster never sees replies, so nothing
 * confirms its neighbours but ARP and ND themselves. Left to the kernel, a dead
 * server would be noticed after its entry became stale, 15 to 45 seconds, plus
 * the probes; hence an active check every probe_interval.
 */
#include "server/egress.h"
#include "base/memory.h"
#include "netlink/netlink.h"

#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/ndisc.h>
#include <net/netevent.h>
#include <net/nexthop.h>

/* Next hops that are looked at before others have their turn */
#define SLICE	64

static const struct rhashtable_params table_params = {
	.key_len		= sizeof(struct drlb_egress_key),
	.key_offset		= offsetof(struct drlb_egress, key),
	.head_offset		= offsetof(struct drlb_egress, node),
	.automatic_shrinking	= true,
};

/* The way to an address: @dev holds a reference, and is NULL without a route
 * that serves.
 */
struct hop {
	struct net_device *dev;
	netdevice_tracker tracker;
	bool local;
	bool gateway;
	bool nobody;
};

static void hop_set(struct hop *hop, struct net_device *dev)
{
	hop->dev = dev;
	netdev_hold(dev, &hop->tracker, GFP_ATOMIC);
}

static void hop_put(struct hop *hop)
{
	netdev_put(hop->dev, &hop->tracker);
}

/* The FIB alone says where the way goes. Routes remember what ICMP told of an
 * address as well, redirects and path MTUs, which strangers can forge.
 */
static void hop_lookup4(struct drlb_net *dn, __be32 addr, struct hop *hop)
{
	struct flowi4 fl4 = {
		.daddr = addr,
		.flowi4_iif = LOOPBACK_IFINDEX,
	};
	const struct fib_nh_common *nhc;
	struct fib_result res = {};

	if (fib_lookup(dn->net, &fl4, &res, 0))
		return;

	nhc = FIB_RES_NHC(res);
	if (res.type == RTN_LOCAL)
		hop->local = true;
	else if (res.type != RTN_UNICAST)
		hop->nobody = true;
	else if (nhc->nhc_gw_family && nhc->nhc_scope == RT_SCOPE_LINK &&
		 !(nhc->nhc_gw_family == AF_INET && nhc->nhc_gw.ipv4 == addr))
		hop->gateway = true;
	else
		hop_set(hop, nhc->nhc_dev);
}

static bool route6_has_gateway(const struct rt6_info *rt,
			       const struct in6_addr *addr)
{
	const struct fib6_info *from = rcu_dereference(rt->from);
	const struct fib6_nh *nh;

	if (!from)
		return rt->rt6i_flags & RTF_GATEWAY;

	nh = from->nh ? nexthop_fib6_nh(from->nh) : from->fib6_nh;

	return nh && nh->fib_nh_gw_family &&
	       !ipv6_addr_equal(&nh->fib_nh_gw6, addr);
}

/* A look into the FIB itself does not obey all rules here: it is the FIB's entry
 * that the route came from which counts.
 */
static void hop_lookup6(struct drlb_net *dn, const struct in6_addr *addr,
			struct hop *hop)
{
	struct flowi6 fl6 = { .daddr = *addr };
	struct dst_entry *dst;
	struct rt6_info *rt;

	dst = ip6_route_output(dn->net, NULL, &fl6);
	rt = (struct rt6_info *)dst;
	if (dst->error)
		goto out;

	if (rt->rt6i_flags & RTF_LOCAL)
		hop->local = true;
	else if (route6_has_gateway(rt, addr))
		hop->gateway = true;
	else
		hop_set(hop, dst->dev);

out:
	dst_release(dst);
}

/* A route does not keep its device, but for a grace period. */
static void hop_lookup(struct drlb_net *dn, u8 family,
		       const union nf_inet_addr *addr, struct hop *hop)
{
	memset(hop, 0, sizeof(*hop));
	rcu_read_lock();
	if (family == AF_INET)
		hop_lookup4(dn, addr->ip, hop);
	else
		hop_lookup6(dn, &addr->in6, hop);
	rcu_read_unlock();
}

/* Whether other servers have the address, and a way there is known. */
static bool egress_known(struct drlb_net *dn, u8 family,
			 const union nf_inet_addr *addr)
{
	struct drlb_egress_key key = { .addr = *addr, .family = family };
	const struct drlb_egress *egress;
	bool known;

	rcu_read_lock();
	egress = rhashtable_lookup(&dn->egresses.table, &key, table_params);
	known = egress && READ_ONCE(egress->state) != DRLB_SERVER_NO_ROUTE;
	rcu_read_unlock();

	return known;
}

int drlb_egress_check(struct drlb_net *dn, u8 family,
		      const union nf_inet_addr *addr, bool of_many,
		      struct netlink_ext_ack *extack)
{
	struct hop hop;

	if (egress_known(dn, family, addr))
		return 0;

	hop_lookup(dn, family, addr, &hop);
	if (hop.gateway && of_many) {
		NL_SET_ERR_MSG(extack,
			       "a server is not on a directly connected network; it is used as soon as it is on one");
		return 0;
	}
	if (hop.gateway) {
		NL_SET_ERR_MSG(extack,
			       "the address is not on a directly connected network: direct routing needs the server on the director's own segment");
		return -EHOSTUNREACH;
	}
	if (hop.nobody || (hop.dev && hop.dev->flags & IFF_LOOPBACK)) {
		hop_put(&hop);
		NL_SET_ERR_MSG(extack,
			       "the address is no host's: a broadcast address, or routed to the loopback device");
		return -EHOSTUNREACH;
	}
	if (!hop.dev && !hop.local)
		NL_SET_ERR_MSG(extack,
			       "there is no route to a server yet; it is used as soon as there is one");
	hop_put(&hop);

	return 0;
}

static struct neigh_table *neigh_table(u8 family)
{
	return family == AF_INET ? &arp_tbl : &nd_tbl;
}

static u8 neigh_server_state(const struct neighbour *n)
{
	u8 nud = READ_ONCE(n->nud_state);

	if (nud & NUD_VALID)
		return DRLB_SERVER_UP;

	return nud & NUD_FAILED ? DRLB_SERVER_UNREACHABLE :
				  DRLB_SERVER_RESOLVING;
}

static void egress_set_state(struct drlb_egress *egress, u8 state)
{
	struct drlb_egress_user *user;

	if (READ_ONCE(egress->state) == state)
		return;
	if (state == DRLB_SERVER_UNREACHABLE)
		WRITE_ONCE(egress->failed, (u32)jiffies);
	if (xchg(&egress->state, state) == state)
		return;

	rcu_read_lock();
	list_for_each_entry_rcu(user, &egress->users, list)
		user->changed(user);
	rcu_read_unlock();
	drlb_nl_notify_egress(egress->dn, egress->key.family,
			      &egress->key.addr, state);
	/* Its entry may have been flushed only: ask anew. */
	if (state == DRLB_SERVER_UNREACHABLE)
		drlb_egresses_kick(egress->dn);
}

/* Asking again must not look like an answer: a server that failed stays
 * unreachable while its entry is INCOMPLETE.
 */
static void egress_follow(struct drlb_egress *egress, const struct neighbour *n)
{
	u8 state = neigh_server_state(n);

	if (state == DRLB_SERVER_RESOLVING &&
	    READ_ONCE(egress->state) == DRLB_SERVER_UNREACHABLE)
		return;

	egress_set_state(egress, state);
}

/* Publish @n, whose reference becomes the egress's, and end the old one's. */
static void egress_set_neigh(struct drlb_egress *egress, struct neighbour *n)
{
	struct neighbour *old;

	lockdep_assert_held(&egress->dn->egresses.lock);

	old = rcu_replace_pointer(egress->neigh, n,
				  lockdep_is_held(&egress->dn->egresses.lock));
	if (old)
		neigh_release(old);
}

static struct neighbour *egress_neigh(struct drlb_egress *egress)
{
	return rcu_dereference_protected(egress->neigh,
			lockdep_is_held(&egress->dn->egresses.lock));
}

/* Find the way there anew, keeping what is still right. */
static void egress_resolve(struct drlb_egress *egress)
{
	struct neighbour *n = egress_neigh(egress);
	struct hop hop;

	hop_lookup(egress->dn, egress->key.family, &egress->key.addr, &hop);
	if (!hop.dev) {
		egress_set_neigh(egress, NULL);
		egress_set_state(egress, hop.local ? DRLB_SERVER_LOCAL :
						     DRLB_SERVER_NO_ROUTE);
		return;
	}

	if (n && n->dev == hop.dev && !READ_ONCE(n->dead))
		goto out;

	n = __neigh_lookup(neigh_table(egress->key.family), &egress->key.addr,
			   hop.dev, 1);
	if (!n) {
		egress_set_neigh(egress, NULL);
		egress_set_state(egress, DRLB_SERVER_NO_ROUTE);
		goto out;
	}

	egress_set_neigh(egress, n);
	neigh_event_send(n, NULL);
	egress_follow(egress, n);
out:
	hop_put(&hop);
}

/* Ask the neighbour, if it is time. A failed one is asked each second. */
static void egress_probe(struct drlb_egress *egress)
{
	u32 interval = READ_ONCE(egress->dn->settings.probe_interval);
	struct neighbour *n = egress_neigh(egress);
	u8 nud;

	if (!n)
		return;

	nud = READ_ONCE(n->nud_state);
	if (!interval)
		egress->probed = jiffies;
	if (nud & (NUD_REACHABLE | NUD_STALE | NUD_DELAY)) {
		if (interval &&
		    !time_before(jiffies, egress->probed + interval * HZ)) {
			egress->probed = jiffies;
			neigh_update(n, NULL, NUD_PROBE, 0, 0);
		}
	} else if (!(nud & (NUD_VALID | NUD_INCOMPLETE))) {
		neigh_event_send(n, NULL);
	}
	egress_follow(egress, n);
}

/* Only where there are next hops: to unregister costs each namespace that ends
 * a grace period. It fails after five looks at all the routes if these change all
 * the time; a minute later it is tried again. Context: process, RTNL not held.
 */
static void egresses_hear_of_routes(struct drlb_net *dn)
{
	struct drlb_egresses *e = &dn->egresses;

	if (e->routes_heard || !READ_ONCE(dn->live) ||
	    (e->routes_try && time_before(jiffies, e->routes_try)))
		return;

	e->routes_heard = !register_fib_notifier(dn->net, &e->fib_nb, NULL,
						 NULL);
	e->routes_try = jiffies + 60 * HZ;
}

/* The next ones of the list, which goes round; who holds RTNL may wait for the
 * lock.
 */
static void egresses_slice(struct drlb_net *dn, int n)
{
	struct drlb_egresses *e = &dn->egresses;
	struct drlb_egress *egress;

	mutex_lock(&e->lock);
	while (n-- && !list_empty(&e->list)) {
		egress = list_first_entry(&e->list, struct drlb_egress, list);
		list_move_tail(&egress->list, &e->list);
		egress_resolve(egress);
		egress_probe(egress);
	}
	mutex_unlock(&e->lock);
}

static void drlb_egress_work(struct work_struct *work)
{
	struct drlb_net *dn = container_of(to_delayed_work(work),
					   struct drlb_net, egresses.work);
	int left;

	/* Who kicks after this is not content with what is read below. */
	xchg(&dn->egresses.kicked, 0);
	if (READ_ONCE(dn->egresses.used))
		egresses_hear_of_routes(dn);

	left = atomic_read(&dn->egresses.table.nelems);
	for (; left > 0; left -= SLICE) {
		egresses_slice(dn, min(left, SLICE));
		cond_resched();
	}

	mutex_lock(&dn->egresses.lock);
	if (!list_empty(&dn->egresses.list))
		queue_delayed_work(system_power_efficient_wq,
				   &dn->egresses.work, HZ);
	mutex_unlock(&dn->egresses.lock);
}

void drlb_egresses_kick(struct drlb_net *dn)
{
	/* The first of many events sets the time; the others must not move it. */
	if (!xchg(&dn->egresses.kicked, 1))
		mod_delayed_work(system_power_efficient_wq, &dn->egresses.work,
				 HZ / 100 + 1);
}

static struct drlb_egress *egress_create(struct drlb_net *dn,
					 const struct drlb_egress_key *key)
{
	struct drlb_egress *egress;
	int err;

	lockdep_assert_held(&dn->egresses.lock);

	egress = kzalloc(sizeof(*egress), DRLB_GFP_CONFIG);
	if (!egress)
		return ERR_PTR(-ENOMEM);

	egress->dn = dn;
	egress->key = *key;
	egress->probed = jiffies;
	egress->state = DRLB_SERVER_NO_ROUTE;
	INIT_LIST_HEAD(&egress->users);

	err = rhashtable_insert_fast(&dn->egresses.table, &egress->node,
				     table_params);
	if (err) {
		kfree(egress);
		return ERR_PTR(err);
	}
	list_add_tail(&egress->list, &dn->egresses.list);
	egress_resolve(egress);
	if (!dn->egresses.used) {
		WRITE_ONCE(dn->egresses.used, true);
		drlb_egresses_kick(dn);
	}
	queue_delayed_work(system_power_efficient_wq, &dn->egresses.work, HZ);

	return egress;
}

struct drlb_egress *drlb_egress_get(struct drlb_net *dn, u8 family,
				    const union nf_inet_addr *addr,
				    struct drlb_egress_user *user)
{
	struct drlb_egress_key key = { .addr = *addr, .family = family };
	struct drlb_egress *egress;

	mutex_lock(&dn->egresses.lock);
	egress = rhashtable_lookup_fast(&dn->egresses.table, &key,
					table_params);
	if (!egress)
		egress = egress_create(dn, &key);
	if (!IS_ERR(egress))
		list_add_tail_rcu(&user->list, &egress->users);
	mutex_unlock(&dn->egresses.lock);

	return egress;
}

/* Packets may still read it until a grace period is over. */
void drlb_egress_put(struct drlb_egress *egress, struct drlb_egress_user *user)
{
	struct drlb_net *dn = egress->dn;

	mutex_lock(&dn->egresses.lock);
	list_del_rcu(&user->list);
	if (list_empty(&egress->users)) {
		rhashtable_remove_fast(&dn->egresses.table, &egress->node,
				       table_params);
		list_del(&egress->list);
		egress_set_neigh(egress, NULL);
		kfree_rcu(egress, rcu);
	}
	mutex_unlock(&dn->egresses.lock);
}

void drlb_egress_describe(struct drlb_egress *egress,
			  struct drlb_egress_info *info)
{
	struct neighbour *n;

	memset(info, 0, sizeof(*info));
	info->state = READ_ONCE(egress->state);

	rcu_read_lock();
	n = rcu_dereference(egress->neigh);
	if (n) {
		info->ifindex = n->dev->ifindex;
		if (READ_ONCE(n->nud_state) & NUD_VALID) {
			info->lladdr_len = n->dev->addr_len;
			neigh_ha_snapshot((char *)info->lladdr, n, n->dev);
		}
	}
	rcu_read_unlock();
}

/* Let go of a device that goes away, at once: the work finds what is next. */
static void egresses_forget_dev(struct drlb_net *dn, struct net_device *dev)
{
	struct drlb_egress *egress;
	struct neighbour *n;

	mutex_lock(&dn->egresses.lock);
	list_for_each_entry(egress, &dn->egresses.list, list) {
		n = egress_neigh(egress);
		if (n && n->dev == dev) {
			egress_set_neigh(egress, NULL);
			egress_set_state(egress, DRLB_SERVER_NO_ROUTE);
		}
	}
	mutex_unlock(&dn->egresses.lock);
}

static int drlb_egress_netdev_event(struct notifier_block *nb,
				    unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct drlb_net *dn = drlb_net(dev_net(dev));

	if (!dn->live)
		return NOTIFY_DONE;

	switch (event) {
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
		egresses_forget_dev(dn, dev);
		fallthrough;
	case NETDEV_UP:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEADDR:
		drlb_egresses_kick(dn);
		break;
	}

	return NOTIFY_DONE;
}

/* Context: softirq or process, neighbour unlocked. */
static int drlb_egress_netevent(struct notifier_block *nb, unsigned long event,
				void *ptr)
{
	struct drlb_egress_key key = {};
	struct neighbour *n = ptr;
	struct drlb_egress *egress;
	struct drlb_net *dn;

	if (event != NETEVENT_NEIGH_UPDATE)
		return NOTIFY_DONE;

	if (n->tbl == &arp_tbl) {
		key.family = AF_INET;
		memcpy(&key.addr.ip, n->primary_key, sizeof(key.addr.ip));
	} else if (n->tbl == &nd_tbl) {
		key.family = AF_INET6;
		memcpy(&key.addr.in6, n->primary_key, sizeof(key.addr.in6));
	} else {
		return NOTIFY_DONE;
	}

	dn = drlb_net(dev_net(n->dev));
	rcu_read_lock();
	if (!READ_ONCE(dn->live))
		goto out;

	egress = rhashtable_lookup(&dn->egresses.table, &key, table_params);
	if (egress && rcu_access_pointer(egress->neigh) == n) {
		if (READ_ONCE(n->dead))
			drlb_egresses_kick(dn);
		else
			egress_follow(egress, n);
	}
out:
	rcu_read_unlock();

	return NOTIFY_DONE;
}

/* Context: RCU read-side section or RTNL. */
static int drlb_egress_fib_event(struct notifier_block *nb, unsigned long event,
				 void *ptr)
{
	struct drlb_net *dn = container_of(nb, struct drlb_net,
					   egresses.fib_nb);

	drlb_egresses_kick(dn);

	return NOTIFY_DONE;
}

int drlb_egresses_init(struct drlb_net *dn)
{
	mutex_init(&dn->egresses.lock);
	INIT_LIST_HEAD(&dn->egresses.list);
	INIT_DELAYED_WORK(&dn->egresses.work, drlb_egress_work);
	dn->egresses.fib_nb.notifier_call = drlb_egress_fib_event;

	return rhashtable_init(&dn->egresses.table, &table_params);
}

void drlb_egresses_stop(struct drlb_net *dn)
{
	struct drlb_egress *egress;

	cancel_delayed_work_sync(&dn->egresses.work);
	/* Neither routes nor neighbours have been heard of. */
	if (!dn->egresses.used)
		return;

	/* Either waits for a grace period: nobody kicks the work after it. */
	if (dn->egresses.routes_heard)
		unregister_fib_notifier(dn->net, &dn->egresses.fib_nb);
	else
		synchronize_rcu();
	cancel_delayed_work_sync(&dn->egresses.work);

	mutex_lock(&dn->egresses.lock);
	list_for_each_entry(egress, &dn->egresses.list, list)
		egress_set_neigh(egress, NULL);
	mutex_unlock(&dn->egresses.lock);
}

void drlb_egresses_exit(struct drlb_net *dn)
{
	WARN_ON(!list_empty(&dn->egresses.list));
	rhashtable_destroy(&dn->egresses.table);
	mutex_destroy(&dn->egresses.lock);
}

static struct notifier_block netdev_nb = {
	.notifier_call = drlb_egress_netdev_event,
};

static struct notifier_block netevent_nb = {
	.notifier_call = drlb_egress_netevent,
};

int __init drlb_egress_init(void)
{
	int err;

	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		return err;

	err = register_netevent_notifier(&netevent_nb);
	if (err)
		unregister_netdevice_notifier(&netdev_nb);

	return err;
}

void drlb_egress_exit(void)
{
	unregister_netevent_notifier(&netevent_nb);
	unregister_netdevice_notifier(&netdev_nb);
}
