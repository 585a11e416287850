// SPDX-License-Identifier: GPL-2.0
/* Refusals and warnings. */
#include "control/control.h"
#include "server/route.h"

#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/l3mdev.h>

/* Indices into a pool are 16 bits, and one value means none. */
#define SERVERS_MAX	(U16_MAX - 1)

static bool addr_is_host(u8 family, const union nf_inet_addr *addr)
{
	if (family == AF_INET)
		return drlb_addr4_is_host(addr->ip);

	return drlb_addr6_is_host(&addr->in6) &&
	       !(ipv6_addr_type(&addr->in6) & IPV6_ADDR_LINKLOCAL);
}

static bool addr_is_loopback(u8 family, const union nf_inet_addr *addr)
{
	return family == AF_INET ? ipv4_is_loopback(addr->ip) :
				   ipv6_addr_loopback(&addr->in6);
}

int drlb_check_service(const struct drlb_services *services,
		       const struct drlb_service_key *key,
		       struct netlink_ext_ack *extack)
{
	if (drlb_service_get((struct drlb_services *)services, key)) {
		NL_SET_ERR_MSG(extack,
			       "the service exists already; \"set\" changes it");
		return -EEXIST;
	}
	if (!drlb_service_key_is_mark(key) &&
	    !addr_is_host(key->family, &key->addr)) {
		NL_SET_ERR_MSG(extack,
			       "a virtual IP must be a host's address: not zero, loopback, link-local, multicast or broadcast");
		return -EINVAL;
	}

	return 0;
}

/* Options that do not go with each other, or with the service. */
int drlb_check_conf(const struct drlb_service_key *key,
		    const struct drlb_service_conf *conf,
		    struct netlink_ext_ack *extack)
{
	if (conf->ops && key->protocol != IPPROTO_UDP &&
	    !drlb_service_key_is_mark(key)) {
		NL_SET_ERR_MSG(extack,
			       "one-packet scheduling is for UDP services: TCP needs its connections");
		return -EINVAL;
	}
	if (key->family == AF_INET && conf->persistent_prefix > 32) {
		NL_SET_ERR_MSG(extack,
			       "the prefix of an IPv4 client has 32 bits at most");
		return -ERANGE;
	}

	return 0;
}

int drlb_check_number(const struct drlb_service_conf *conf, u32 n,
		      struct netlink_ext_ack *extack)
{
	bool has_table = conf->sched->adopts || drlb_service_adopts(conf);

	if (n <= SERVERS_MAX && (!has_table || n <= conf->table_size))
		return 0;

	NL_SET_ERR_MSG(extack,
		       "too many servers: more than the scheduler's table has slots");

	return -ERANGE;
}

static int check_route(const struct drlb_route *route, bool of_many,
		       struct netlink_ext_ack *extack)
{
	switch (route->kind) {
	case DRLB_ROUTE_GATEWAY:
		if (of_many) {
			NL_SET_ERR_MSG(extack,
				       "a server is not on a directly connected network; it is used as soon as it is on one");
			return 0;
		}
		NL_SET_ERR_MSG(extack,
			       "the address is not on a directly connected network: direct routing needs the server on the director's own segment");
		return -EHOSTUNREACH;
	case DRLB_ROUTE_NOBODY:
		NL_SET_ERR_MSG(extack,
			       "not a usable unicast host address: it is a broadcast address, or routed to the loopback device");
		return -EHOSTUNREACH;
	case DRLB_ROUTE_NONE:
		NL_SET_ERR_MSG(extack,
			       "there is no route to a server yet; it is used as soon as there is one");
		return 0;
	}

	return 0;
}

/* ARP asks for a neighbour in the name of the first address that the director
 * has in its network. A server that has this address too does not answer.
 */
static void warn_asking(const struct drlb_service_key *key,
			const union nf_inet_addr *addr,
			const struct drlb_route *route,
			struct netlink_ext_ack *extack)
{
	if (key->family != AF_INET || !route->dev ||
	    drlb_service_key_is_mark(key))
		return;

	if (inet_select_addr(route->dev, addr->ip, RT_SCOPE_LINK) ==
	    key->addr.ip)
		NL_SET_ERR_MSG(extack,
			       "the virtual IP is the director's first address in the server's network, so that it asks for the server in the virtual IP's name and gets no answer: give the director an address of its own there, and add the virtual IP as a /32");
}

