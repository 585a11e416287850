// SPDX-License-Identifier: GPL-2.0
/*
 * The front doors. PRE_ROUTING is there while there are services: packets come
 * to it whole and checked, and it may use the IP stack. The ingress hook of a
 * device is a short cut for simple packets. It leaves the others to
 * PRE_ROUTING, so that it need not be complete. LOCAL_IN is for marks that are
 * set late, and LOCAL_OUT for the host's own clients.
 */
#include "door/hook.h"

#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_netdev.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

int drlb_hook_priority __read_mostly;

static unsigned int nf_verdict(enum drlb_verdict verdict)
{
	switch (verdict) {
	case DRLB_DROP:
		return NF_DROP;
	case DRLB_STOLEN:
		return NF_STOLEN;
	default:
		return NF_ACCEPT;
	}
}

/* br_netfilter shows bridged frames to PRE_ROUTING. Only those addressed to
 * this host and outside a VLAN are taken.
 */
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
static bool is_bridged(const struct sk_buff *skb)
{
	return skb_ext_exist(skb, SKB_EXT_BRIDGE_NF);
}

static noinline bool bridged_elsewhere(const struct sk_buff *skb)
{
	const struct nf_bridge_info *info = nf_bridge_info_get(skb);

	return info->pkt_otherhost || skb_vlan_tag_present(skb) ||
	       info->orig_proto != BRNF_PROTO_UNCHANGED;
}
#else
static bool is_bridged(const struct sk_buff *skb)
{
	return false;
}

static bool bridged_elsewhere(const struct sk_buff *skb)
{
	return false;
}
#endif

/* Frames for other hosts come by promiscuous devices and bridges; packets that
 * come by the loopback device are this host's, and no server could answer them.
 */
static bool hook_wants(const struct sk_buff *skb)
{
	return likely(skb->pkt_type == PACKET_HOST) &&
	       likely(!(skb->dev->flags & IFF_LOOPBACK)) &&
	       likely(!is_bridged(skb) || !bridged_elsewhere(skb));
}

/* The data path wants bottom halves off. They are, unless the packet was queued
 * to userspace: then it comes here from a process.
 */
static bool bh_disable(void)
{
	if (likely(softirq_count()))
		return false;

	local_bh_disable();

	return true;
}

static __always_inline unsigned int
hook(struct drlb_director *director, struct sk_buff *skb, u8 family)
{
	enum drlb_verdict verdict;
	bool disabled;

	if (!hook_wants(skb))
		return NF_ACCEPT;

	disabled = bh_disable();
	verdict = family == AF_INET ?
		  drlb_direct4(director, skb, DRLB_DOOR_PREROUTING) :
		  drlb_direct6(director, skb, DRLB_DOOR_PREROUTING);
	if (unlikely(disabled))
		local_bh_enable();

	return nf_verdict(verdict);
}

static unsigned int drlb_hook4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return hook(priv, skb, AF_INET);
}

static unsigned int drlb_hook6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return hook(priv, skb, AF_INET6);
}

/* For packets that got their marks behind PRE_ROUTING. */
static unsigned int hook_input(struct drlb_director *director,
			       struct sk_buff *skb, u8 family)
{
	enum drlb_verdict verdict;
	bool disabled;

	if (!skb->mark || !hook_wants(skb))
		return NF_ACCEPT;

	disabled = bh_disable();
	verdict = drlb_direct_marked(director, skb, family);
	if (unlikely(disabled))
		local_bh_enable();

	return nf_verdict(verdict);
}

static unsigned int drlb_hook_input4(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	return hook_input(priv, skb, AF_INET);
}

static unsigned int drlb_hook_input6(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	return hook_input(priv, skb, AF_INET6);
}

/* The host's own packets have no device yet, but the data path looks at it, and
 * ICMP for IPv6 as well. What a server here is to get passes, and comes by the
 * loopback device, where no door takes it.
 */
static unsigned int hook_output(struct drlb_director *director,
				struct sk_buff *skb, u8 family,
				const struct nf_hook_state *state)
{
	struct net_device *before = skb->dev;
	enum drlb_verdict verdict;

	local_bh_disable();
	skb->dev = state->out;
	verdict = family == AF_INET ?
		  drlb_direct4(director, skb, DRLB_DOOR_OUTPUT) :
		  drlb_direct6(director, skb, DRLB_DOOR_OUTPUT);
	if (verdict != DRLB_STOLEN)
		skb->dev = before;
	local_bh_enable();

	return nf_verdict(verdict);
}

static unsigned int drlb_hook_output4(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	return hook_output(priv, skb, AF_INET, state);
}

