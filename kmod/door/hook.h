/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_HOOK_H
#define _DRLB_HOOK_H

#include <linux/netfilter.h>

#include "path/director.h"

/* Between raw, which may exempt packets, and conntrack, which need not see
 * them; defragmentation is before both. Up to destination NAT it may be behind
 * conntrack and mangle, for those who need their rules there.
 */
#define DRLB_HOOK_PRIORITY		(-250)
#define DRLB_HOOK_PRIORITY_MIN		(-299)
#define DRLB_HOOK_PRIORITY_MAX		(-101)

/* At LOCAL_IN behind all filters, and before source NAT, as IPVS is. */
#define DRLB_INPUT_PRIORITY		99

/* At LOCAL_OUT behind destination NAT, as IPVS is. */
#define DRLB_OUTPUT_PRIORITY		(-98)

/* The priority of the hooks where packets come in; a parameter of the module. */
extern int drlb_hook_priority;

/**
 * struct drlb_hooks - the hooks of a namespace
 * @ops: at PRE_ROUTING and LOCAL_OUT, each for IPv4 and IPv6
 * @input: at LOCAL_IN, for both
 * @enabled: @ops are registered; read without a lock by notifiers
 * @has_input: @input are
 */
struct drlb_hooks {
	struct nf_hook_ops ops[4];
	struct nf_hook_ops input[2];
	bool enabled;
	bool has_input;
};

/* Enabling enabled hooks does nothing, nor does disabling disabled ones. The
 * caller serialises. Context: process.
 */
int drlb_hooks_enable(struct drlb_hooks *hooks, struct net *net,
		      struct drlb_director *director);
void drlb_hooks_disable(struct drlb_hooks *hooks, struct net *net);
/* The same for LOCAL_IN, which services for marks need. */
int drlb_hooks_enable_input(struct drlb_hooks *hooks, struct net *net,
			    struct drlb_director *director);
void drlb_hooks_disable_input(struct drlb_hooks *hooks, struct net *net);

/* The hook on a device; @ops stays the hook's until it is removed.
 * Context: process, RTNL.
 */
int drlb_hook_attach(struct drlb_director *director, struct net_device *dev,
		     struct nf_hook_ops *ops);
void drlb_hook_detach(struct net *net, struct nf_hook_ops *ops);

#endif /* _DRLB_HOOK_H */
