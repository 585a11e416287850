/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_NETLINK_H
#define _DRLB_NETLINK_H

#include <net/genetlink.h>

#include <drlb.h>

#include "control/control.h"

/* policy.c: data */
extern struct nla_policy drlb_nl_service_policy[DRLB_SERVICE_A_MAX + 1];
extern const struct nla_policy drlb_nl_service_key_policy[];
extern struct nla_policy drlb_nl_server_policy[DRLB_SERVER_A_MAX + 1];
extern const struct nla_policy drlb_nl_connection_policy[];
extern const struct nla_policy drlb_nl_device_policy[];
extern struct nla_policy drlb_nl_config_policy[DRLB_CONFIG_A_MAX + 1];

extern struct genl_family drlb_nl_family;

/* service.c */
int drlb_nl_service_add_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_service_set_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_service_del_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_service_flush_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_server_add_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_server_set_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_server_del_doit(struct sk_buff *skb, struct genl_info *info);

/* The service of a command that takes its key alone. */
int drlb_nl_get_key(struct nlattr *nest, struct drlb_service_key *key,
		    struct netlink_ext_ack *extack);
/* The key's attributes. Returns like nla_put(). */
int drlb_nl_put_key(struct sk_buff *skb, const struct drlb_service_key *key);

/* dump.c: services and servers */
int drlb_nl_service_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);

/* conn.c */
int drlb_nl_connection_get_start(struct netlink_callback *cb);
int drlb_nl_connection_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int drlb_nl_connection_get_done(struct netlink_callback *cb);
int drlb_nl_connection_count_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_connection_del_doit(struct sk_buff *skb, struct genl_info *info);

/* net.c: devices, settings, counters, schedulers */
int drlb_nl_device_add_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_device_del_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_device_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int drlb_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int drlb_nl_stats_zero_doit(struct sk_buff *skb, struct genl_info *info);
int drlb_nl_scheduler_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);

/* event.c: the listener that tells the multicast group. */
extern struct notifier_block drlb_nl_event_nb;

/* The one attribute of the pair @attr4, @attr6 that is there. False, with a
 * message that blames @nest, unless it is exactly one.
 */
bool drlb_nl_get_addr(struct nlattr *attr4, struct nlattr *attr6,
		      const struct nlattr *nest, u8 *family,
		      union nf_inet_addr *addr,
		      struct netlink_ext_ack *extack);
/* Returns like nla_put(). */
int drlb_nl_put_addr(struct sk_buff *skb, int type4, int type6, u8 family,
		     const union nf_inet_addr *addr);

/* To be called once, before options are read. */
void drlb_nl_name_scheds(void);
/* Read and write the option of a row. A scheduler's is kept as a pointer. */
int drlb_nl_get_option(const struct drlb_option *option,
		       const struct nlattr *attr, void *conf,
		       struct netlink_ext_ack *extack);
int drlb_nl_put_option(struct sk_buff *skb, const struct drlb_option *option,
		       const void *conf);

int drlb_nl_put_service_options(struct sk_buff *skb,
				const struct drlb_service_conf *conf);
int drlb_nl_put_server_options(struct sk_buff *skb,
			       const struct drlb_server_conf *conf);

/* An answer to a do command: begin, attributes, and the last or the first. */
struct sk_buff *drlb_nl_reply(struct genl_info *info, size_t size, void **hdr);

/* A message of a dump: begin, or NULL if there is no room for it. */
void *drlb_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
		       u8 cmd);

int drlb_nl_init(void);
void drlb_nl_exit(void);

#endif /* _DRLB_NETLINK_H */
