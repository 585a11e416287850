// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel handles all the requests of one sendmsg() before that returns, so
 * their acknowledgments pile up in the receive buffer meanwhile. Both the
 * bytes and the requests of one piece are bounded for that reason; a single
 * request may be larger, the send buffer is stretched for it.
 */
#include <errno.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <drlb.h>

#include "wire/nl.h"

#define PIECE_BYTES	(128 * 1024)
#define PIECE_REQUESTS	1024
#define RCVBUF		(4 * 1024 * 1024)
/* What an acknowledgment takes of the receive buffer, with its overhead */
#define ACK_BYTES	2304
#define DUMP_TRIES	10

struct pending {
	const void *about;
	size_t offset;		/* of the request in the queue */
	bool answered;
};

struct nl {
	struct mnl_socket *socket;
	uint16_t family;
	uint32_t events;
	const struct nl_handler *handler;
	bool broken;		/* complained about */
	bool interrupted;
	int refused;

	char *queue;
	size_t size, used;
	size_t sndbuf;
	struct pending pending[PIECE_REQUESTS];
	unsigned int n, n_max, n_answered;
	uint32_t seq;		/* of the first pending one */

	char reply[64 * 1024];
};

static int buffer_size(struct nl *nl, int which)
{
	socklen_t len = sizeof(int);
	int size = 0;

	getsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, which, &size,
		   &len);
	return size;
}

/* Past the administrator's limit where that is allowed, else up to it */
static void buffer_raise(struct nl *nl, int force, int which, int size)
{
	int fd = mnl_socket_get_fd(nl->socket);

	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, which, &size, sizeof(size));
}

static void family_attrs(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	const struct nlattr *group;
	struct nl *nl = ctx;

	attrs_of(nlh, tb, CTRL_ATTR_MAX);
	nl->family = attr_uint(tb[CTRL_ATTR_FAMILY_ID]);
	if (attr_uint(tb[CTRL_ATTR_VERSION]) != DRLB_GENL_VERSION) {
		complain(NULL,
			 "the drlb module speaks version %u of its interface, this lbctl %u: install the two that belong together",
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
	if (answer->error == ENOENT)
		complain(NULL,
			 "the drlb module is not loaded (modprobe drlb, or insmod drlb.ko)");
	else
		complain(NULL, "generic netlink: %s", answer->cause);
}

static void family_find(struct nl *nl)
{
	const struct nl_handler handler = { family_attrs, family_answer, nl };
	struct nlmsghdr *nlh;

	nl->family = GENL_ID_CTRL;
	nl_handle(nl, &handler);
	nlh = nl_queue(nl, CTRL_CMD_GETFAMILY, 0, NL_ROOM, NULL);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, DRLB_GENL_NAME);
	nl_flush(nl);
	nl_handle(nl, NULL);
}

struct nl *nl_open(void)
{
	struct nl *nl = xcalloc(1, sizeof(*nl));
	int on = 1;

	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket ||
	    mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		complain(NULL, "generic netlink: %s", strerror(errno));
		nl_close(nl);
		return NULL;
	}
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on));

	buffer_raise(nl, SO_RCVBUFFORCE, SO_RCVBUF, RCVBUF);
	nl->n_max = buffer_size(nl, SO_RCVBUF) / ACK_BYTES;
	if (nl->n_max > PIECE_REQUESTS)
		nl->n_max = PIECE_REQUESTS;
	if (!nl->n_max)
		nl->n_max = 1;
	nl->sndbuf = buffer_size(nl, SO_SNDBUF);
	nl->seq = time(NULL);

	family_find(nl);
	if (nl->broken) {
		nl_close(nl);
		return NULL;
	}
	return nl;
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	if (nl->socket)
		mnl_socket_close(nl->socket);
	free(nl->queue);
	free(nl);
}

void nl_handle(struct nl *nl, const struct nl_handler *handler)
{
	nl->handler = handler;
}

static struct nlmsghdr *request(struct nl *nl, unsigned int index)
{
	return (struct nlmsghdr *)(nl->queue + nl->pending[index].offset);
}

