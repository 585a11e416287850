/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The root of everything that a network namespace owns.
 *
 * Locks
 * -----
 *
 *   lock                   protects                        taken in
 *   ---------------------  ------------------------------  ------------------
 *   rtnl_mutex             drlb_devices                    process
 *   drlb_services.lock     services, servers, pools (the   process
 *                          writers' side), settings
 *   drlb_egresses.lock     egresses (writers' side)        process
 *   drlb_services          services with news              process
 *     .dirty_lock
 *   drlb_egresses          egresses with news              softirq and process
 *     .news_lock
 *   rhashtable's buckets   insertion and removal           softirq and process
 *
 * They nest in this order and no other. Packets take none of them but a bucket
 * of the connection table, and that for a connection's first packet only;
 * everything else that a packet reads is under RCU or is a single word.
 */
#ifndef _DRLB_NET_H
#define _DRLB_NET_H

#include <net/net_namespace.h>

#include "control/settings.h"
#include "door/device.h"
#include "door/hook.h"
#include "path/director.h"
#include "server/egress.h"

/**
 * struct drlb_net - a network namespace's director
 * @director: the data path with its tables
 * @settings: as configured
 * @egresses: next hops
 * @hooks: the PRE_ROUTING door
 * @close: closes that door when its time has come
 * @devices: the ingress doors
 * @net: the namespace
 * @live: notifiers may use it; set and cleared under RTNL, read under RTNL or
 *	RCU
 * @counters_base: what the counters showed when they were zeroed
 */
struct drlb_net {
	struct drlb_director director;
	struct drlb_settings settings;
	struct drlb_egresses egresses;
	struct drlb_hooks hooks;
	struct delayed_work close;
	struct drlb_devices devices;
	struct net *net;
	bool live;
	u64 counters_base[DRLB_COUNT_MAX];
};

struct drlb_net *drlb_net(const struct net *net);

/* Make @set the settings. Context: drlb_services.lock held. */
void drlb_net_set(struct drlb_net *dn, const struct drlb_settings *set);

int drlb_net_init(void);
void drlb_net_exit(void);

/* live.c: all of it, namespaces and notifiers, in the right order. */
int drlb_live_init(void);
void drlb_live_exit(void);

/* doors.c: when the namespace begins and ends. */
void drlb_doors_init(struct drlb_net *dn);
void drlb_doors_exit(struct drlb_net *dn);

/* notify.c: the kernel's events. They are heard after the namespaces have their
 * memory, and until all of them have ended.
 */
int drlb_notify_init(void);
void drlb_notify_exit(void);

#endif /* _DRLB_NET_H */
