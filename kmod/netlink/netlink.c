// SPDX-License-Identifier: GPL-2.0
/* Parts that all messages have in common. */
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

/* The refusal of an unknown scheduler, which names the known ones. */
static char no_sched[128] __ro_after_init =
	"there is no such scheduler; there are";

void __init drlb_nl_name_scheds(void)
{
	const struct drlb_sched *sched;
	int i;

	for (i = 0; (sched = drlb_sched_at(i)); i++) {
		strlcat(no_sched, i ? ", " : " ", sizeof(no_sched));
		strlcat(no_sched, sched->name, sizeof(no_sched));
	}
}

static int get_sched(const struct nlattr *attr, const struct drlb_sched **sched,
		     struct netlink_ext_ack *extack)
{
	*sched = drlb_sched_find(nla_data(attr));
	if (*sched)
		return 0;

	if (extack)
		extack->_msg = no_sched;
	NL_SET_BAD_ATTR(extack, attr);

	return -ENOENT;
}

int drlb_nl_get_option(const struct drlb_option *option,
		       const struct nlattr *attr, void *conf,
		       struct netlink_ext_ack *extack)
{
	u32 value;
	int err;

	if (option->type == DRLB_OPTION_SCHED)
		return get_sched(attr, conf + option->offset, extack);

	value = option->type == DRLB_OPTION_U8 ? nla_get_u8(attr) :
						 nla_get_u32(attr);
	err = drlb_option_set(option, conf, value, extack);
	if (err)
		NL_SET_BAD_ATTR(extack, attr);

	return err;
}

int drlb_nl_put_option(struct sk_buff *skb, const struct drlb_option *option,
		       const void *conf)
{
	const struct drlb_sched *const *sched = conf + option->offset;
	u32 value;

	if (option->type == DRLB_OPTION_SCHED)
		return nla_put_string(skb, option->attr, (*sched)->name);

	value = *drlb_option_word(option, conf);

	return option->type == DRLB_OPTION_U8 ?
	       nla_put_u8(skb, option->attr, value) :
	       nla_put_u32(skb, option->attr, value);
}

int drlb_nl_put_service_options(struct sk_buff *skb,
				const struct drlb_service_conf *conf)
{
	int err = 0, i;

	for (i = 0; i < DRLB_SERVICE_OPTIONS && !err; i++)
		err = drlb_nl_put_option(skb, &drlb_service_options[i], conf);

	return err;
}

int drlb_nl_put_server_options(struct sk_buff *skb,
			       const struct drlb_server_conf *conf)
{
	int err = 0, i;

	for (i = 0; i < DRLB_SERVER_OPTIONS && !err; i++)
		err = drlb_nl_put_option(skb, &drlb_server_options[i], conf);

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
