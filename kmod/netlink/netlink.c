// SPDX-License-Identifier: GPL-2.0
/* What all messages have in common. */
#include "netlink/netlink.h"

bool drlb_nl_get_addr(struct nlattr *attr4, struct nlattr *attr6,
		      const struct nlattr *nest, u8 *family,
		      union nf_inet_addr *addr, struct netlink_ext_ack *extack)
{
	memset(addr, 0, sizeof(*addr));

	if (!attr4 == !attr6) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "exactly one IPv4 or IPv6 address is required");
		return false;
	}

	if (attr4) {
		*family = AF_INET;
		addr->ip = nla_get_be32(attr4);
	} else {
		*family = AF_INET6;
		addr->in6 = nla_get_in6_addr(attr6);
	}

	return true;
}

int drlb_nl_put_addr(struct sk_buff *skb, int type4, int type6, u8 family,
		     const union nf_inet_addr *addr)
{
	if (family == AF_INET)
		return nla_put_be32(skb, type4, addr->ip);

	return nla_put_in6_addr(skb, type6, &addr->in6);
}

struct sk_buff *drlb_nl_reply(struct genl_info *info, size_t size, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;

	*hdr = genlmsg_put_reply(skb, info, &drlb_nl_family, 0,
				 info->genlhdr->cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}

	return skb;
}

int drlb_nl_outcome(int err, struct netlink_ext_ack *extack)
{
	if (err == -ENOMEM)
		NL_SET_ERR_MSG(extack, "out of memory");

	return err;
}

void *drlb_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &drlb_nl_family,
				NLM_F_MULTI, cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);

	return hdr;
}
