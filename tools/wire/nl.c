// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel handles all requests of one sendmsg() before that returns, so the
 * acknowledgments pile up in the receive buffer. Both the bytes and the
 * requests of one piece are bounded for that reason. A single request may be
 * larger: the send buffer is raised for it.
 */
#include <errno.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <drlb.h>

#include "base/memory.h"
#include "wire/attr.h"
#include "wire/nl.h"
#include "wire/nl_private.h"

#define PIECE_BYTES	(128 * 1024)

int nl_buffer_size(struct nl *nl, int which)
{
	socklen_t len = sizeof(int);
	int size = 0;

	getsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, which, &size,
		   &len);
	return size;
}

void nl_buffer_raise(struct nl *nl, int force, int which, int size)
{
	int fd = mnl_socket_get_fd(nl->socket);

	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, which, &size, sizeof(size));
}

int nl_broken(struct nl *nl, const char *doing)
{
	nl->broken = true;
	if (errno == ENOBUFS)
		complain(NULL,
			 "answers of the kernel were lost: some requests may have been carried out, look at the result");
	else if (errno == EMSGSIZE)
		complain(NULL,
			 "a request of %zu bytes is too large to send, raise net.core.wmem_max",
			 nl->used);
	else
		complain(NULL, "netlink %s: %s", doing, strerror(errno));
	return -1;
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

/* Account for the attributes that the caller added to the newest request. */
static void settle(struct nl *nl)
{
	if (nl->n)
		nl->used = nl->pending[nl->n - 1].offset +
			   MNL_ALIGN(request(nl, nl->n - 1)->nlmsg_len);
}

/* Send the queue and collect the answers; returns -1 after a complaint. */
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

	/* libmnl does not write the padding of attributes. */
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
		return "CAP_NET_ADMIN is missing, run lbctl as root";
	case EOPNOTSUPP:
		return "the drlb module does not know this, load the one of this lbctl";
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

/* Even the smallest number is an error. */
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

static int exchange(struct nl *nl)
{
	struct nlmsghdr *nlh;
	ssize_t got;
	int ret = 0;
	int len;

	settle(nl);
	if (nl->used + 4096 > nl->sndbuf) {
		nl_buffer_raise(nl, SO_SNDBUFFORCE, SO_SNDBUF, nl->used + 4096);
		nl->sndbuf = nl_buffer_size(nl, SO_SNDBUF);
	}
	if (nl->broken)
		ret = -1;
	else if (nl->n &&
		 mnl_socket_sendto(nl->socket, nl->queue, nl->used) < 0)
		ret = nl_broken(nl, "send");

	while (!ret && nl->n_answered < nl->n) {
		got = mnl_socket_recvfrom(nl->socket, nl->reply,
					  sizeof(nl->reply));
		if (got < 0) {
			if (errno != EINTR)
				ret = nl_broken(nl, "receive");
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
