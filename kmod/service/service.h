/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SERVICE_H
#define _DRLB_SERVICE_H

#include <linux/netfilter.h>
#include <linux/rhashtable-types.h>
#include <net/ipv6.h>

#include <drlb.h>

#include "control/net.h"
#include "path/packet.h"
#include "sched/sched.h"
#include "server/server.h"

/* Without padding, so that it can be hashed and compared as bytes. */
struct drlb_service_key {
	union nf_inet_addr addr;
	__be16 port;
	u8 protocol;
	u8 family;
};

/**
 * struct drlb_service - a virtual service
 * @node: in drlb_net.services
 * @key: the VIP and what is served on it; port 0 is any
 * @pool: its usable servers, as packets see them; never NULL
 * @cursor: where schedulers that take turns are; outlives pools
 * @id: index in drlb_net.service_ids
 * @conf: scheduler and its options
 * @servers: struct drlb_server, by address
 * @servers_n: how many
 * @retired: removed ones that connections still name
 * @past: counters of the reaped
 * @rcu: frees it
 */
struct drlb_service {
	struct rhash_head node;
	struct drlb_service_key key;
	struct drlb_pool __rcu *pool;
	atomic64_t cursor;

	u32 id;
	struct drlb_sched_conf conf;
	struct list_head servers;
	u32 servers_n;
	struct list_head retired;
	struct drlb_totals past;
	struct rcu_head rcu;
};

/* Whether it is the address of a host that can be reached by the wire. */
static inline bool drlb_addr4_is_host(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

/* Likewise; those of one link are among them. */
static inline bool drlb_addr6_is_host(const struct in6_addr *addr)
{
	int type = ipv6_addr_type(addr);

	return type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_MAPPED));
}

/* A server as configured. @weighted: @weight was given, it is not
 * the default. @origin is the caller's, to say whom an error meant.
 */
struct drlb_server_conf {
	union nf_inet_addr addr;
	u32 weight;
	bool weighted;
	const void *origin;
};

/**
 * struct drlb_service_change - a service as it is to be
 * @key: which
 * @conf: scheduler and options; of these only what @has says is set
 * @has: mask of DRLB_HAS_*
 * @servers: the whole set, if @replace; sorted in place
 * @servers_n: how many
 * @replace: servers are given
 * @check: only see whether it could be done
 * @culprit: on error, the origin of the server to blame, or NULL
 */
struct drlb_service_change {
	struct drlb_service_key key;
	struct drlb_sched_conf conf;
	u32 has;
	struct drlb_server_conf *servers;
	u32 servers_n;
	bool replace;
	bool check;
	const void *culprit;
};

enum {
	DRLB_HAS_SCHED		= BIT(0),
	DRLB_HAS_TABLE_SIZE	= BIT(1),
	DRLB_HAS_HASH		= BIT(2),
};

/* The service that a packet is for: the exact port first, then any.
 * Context: RCU read-side section.
 */
struct drlb_service *drlb_service_find(struct drlb_net *dn,
				       const struct drlb_packet *pkt);

/* Configuration. Context: process, drlb_net.lock held. Each refusal puts a
 * message into @extack; so does a success that deserves a warning.
 */
struct drlb_service *drlb_service_get(struct drlb_net *dn,
				      const struct drlb_service_key *key,
				      struct netlink_ext_ack *extack);
int drlb_service_add(struct drlb_net *dn, struct drlb_service_change *change,
		     struct netlink_ext_ack *extack);
int drlb_service_set(struct drlb_net *dn, struct drlb_service_change *change,
		     struct netlink_ext_ack *extack);
int drlb_service_del(struct drlb_net *dn, const struct drlb_service_key *key,
		     bool check, struct netlink_ext_ack *extack);
void drlb_service_flush(struct drlb_net *dn);

int drlb_service_server_add(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack);
int drlb_service_server_set(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack);
int drlb_service_server_del(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack);

/* Sums over all its servers, past ones included. */
void drlb_service_totals(const struct drlb_service *svc,
			 struct drlb_totals *totals, u32 *active,
			 u32 *inactive);
void drlb_service_zero(struct drlb_service *svc);

int drlb_services_init(struct drlb_net *dn);
void drlb_services_exit(struct drlb_net *dn);

#endif /* _DRLB_SERVICE_H */