static unsigned int drlb_hook_output6(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	return hook_output(priv, skb, AF_INET6, state);
}

/* A tag that is still there means that the frame is the VLAN device's. */
static unsigned int drlb_hook_ingress(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	if (unlikely(skb->pkt_type != PACKET_HOST || skb_vlan_tag_present(skb)))
		return NF_ACCEPT;

	if (skb->protocol == htons(ETH_P_IP))
		return nf_verdict(drlb_direct4(priv, skb, DRLB_DOOR_INGRESS));
	if (skb->protocol == htons(ETH_P_IPV6))
		return nf_verdict(drlb_direct6(priv, skb, DRLB_DOOR_INGRESS));

	return NF_ACCEPT;
}

static void hook_prepare(struct nf_hook_ops *ops, nf_hookfn *function, u8 pf,
			 unsigned int hooknum, int priority,
			 struct drlb_director *director)
{
	ops->hook = function;
	ops->priv = director;
	ops->pf = pf;
	ops->hooknum = hooknum;
	ops->priority = priority;
}

int drlb_hooks_enable(struct drlb_hooks *hooks, struct net *net,
		      struct drlb_director *director)
{
	int err;

	if (hooks->enabled)
		return 0;

	err = nf_defrag_ipv4_enable(net);
	if (err)
		return err;

	err = nf_defrag_ipv6_enable(net);
	if (err)
		goto err_defrag4;

	hook_prepare(&hooks->ops[0], drlb_hook4, NFPROTO_IPV4,
		     NF_INET_PRE_ROUTING, drlb_hook_priority, director);
	hook_prepare(&hooks->ops[1], drlb_hook6, NFPROTO_IPV6,
		     NF_INET_PRE_ROUTING, drlb_hook_priority, director);
	hook_prepare(&hooks->ops[2], drlb_hook_output4, NFPROTO_IPV4,
		     NF_INET_LOCAL_OUT, DRLB_OUTPUT_PRIORITY, director);
	hook_prepare(&hooks->ops[3], drlb_hook_output6, NFPROTO_IPV6,
		     NF_INET_LOCAL_OUT, DRLB_OUTPUT_PRIORITY, director);
	err = nf_register_net_hooks(net, hooks->ops, ARRAY_SIZE(hooks->ops));
	if (err)
		goto err_defrag6;

	WRITE_ONCE(hooks->enabled, true);

	return 0;

err_defrag6:
	nf_defrag_ipv6_disable(net);
err_defrag4:
	nf_defrag_ipv4_disable(net);
	return err;
}

void drlb_hooks_disable(struct drlb_hooks *hooks, struct net *net)
{
	if (!hooks->enabled)
		return;

	nf_unregister_net_hooks(net, hooks->ops, ARRAY_SIZE(hooks->ops));
	nf_defrag_ipv6_disable(net);
	nf_defrag_ipv4_disable(net);
	WRITE_ONCE(hooks->enabled, false);
}

int drlb_hooks_enable_input(struct drlb_hooks *hooks, struct net *net,
			    struct drlb_director *director)
{
	int err;

	if (hooks->has_input)
		return 0;

	hook_prepare(&hooks->input[0], drlb_hook_input4, NFPROTO_IPV4,
		     NF_INET_LOCAL_IN, DRLB_INPUT_PRIORITY, director);
	hook_prepare(&hooks->input[1], drlb_hook_input6, NFPROTO_IPV6,
		     NF_INET_LOCAL_IN, DRLB_INPUT_PRIORITY, director);
	err = nf_register_net_hooks(net, hooks->input,
				    ARRAY_SIZE(hooks->input));
	hooks->has_input = !err;

	return err;
}

void drlb_hooks_disable_input(struct drlb_hooks *hooks, struct net *net)
{
	if (!hooks->has_input)
		return;

	nf_unregister_net_hooks(net, hooks->input, ARRAY_SIZE(hooks->input));
	hooks->has_input = false;
}

int drlb_hook_attach(struct drlb_director *director, struct net_device *dev,
		     struct nf_hook_ops *ops)
{
	ASSERT_RTNL();

	ops->hook = drlb_hook_ingress;
	ops->priv = director;
	ops->dev = dev;
	ops->pf = NFPROTO_NETDEV;
	ops->hooknum = NF_NETDEV_INGRESS;
	ops->priority = drlb_hook_priority;

	return nf_register_net_hook(dev_net(dev), ops);
}

void drlb_hook_detach(struct net *net, struct nf_hook_ops *ops)
{
	ASSERT_RTNL();

	nf_unregister_net_hook(net, ops);
}
