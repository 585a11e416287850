// SPDX-License-Identifier: GPL-2.0
/*
 * Routes to servers. The FIB alone tells them: the routes that IP remembers
 * also obey what ICMP told of an address, redirects and path MTUs, which
 * strangers can forge.
 */
#include "server/route.h"

#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/l3mdev.h>
#include <net/nexthop.h>

/* Context: RCU read-side section. */
static void route_direct(struct drlb_route *route, struct net_device *dev,
			 u32 mtu)
{
	u32 dev_mtu = READ_ONCE(dev->mtu);

	if (dev->flags & IFF_LOOPBACK || netif_is_l3_master(dev)) {
		route->kind = DRLB_ROUTE_NOBODY;
		return;
	}

	route->kind = DRLB_ROUTE_DIRECT;
	route->mtu = mtu ? min(mtu, dev_mtu) : dev_mtu;
	route->dev = dev;
	netdev_hold(dev, &route->tracker, GFP_ATOMIC);
}

/* @vrf is the index of a VRF's device, or 0 for the namespace's tables. */
static void route_find4(struct net *net, __be32 addr, int vrf,
			struct drlb_route *route)
{
	struct flowi4 fl4 = {
		.daddr = addr,
		.flowi4_oif = vrf,
		.flowi4_iif = LOOPBACK_IFINDEX,
	};
	const struct fib_nh_common *nhc;
	struct fib_result res = {};

	if (fib_lookup(net, &fl4, &res, 0))
		return;

	nhc = FIB_RES_NHC(res);
	if (res.type == RTN_LOCAL)
		route->kind = DRLB_ROUTE_LOCAL;
	else if (res.type != RTN_UNICAST)
		route->kind = DRLB_ROUTE_NOBODY;
	else if (nhc->nhc_gw_family && nhc->nhc_scope == RT_SCOPE_LINK &&
		 !(nhc->nhc_gw_family == AF_INET && nhc->nhc_gw.ipv4 == addr))
		route->kind = DRLB_ROUTE_GATEWAY;
	else
		route_direct(route, nhc->nhc_dev, res.fi->fib_mtu);
}

static bool route6_has_gateway(const struct rt6_info *rt,
			       const struct fib6_info *from,
			       const struct in6_addr *addr)
{
	const struct fib6_nh *nh;

	if (!from)
		return rt->rt6i_flags & RTF_GATEWAY;

	nh = from->nh ? nexthop_fib6_nh(from->nh) : from->fib6_nh;

	return nh && nh->fib_nh_gw_family &&
	       !ipv6_addr_equal(&nh->fib_nh_gw6, addr);
}

static u32 route6_mtu(const struct net_device *dev,
		      const struct fib6_info *from)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);
	u32 advertised = idev ? READ_ONCE(idev->cnf.mtu6) : 0;
	u32 mtu = from ? from->fib6_pmtu : 0;

	return min_not_zero(mtu, advertised);
}

/* A look into the FIB itself would not obey all rules here: it is the FIB's
 * entry from which the route came that counts.
 */
static void route_find6(struct net *net, const struct in6_addr *addr, int vrf,
			struct drlb_route *route)
{
	struct flowi6 fl6 = { .daddr = *addr, .flowi6_oif = vrf };
	const struct fib6_info *from;
	struct dst_entry *dst;
	struct rt6_info *rt;

	dst = ip6_route_output(net, NULL, &fl6);
	rt = (struct rt6_info *)dst;
	if (dst->error)
		goto out;

	from = rcu_dereference(rt->from);
	if (rt->rt6i_flags & RTF_LOCAL)
		route->kind = DRLB_ROUTE_LOCAL;
	else if (route6_has_gateway(rt, from, addr))
		route->kind = DRLB_ROUTE_GATEWAY;
	else
		route_direct(route, dst->dev, route6_mtu(dst->dev, from));
out:
	dst_release(dst);
}

static void route_find_in(struct net *net, u8 family,
			  const union nf_inet_addr *addr, int vrf,
			  struct drlb_route *route)
{
	memset(route, 0, sizeof(*route));
	if (family == AF_INET)
		route_find4(net, addr->ip, vrf, route);
	else
		route_find6(net, &addr->in6, vrf, route);
}

static bool route_serves(const struct drlb_route *route)
{
	return route->kind == DRLB_ROUTE_DIRECT ||
	       route->kind == DRLB_ROUTE_LOCAL;
}

void drlb_route_find(struct net *net, u8 family,
		     const union nf_inet_addr *addr, struct drlb_route *route)
{
	struct drlb_route inside;
	struct net_device *dev;

	/* A route does not keep its device but for a grace period. */
	rcu_read_lock();
	route_find_in(net, family, addr, 0, route);
	if (route_serves(route))
		goto out;

	for_each_netdev_rcu(net, dev) {
		if (!netif_is_l3_master(dev))
			continue;
		route_find_in(net, family, addr, dev->ifindex, &inside);
		if (route_serves(&inside)) {
			*route = inside;
			break;
		}
	}
out:
	rcu_read_unlock();
}

void drlb_route_put(struct drlb_route *route)
{
	netdev_put(route->dev, &route->tracker);
}
