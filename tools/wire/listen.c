// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include <drlb.h>

#include "base/complain.h"
#include "wire/attr.h"
#include "wire/family.h"
#include "wire/listen.h"
#include "wire/nl_private.h"

static int join(struct nl *nl, int group)
{
	if (mnl_socket_setsockopt(nl->socket, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return nl_broken(nl, "events");
	return 0;
}

/* A module that is loaded again has other numbers. */
static void family_news(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	char name[GENL_NAMSIZ];

	attrs_of(nlh, tb, CTRL_ATTR_MAX);
	attr_text(tb[CTRL_ATTR_FAMILY_NAME], name, sizeof(name));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) ||
	    strcmp(name, DRLB_GENL_NAME))
		return;
	if (genl->cmd == CTRL_CMD_DELFAMILY) {
		complain("warning",
			 "monitor: the drlb module is gone, there are no events until it is back");
	} else if (genl->cmd == CTRL_CMD_NEWFAMILY) {
		complain("warning", "monitor: the drlb module is back");
		family_take(nlh, nl);
		if (!nl->broken)
			join(nl, nl->events);
	}
}

void nl_listen(struct nl *nl)
{
	struct nlmsghdr *nlh;
	ssize_t got;
	int len;

	/* The controller's group has the controller's number. */
	if (join(nl, nl->events) || join(nl, GENL_ID_CTRL))
		return;
	while (!nl->broken) {
		got = mnl_socket_recvfrom(nl->socket, nl->reply,
					  sizeof(nl->reply));
		if (got < 0 && errno == ENOBUFS) {
			complain("warning", "monitor: events were lost, they came too fast");
			continue;
		}
		if (got < 0 && errno != EINTR) {
			nl_broken(nl, "receive");
			return;
		}
		len = got;
		for (nlh = (void *)nl->reply; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			if (nlh->nlmsg_type == nl->family)
				nl->handler->data(nlh, nl->handler->ctx);
			else if (nlh->nlmsg_type == GENL_ID_CTRL)
				family_news(nl, nlh);
	}
}
