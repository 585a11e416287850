/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_HOOK_H
#define _DRLB_HOOK_H

#include <linux/netfilter.h>

#include "control/net.h"

/* Between raw, which may exempt packets, and conntrack, which need not see
 * them; defragmentation is before both.
 */
#define DRLB_HOOK_PRIORITY		(-250)
#define DRLB_HOOK_PRIORITY_MIN		(-299)
#define DRLB_HOOK_PRIORITY_MAX		(-201)

/* The PRE_ROUTING hooks of a namespace. Enabling what is enabled, and likewise
 * disabling, does nothing. Context: process, drlb_net.lock held.
 */
int drlb_hooks_enable(struct drlb_net *dn);
void drlb_hooks_disable(struct drlb_net *dn);

/* The hook on a device; @ops stays the hook's until it is removed.
 * Context: process, RTNL.
 */
int drlb_hook_attach(struct drlb_net *dn, struct net_device *dev,
		     struct nf_hook_ops *ops);
void drlb_hook_detach(struct drlb_net *dn, struct nf_hook_ops *ops);

#endif /* _DRLB_HOOK_H */
