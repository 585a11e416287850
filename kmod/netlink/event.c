// SPDX-License-Identifier: GPL-2.0
/* Events, for the multicast group. */
#include "base/event.h"
#include "netlink/netlink.h"

static int put_service(struct sk_buff *skb, const struct drlb_event *event)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_SERVICE);

	if (!nest || drlb_nl_put_key(skb, event->service))
		return -EMSGSIZE;
	if (event->conf && drlb_nl_put_service_options(skb, event->conf))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_server(struct sk_buff *skb, const struct drlb_event *event)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_SERVER);

	if (!nest ||
	    drlb_nl_put_addr(skb, DRLB_SERVER_A_ADDR4, DRLB_SERVER_A_ADDR6,
			     event->service->family, &event->server->addr) ||
	    drlb_nl_put_server_options(skb, event->server) ||
	    nla_put_u8(skb, DRLB_SERVER_A_STATE, event->state))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_device_name(struct sk_buff *skb, const struct drlb_event *event)
{
	struct nlattr *nest = nla_nest_start(skb, DRLB_A_DEVICE);

	if (!nest || nla_put_string(skb, DRLB_DEVICE_A_NAME, event->device))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_event(struct sk_buff *skb, const struct drlb_event *event)
{
	void *hdr;

	hdr = genlmsg_put(skb, 0, 0, &drlb_nl_family, 0, DRLB_CMD_EVENT);
	if (!hdr || nla_put_u8(skb, DRLB_A_EVENT, event->kind))
		return -EMSGSIZE;
	if (event->service && put_service(skb, event))
		return -EMSGSIZE;
	if (event->server && put_server(skb, event))
		return -EMSGSIZE;
	if (event->device && put_device_name(skb, event))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);

	return 0;
}

static int drlb_nl_event(struct notifier_block *nb, unsigned long kind,
			 void *ptr)
{
	const struct drlb_event *event = ptr;
	struct sk_buff *skb;

	if (!genl_has_listeners(&drlb_nl_family, event->net, 0))
		return NOTIFY_DONE;

	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb) {
		/* As when a listener's queue is full: it knows to look. */
		genl_set_err(&drlb_nl_family, event->net, 0, 0, -ENOBUFS);
		return NOTIFY_DONE;
	}

	if (put_event(skb, event)) {
		nlmsg_free(skb);
		return NOTIFY_DONE;
	}
	genlmsg_multicast_netns(&drlb_nl_family, event->net, skb, 0, 0,
				GFP_KERNEL);

	return NOTIFY_DONE;
}

struct notifier_block drlb_nl_event_nb = {
	.notifier_call = drlb_nl_event,
};
