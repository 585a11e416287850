/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The root of everything that a network namespace owns.
 *
 * Locks
 * -----
 *
 *   lock                   protects                        taken in
 *   ---------------------  ------------------------------  ------------------
 *   rtnl_mutex             net->devices                    process
 *   drlb_net.lock          services, servers, pools (the   process
 *                          writers' side), settings
 *   drlb_egresses.lock     egress table (writers' side),   process
 *                          each egress's neighbour
 *   rhashtable's buckets   insertion and removal           softirq and process
 *
 * They nest in this order and no other. Packets take none of them but a bucket
 * of the connection table, and that for a connection's first packet only; all
 * else that a packet reads is under RCU or is a single word.
 */
#ifndef _DRLB_NET_H
#define _DRLB_NET_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/notifier.h>
#include <linux/rhashtable-types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include <drlb.h>

#include "base/stats.h"

struct drlb_pool;

/* Connection states are small numbers that index this and other tables. */
#define DRLB_STATES	(DRLB_CONNECTION_STATE_MAX + 1)

/**
 * struct drlb_settings - what CONFIG_SET changes, each word on its own
 * @conn_max: entries past which new connections are balanced statelessly
 * @half_open_max: likewise, of those in SYN_RECV
 * @timeout: in seconds, by enum drlb_connection_state
 * @probe_interval: in seconds, 0 for never
 */
struct drlb_settings {
	u32 conn_max;
	u32 half_open_max;
	u32 timeout[DRLB_STATES];
	u32 probe_interval;
};

/**
 * struct drlb_conn_walk - a walk over all connections that may pause
 * @iter: where it is
 * @family: in which of the two tables; 0 when it is over
 * @restarted: some may come twice
 * @resized: because a table was resized: many may
 */
struct drlb_conn_walk {
	struct rhashtable_iter iter;
	u8 family;
	bool restarted;
	bool resized;
};

/**
 * struct drlb_conns - the connections of a namespace
 * @table4: struct drlb_conn4
 * @table6: struct drlb_conn6
 * @half_open: how many are in SYN_RECV
 * @gc: the collector's work
 * @walk: where in the tables the collector stopped
 */
struct drlb_conns {
	struct rhashtable table4;
	/* Away from the number of entries in the other, which each new
	 * connection writes.
	 */
	struct rhashtable table6 ____cacheline_aligned_in_smp;
	atomic_t half_open;
	struct delayed_work gc;
	struct drlb_conn_walk walk;
};

/**
 * struct drlb_egresses - the next hops of a namespace's servers
 * @table: struct drlb_egress by family and address
 * @lock: serialises changes
 * @work: brings every egress up to date with routes, devices, neighbours
 * @kicked: @work is to run at once
 * @used: there has been one
 * @routes_heard: @fib_nb is registered; @work's, until that has been stopped
 * @routes_try: when to try that next, 0 for at once; @work's
 * @fib_nb: route changes
 * @list: all of them, for @work
 */
struct drlb_egresses {
	struct rhashtable table;
	struct mutex lock;	/* see above */
	struct delayed_work work;
	u32 kicked;
	bool used;
	bool routes_heard;
	unsigned long routes_try;
	struct notifier_block fib_nb;
	struct list_head list;
};

/**
 * struct drlb_stateless - what begins without an entry may be in mid-stream later
 * @at: jiffies when a connection got no entry last, or up to a second before
 * @lately: @at is not long past
 */
struct drlb_stateless {
	unsigned long at;
	bool lately;
};

/**
 * struct drlb_net - a network namespace's director
 * @counters: what became of its packets
 * @conns: connection tables
 * @timeout: settings.timeout in jiffies, as the data path wants it
 * @settings: as configured
 * @stateless_tcp: TCP in mid-stream is adopted for as long as it may be idle
 * @stateless_udp: new flows of datagrams go by the hash, likewise
 * @anyport: number of services for any port
 * @services: struct drlb_service by key
 * @net: the namespace
 * @live: notifiers may use it; set and cleared under RTNL, read under RTNL or
 *	RCU
 * @lock: serialises configuration
 * @service_ids: services by id, which is the order of dumps
 * @service_next: next id
 * @pool_latest: the newest pool, unless it is retired
 * @hooked: the PRE_ROUTING hooks are there, because there are services
 * @hooks: these
 * @retired: removed servers that connections still name
 * @reap: frees these
 * @generation: counts changes, for dumps to notice
 * @egresses: next hops
 * @devices: struct drlb_device, under RTNL
 * @devices_generation: counts changes of these, for dumps to notice
 * @counters_base: what @counters showed when they were zeroed
 */
struct drlb_net {
	struct drlb_counters __percpu *counters;
	struct drlb_conns conns;
	u32 timeout[DRLB_STATES];
	struct drlb_settings settings;
	struct drlb_stateless stateless_tcp;
	struct drlb_stateless stateless_udp;
	u32 anyport;
	struct rhashtable services;

	struct net *net;
	bool live;
	struct mutex lock;	/* see above */
	struct xarray service_ids;
	u32 service_next;
	struct drlb_pool *pool_latest;
	bool hooked;
	struct nf_hook_ops hooks[2];
	struct list_head retired;
	struct delayed_work reap;
	u32 generation;
	struct drlb_egresses egresses;
	struct list_head devices;
	u32 devices_generation;
	u64 counters_base[DRLB_COUNT_MAX];
};

struct drlb_net *drlb_net(const struct net *net);

/* From the module's parameters. */
extern struct drlb_settings drlb_settings_default;
extern int drlb_hook_priority;

/* What a namespace starts with. Where others than the host's administrator are
 * root, who may make as many namespaces as they like, it is not a part of the
 * host's memory.
 */
void drlb_settings_initial(const struct net *net, struct drlb_settings *set);

/* Context: drlb_net.lock held. */
void drlb_settings_set(struct drlb_net *dn, const struct drlb_settings *set);

int drlb_net_init(void);
void drlb_net_exit(void);

#endif /* _DRLB_NET_H */
