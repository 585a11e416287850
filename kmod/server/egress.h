/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_EGRESS_H
#define _DRLB_EGRESS_H

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <linux/rhashtable-types.h>
#include <net/neighbour.h>

#include <drlb.h>

#include "control/net.h"

/**
 * struct drlb_egress_user - who has an egress
 * @list: in drlb_egress.users; to be freed by RCU
 * @changed: the egress's state is another one.
 *	Context: any, RCU read-side section.
 */
struct drlb_egress_user {
	struct list_head list;
	void (*changed)(struct drlb_egress_user *user);
};

struct drlb_egress_key {
	union nf_inet_addr addr;
	u32 family;
};

/**
 * struct drlb_egress - the next hop of all servers with one address
 * @neigh: the neighbour entry, with a reference; NULL for the director itself
 *	and without a route. The neighbour layer resolves it and keeps its
 *	header; packets read it under RCU.
 * @state: enum drlb_server_state
 * @node: in drlb_egresses.table
 * @key: the servers' address
 * @list: in drlb_egresses.list
 * @dn: the namespace
 * @users: struct drlb_egress_user, changed under drlb_egresses.lock
 * @probed: jiffies of the last active check
 * @failed: jiffies, of which 32 bits, when it was last found unreachable
 * @rcu: frees it
 */
struct drlb_egress {
	struct neighbour __rcu *neigh;
	u32 state;
	u32 failed;

	struct rhash_head node;
	struct drlb_egress_key key;
	struct list_head list;
	struct drlb_net *dn;
	struct list_head users;
	unsigned long probed;
	struct rcu_head rcu;
};

/* Whether new connections may go there. */
static inline bool drlb_egress_usable(const struct drlb_egress *egress)
{
	return READ_ONCE(egress->state) <= DRLB_SERVER_RESOLVING;
}

/* Whether it is known for less than a second that it does not answer: a neighbour
 * that was deleted, or flushed with others, does so before that is over.
 */
static inline bool drlb_egress_just_failed(const struct drlb_egress *egress)
{
	return READ_ONCE(egress->state) == DRLB_SERVER_UNREACHABLE &&
	       (u32)jiffies - READ_ONCE(egress->failed) < HZ;
}

/* What a person wants to know of it. lladdr_len is 0 when it is not known. */
struct drlb_egress_info {
	u8 state;
	int ifindex;
	u8 lladdr_len;
	u8 lladdr[MAX_ADDR_LEN];
};

void drlb_egress_describe(struct drlb_egress *egress,
			  struct drlb_egress_info *info);

/* Refuse an address that is reached by a gateway; one @of_many is accepted with a
 * warning, as without any route all are: at boot, or while a link is down, the
 * route of its network may be missing, and the default route leads there.
 * Context: process. Errors: EINVAL, EHOSTUNREACH, with a message.
 */
int drlb_egress_check(struct drlb_net *dn, u8 family,
		      const union nf_inet_addr *addr, bool of_many,
		      struct netlink_ext_ack *extack);

/* @user's until it is put, or ERR_PTR. Context: process, may sleep. */
struct drlb_egress *drlb_egress_get(struct drlb_net *dn, u8 family,
				    const union nf_inet_addr *addr,
				    struct drlb_egress_user *user);
void drlb_egress_put(struct drlb_egress *egress, struct drlb_egress_user *user);

/* Something changed: look at all of them again, soon. Context: any. */
void drlb_egresses_kick(struct drlb_net *dn);

int drlb_egresses_init(struct drlb_net *dn);
/* Let go of all neighbours, and so of devices, for good. */
void drlb_egresses_stop(struct drlb_net *dn);
void drlb_egresses_exit(struct drlb_net *dn);

int drlb_egress_init(void);
void drlb_egress_exit(void);

#endif /* _DRLB_EGRESS_H */