/* Count what the caller added to the newest request. */
static void settle(struct nl *nl)
{
	if (nl->n)
		nl->used = nl->pending[nl->n - 1].offset +
			   MNL_ALIGN(request(nl, nl->n - 1)->nlmsg_len);
}

/* Sends what is queued and collects the answers. Returns -1 if it cannot. */
static int exchange(struct nl *nl);

struct nlmsghdr *nl_queue(struct nl *nl, uint8_t cmd, uint16_t flags,
			  size_t room, const void *about)
{
	size_t need = MNL_NLMSG_HDRLEN + MNL_ALIGN(GENL_HDRLEN) + room;
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	settle(nl);
	if (nl->n == nl->n_max || (nl->n && nl->used + need > PIECE_BYTES))
		exchange(nl);
	if (nl->used + need > nl->size) {
		nl->size = nl->used + need + PIECE_BYTES;
		nl->queue = xrealloc(nl->queue, nl->size, 1);
	}

	/* libmnl leaves the padding of attributes as it is. */
	memset(nl->queue + nl->used, 0, need);
	nl->pending[nl->n] = (struct pending) {
		.about = about, .offset = nl->used
	};
	nlh = mnl_nlmsg_put_header(nl->queue + nl->used);
	nlh->nlmsg_type = nl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | (flags ? flags : NLM_F_ACK);
	nlh->nlmsg_seq = nl->seq + nl->n++;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = DRLB_GENL_VERSION;

	return nlh;
}

static const char *default_cause(int error)
{
	switch (error) {
	case 0:
		return NULL;
	case EPERM:
		return "not permitted: it takes CAP_NET_ADMIN, run lbctl as root";
	case EOPNOTSUPP:
		return "the loaded drlb module cannot do this: is it older than lbctl?";
	}
	return strerror(error);
}

void nl_complain(const struct nl_answer *answer, const char *detail)
{
	complain(NULL, "%s%s: %s%s", answer->error ? "" : "warning: ",
		 (const char *)answer->about, detail, answer->cause);
}

static void answered(struct nl *nl, unsigned int index,
		     const struct nlmsghdr *nlh, int error, size_t attrs)
{
	struct nl_answer answer = {
		.about = nl->pending[index].about,
		.error = error,
		.request = request(nl, index),
		.cause = default_cause(error),
	};
	const struct nlattr *attr;
	char text[512];

	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_for_each(attr, nlh, attrs) {
			if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG) {
				attr_text(attr, text, sizeof(text));
				answer.cause = text;
				answer.told = true;
			} else if (mnl_attr_get_type(attr) ==
				   NLMSGERR_ATTR_OFFS) {
				answer.offset = attr_uint(attr);
			}
		}

	nl->pending[index].answered = true;
	nl->n_answered++;
	nl->refused += !!error;
	if (nl->handler && nl->handler->answer)
		nl->handler->answer(&answer, nl->handler->ctx);
	else if (answer.cause)
		nl_complain(&answer, "");
}

/* Whatever the number, an error stays one. */
static int errno_of(int error)
{
	return error == INT_MIN ? INT_MAX : -error;
}

static void received(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	unsigned int index = nlh->nlmsg_seq - nl->seq;
	size_t attrs = sizeof(*err);

	if (index >= nl->n || nl->pending[index].answered)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		nl->interrupted = true;

	if (nlh->nlmsg_type >= NLMSG_MIN_TYPE) {
		if (len >= GENL_HDRLEN && nl->handler && nl->handler->data)
			nl->handler->data(nlh, nl->handler->ctx);
	} else if (nlh->nlmsg_type == NLMSG_ERROR && len >= sizeof(*err)) {
		/* The request comes back whole, unless it was cut. */
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			attrs = offsetof(struct nlmsgerr, msg) +
				MNL_ALIGN((size_t)err->msg.nlmsg_len);
		answered(nl, index, nlh, errno_of(err->error),
			 attrs < len ? attrs : len);
	} else if (nlh->nlmsg_type == NLMSG_DONE) {
		answered(nl, index, nlh,
			 len >= sizeof(int) ? errno_of(err->error) : 0,
			 sizeof(int));
	}
}