static void warn_table(const struct drlb_service_key *key,
		       struct netlink_ext_ack *extack)
{
	if (!drlb_egress_table_is_full(key->family))
		return;

	if (key->family == AF_INET)
		NL_SET_ERR_MSG(extack,
			       "the host's neighbour table is nearly full: raise net.ipv4.neigh.default.gc_thresh2 and gc_thresh3");
	else
		NL_SET_ERR_MSG(extack,
			       "the host's neighbour table is nearly full: raise net.ipv6.neigh.default.gc_thresh2 and gc_thresh3");
}

int drlb_check_thresholds(const struct drlb_server_conf *conf,
			  struct netlink_ext_ack *extack)
{
	if (conf->lower <= conf->upper)
		return 0;

	NL_SET_ERR_MSG(extack,
		       "the lower threshold is above the upper one");

	return -ERANGE;
}

int drlb_check_server(struct drlb_net *dn, const struct drlb_service_key *key,
		      const struct drlb_server_conf *conf, bool of_many,
		      struct netlink_ext_ack *extack)
{
	bool is_vip = !drlb_service_key_is_mark(key) &&
		      nf_inet_addr_cmp(&conf->addr, &key->addr);
	struct drlb_route route;
	int err;

	err = drlb_check_thresholds(conf, extack);
	if (err)
		return err;
	/* The director itself, as IPVS takes it. */
	if (addr_is_loopback(key->family, &conf->addr))
		return 0;
	if (!addr_is_host(key->family, &conf->addr)) {
		NL_SET_ERR_MSG(extack,
			       "a server's address must be a host's: not zero, link-local, multicast or broadcast");
		return -EINVAL;
	}
	/* Other services have it, and the way there is known. */
	if (of_many && drlb_egress_known(&dn->egresses, key->family,
					 &conf->addr))
		return 0;

	drlb_route_find(dn->net, key->family, &conf->addr, &route);
	err = check_route(&route, of_many, extack);
	/* At boot the VIP may come later. */
	if (!err && is_vip && route.kind == DRLB_ROUTE_LOCAL) {
		NL_SET_ERR_MSG(extack,
			       "the address is the virtual IP, and stands for the director itself");
	} else if (!err && is_vip && !of_many) {
		NL_SET_ERR_MSG(extack,
			       "the address is the virtual IP, which all servers have: give the server's own. It stands for the director itself where it is an address of this host, but here it is none");
		err = -EINVAL;
	}
	if (!err) {
		warn_table(key, extack);
		warn_asking(key, &conf->addr, &route, extack);
	}
	drlb_route_put(&route);

	return err;
}

int drlb_check_servers(struct drlb_net *dn, struct drlb_service_change *change,
		       struct netlink_ext_ack *extack)
{
	u32 i;
	int err;

	drlb_service_sort(change);
	for (i = 0; i < change->servers_n; i++) {
		change->culprit = change->servers[i].origin;
		if (i && nf_inet_addr_cmp(&change->servers[i - 1].addr,
					  &change->servers[i].addr)) {
			NL_SET_ERR_MSG(extack, "the server is given twice");
			return -EEXIST;
		}
		err = drlb_check_server(dn, &change->key, &change->servers[i],
					true, extack);
		if (err)
			return err;
	}
	change->culprit = NULL;

	return 0;
}

static bool vip6_is_here(struct net *net, const struct in6_addr *addr)
{
	const struct net_device *dev;
	bool here = ipv6_chk_addr(net, addr, NULL, 0);

	rcu_read_lock();
	for_each_netdev_rcu(net, dev) {
		if (here)
			break;
		if (netif_is_l3_master(dev))
			here = ipv6_chk_addr(net, addr, dev, 0);
	}
	rcu_read_unlock();

	return here;
}

static bool vip_is_here(struct net *net, const struct drlb_service_key *key)
{
	bool here;

	if (key->family == AF_INET6)
		return vip6_is_here(net, &key->addr.in6);

	rcu_read_lock();
	here = __ip_dev_find(net, key->addr.ip, false);
	rcu_read_unlock();

	return here;
}

/* Not an error: the address may come later, by keepalived for instance. */
void drlb_warn_vip(struct drlb_net *dn, const struct drlb_service_key *key,
		   struct netlink_ext_ack *extack)
{
	if (!drlb_service_key_is_mark(key) && !vip_is_here(dn->net, key))
		NL_SET_ERR_MSG(extack,
			       "the virtual IP is not an address of this host: nobody answers ARP or neighbour solicitations for it until it is added");
}
