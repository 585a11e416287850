/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Each operation once, with its locks, checks, rollback, accounting and
 * events. The front ends translate messages to these calls and nothing else.
 *
 * Context: process, no lock held. Errors come with a message in @extack, and
 * so does a success that deserves a warning.
 */
#ifndef _DRLB_CONTROL_H
#define _DRLB_CONTROL_H

#include <linux/netlink.h>

#include "control/net.h"

/* Services. Errors: EEXIST, ENOENT, EINVAL, ERANGE, EHOSTUNREACH, ENOSPC,
 * ENOMEM, and those of netfilter's hooks.
 */
int drlb_control_service_add(struct drlb_net *dn,
			     struct drlb_service_change *change,
			     struct netlink_ext_ack *extack);
int drlb_control_service_set(struct drlb_net *dn,
			     struct drlb_service_change *change,
			     struct netlink_ext_ack *extack);
int drlb_control_service_del(struct drlb_net *dn,
			     const struct drlb_service_key *key, bool check,
			     struct netlink_ext_ack *extack);
void drlb_control_service_flush(struct drlb_net *dn);

/* Servers of a service. SET changes the options in conf.has only. */
int drlb_control_server_add(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack);
int drlb_control_server_set(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack);
int drlb_control_server_del(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack);

/* Devices with the ingress door. Errors: EEXIST, ENOENT, EINVAL, ENOSPC,
 * ENOMEM, E2BIG.
 */
int drlb_control_device_add(struct drlb_net *dn, const char *name, bool check,
			    struct netlink_ext_ack *extack);
int drlb_control_device_del(struct drlb_net *dn, const char *name, bool check,
			    struct netlink_ext_ack *extack);

/* Settings. @has is a mask of the rows of drlb_settings_table that @values
 * gives; @host_admin: the caller is an administrator of the host. Errors:
 * ERANGE, EPERM.
 */
void drlb_control_config_get(struct drlb_net *dn, struct drlb_settings *set);
int drlb_control_config_set(struct drlb_net *dn, const u32 *values, u32 has,
			    bool host_admin, bool check,
			    struct netlink_ext_ack *extack);

/* Counters. */
void drlb_control_counters(struct drlb_net *dn, u64 sum[DRLB_COUNT_MAX]);
void drlb_control_zero(struct drlb_net *dn);

/* Add a message for errors that low-level code cannot explain, and return
 * @err.
 */
int drlb_control_outcome(int err, struct netlink_ext_ack *extack);

/* doors.c: the PRE_ROUTING door, LRO, and the collector.
 * Context: drlb_services.lock held, but for disable_lro.
 */

/* For a service that was added; @opened: the door was closed before. */
int drlb_doors_open(struct drlb_net *dn, bool *opened);
/* After services were removed. */
void drlb_doors_follow(struct drlb_net *dn);
/* When the door was opened. */
void drlb_doors_disable_lro(struct drlb_net *dn);

/* check.c: refusals and warnings.
 * Context: drlb_services.lock held.
 */
int drlb_check_service(const struct drlb_services *services,
		       const struct drlb_service_key *key,
		       struct netlink_ext_ack *extack);
int drlb_check_conf(const struct drlb_service_key *key,
		    const struct drlb_service_conf *conf,
		    struct netlink_ext_ack *extack);
int drlb_check_number(const struct drlb_service_conf *conf, u32 n,
		      struct netlink_ext_ack *extack);
int drlb_check_thresholds(const struct drlb_server_conf *conf,
			  struct netlink_ext_ack *extack);
/* One server. If it is not on a directly connected network, one of many is taken
 * with a warning: at boot, or while a link is down, the route of its network
 * may be missing, and the default route leads there.
 */
int drlb_check_server(struct drlb_net *dn, const struct drlb_service_key *key,
		      const struct drlb_server_conf *conf, bool of_many,
		      struct netlink_ext_ack *extack);
/* Sort a wanted set and see that it makes sense. */
int drlb_check_servers(struct drlb_net *dn, struct drlb_service_change *change,
		       struct netlink_ext_ack *extack);
void drlb_warn_vip(struct drlb_net *dn, const struct drlb_service_key *key,
		   struct netlink_ext_ack *extack);

#endif /* _DRLB_CONTROL_H */
