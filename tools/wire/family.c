// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <drlb.h>

#include "base/memory.h"
#include "wire/attr.h"
#include "wire/family.h"
#include "wire/nl_private.h"

#define RCVBUF		(4 * 1024 * 1024)
/* The part of the receive buffer that an acknowledgment takes, with overhead */
#define ACK_BYTES	2304

void family_take(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	const struct nlattr *group;
	struct nl *nl = ctx;

	attrs_of(nlh, tb, CTRL_ATTR_MAX);
	nl->family = attr_uint(tb[CTRL_ATTR_FAMILY_ID]);
	if (attr_uint(tb[CTRL_ATTR_VERSION]) != DRLB_GENL_VERSION) {
		complain(NULL,
			 "the drlb module has version %u of the interface and this lbctl version %u, install two that belong together",
			 (unsigned int)attr_uint(tb[CTRL_ATTR_VERSION]),
			 DRLB_GENL_VERSION);
		nl->broken = true;
	}
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return;
	mnl_attr_for_each_nested(group, tb[CTRL_ATTR_MCAST_GROUPS]) {
		const struct nlattr *tg[CTRL_ATTR_MCAST_GRP_MAX + 1];
		char name[GENL_NAMSIZ];

		attrs_in(group, tg, CTRL_ATTR_MCAST_GRP_MAX);
		attr_text(tg[CTRL_ATTR_MCAST_GRP_NAME], name, sizeof(name));
		if (!strcmp(name, DRLB_GENL_EVENTS))
			nl->events = attr_uint(tg[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

static void family_answer(const struct nl_answer *answer, void *ctx)
{
	struct nl *nl = ctx;

	if (!answer->error)
		return;
	nl->broken = true;
	if (answer->error == ENOENT && nl->quiet)
		return;
	if (answer->error == ENOENT)
		complain(NULL,
			 "the drlb module is not loaded, run modprobe drlb or insmod drlb.ko");
	else
		complain(NULL, "generic netlink: %s", answer->cause);
}

static void family_find(struct nl *nl)
{
	const struct nl_handler handler = { family_take, family_answer, nl };
	struct nlmsghdr *nlh;

	nl->family = GENL_ID_CTRL;
	nl_handle(nl, &handler);
	nlh = nl_queue(nl, CTRL_CMD_GETFAMILY, 0, NL_ROOM, NULL);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, DRLB_GENL_NAME);
	nl_flush(nl);
	nl_handle(nl, NULL);
}

static struct nl *open_family(bool quiet)
{
	struct nl *nl = xcalloc(1, sizeof(*nl));
	int on = 1;

	nl->quiet = quiet;
	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket ||
	    mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		complain(NULL, "generic netlink: %s", strerror(errno));
		nl_close(nl);
		return NULL;
	}
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on));

	nl_buffer_raise(nl, SO_RCVBUFFORCE, SO_RCVBUF, RCVBUF);
	nl->n_max = nl_buffer_size(nl, SO_RCVBUF) / ACK_BYTES;
	if (nl->n_max > PIECE_REQUESTS)
		nl->n_max = PIECE_REQUESTS;
	if (!nl->n_max)
		nl->n_max = 1;
	nl->sndbuf = nl_buffer_size(nl, SO_SNDBUF);
	nl->seq = time(NULL);

	family_find(nl);
	if (nl->broken) {
		nl_close(nl);
		return NULL;
	}
	return nl;
}

struct nl *nl_open(void)
{
	return open_family(false);
}

struct nl *nl_open_loaded(void)
{
	return open_family(true);
}