static int broken(struct nl *nl, const char *what)
{
	nl->broken = true;
	if (errno == ENOBUFS)
		complain(NULL,
			 "answers of the kernel were lost, some requests may have been carried out");
	else if (errno == EMSGSIZE)
		complain(NULL,
			 "a request of %zu bytes is too large to send: raise net.core.wmem_max",
			 nl->used);
	else
		complain(NULL, "netlink %s: %s", what, strerror(errno));
	return -1;
}

static int exchange(struct nl *nl)
{
	struct nlmsghdr *nlh;
	ssize_t got;
	int ret = 0;
	int len;

	settle(nl);
	if (nl->used + 4096 > nl->sndbuf) {
		buffer_raise(nl, SO_SNDBUFFORCE, SO_SNDBUF, nl->used + 4096);
		nl->sndbuf = buffer_size(nl, SO_SNDBUF);
	}
	if (nl->broken)
		ret = -1;
	else if (nl->n &&
		 mnl_socket_sendto(nl->socket, nl->queue, nl->used) < 0)
		ret = broken(nl, "send");

	while (!ret && nl->n_answered < nl->n) {
		got = mnl_socket_recvfrom(nl->socket, nl->reply,
					  sizeof(nl->reply));
		if (got < 0) {
			if (errno != EINTR)
				ret = broken(nl, "receive");
			continue;
		}
		len = got;
		for (nlh = (void *)nl->reply; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			received(nl, nlh);
	}

	nl->seq += nl->n;
	nl->n = 0;
	nl->n_answered = 0;
	nl->used = 0;

	return ret;
}

int nl_flush(struct nl *nl)
{
	int ret = exchange(nl) ? -1 : nl->refused;

	nl->refused = 0;

	return ret;
}

enum status nl_finish(struct nl *nl)
{
	int ret = nl_flush(nl);

	nl_close(nl);

	return ret ? STATUS_FAILED : STATUS_OK;
}

void nl_interrupted(struct nl *nl)
{
	nl->interrupted = true;
}

int nl_dump(struct nl *nl, const struct nl_dump *dump)
{
	const struct nl_handler handler = { .data = dump->data,
					    .ctx = dump->ctx };
	struct nlmsghdr *nlh;
	int ret;

	nl_handle(nl, &handler);
	for (int tries = 0; tries < DUMP_TRIES; tries++) {
		nl->interrupted = false;
		nlh = nl_queue(nl, dump->cmd, NLM_F_DUMP, NL_ROOM,
			       dump->subject);
		if (dump->fill)
			dump->fill(nlh, dump->ctx);
		ret = nl_flush(nl);
		if (ret || !nl->interrupted || !dump->reset)
			break;
		dump->reset(dump->ctx);
	}
	nl_handle(nl, NULL);
	if (!ret && nl->interrupted) {
		if (dump->reset) {
			complain(dump->subject,
				 "it kept changing while it was read, try again");
			return -1;
		}
		complain("warning",
			 "%s: changes happened meanwhile, some may be missing or listed twice",
			 dump->subject);
	}
	return ret;
}

static int join(struct nl *nl, int group)
{
	if (mnl_socket_setsockopt(nl->socket, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return broken(nl, "events");
	return 0;
}

/* Another module, such as a newer build, has other numbers. */
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
			 "monitor: the drlb module is gone, and events with it until it is back");
	} else if (genl->cmd == CTRL_CMD_NEWFAMILY) {
		complain("warning", "monitor: the drlb module is back");
		family_attrs(nlh, nl);
		if (!nl->broken)
			join(nl, nl->events);
	}
}

void nl_listen(struct nl *nl)
{
	struct nlmsghdr *nlh;
	ssize_t got;
	int len;

	/* The group of news about families has the number of their own one. */
	if (join(nl, nl->events) || join(nl, GENL_ID_CTRL))
		return;
	while (!nl->broken) {
		got = mnl_socket_recvfrom(nl->socket, nl->reply,
					  sizeof(nl->reply));
		if (got < 0 && errno == ENOBUFS) {
			complain("warning", "monitor: events were lost");
			continue;
		}
		if (got < 0 && errno != EINTR) {
			broken(nl, "receive");
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
