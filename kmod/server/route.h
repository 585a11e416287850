/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_ROUTE_H
#define _DRLB_ROUTE_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>

enum drlb_route_kind {
	DRLB_ROUTE_NONE,	/* no route */
	DRLB_ROUTE_DIRECT,	/* on a directly connected network */
	DRLB_ROUTE_LOCAL,	/* an address of this host */
	DRLB_ROUTE_GATEWAY,	/* by a gateway, which direct routing is not */
	DRLB_ROUTE_NOBODY,	/* broadcast, blackhole, a loopback device ... */
};

/**
 * struct drlb_route - the way to an address, as the FIB has it
 * @kind: enum drlb_route_kind
 * @dev: the device of a direct route, with a reference; else NULL
 * @tracker: of that reference
 * @mtu: the least of the device's, the route's and, for IPv6, the one that
 *	routers advertise; 0 unless the route is direct
 */
struct drlb_route {
	u8 kind;
	u32 mtu;
	struct net_device *dev;
	netdevice_tracker tracker;
};

/* Find the way. The namespace's main tables come first, and where they have no
 * direct route, the tables of its VRFs: a server is wherever it is directly
 * connected. The caller puts the result. Context: process.
 */
void drlb_route_find(struct net *net, u8 family,
		     const union nf_inet_addr *addr, struct drlb_route *route);
void drlb_route_put(struct drlb_route *route);

#endif /* _DRLB_ROUTE_H */
