// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/object.h"
#include "text/words.h"
#include "view/event.h"
#include "wire/attr.h"
#include "wire/family.h"
#include "wire/listen.h"
#include "wire/service.h"

static void event_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	struct server srv;

	(void)ctx;
	attrs_of(nlh, tb, DRLB_A_MAX);
	/* Skip the kinds of events that only a newer module sends. */
	if (!tb[DRLB_A_EVENT] || !tb[DRLB_A_SERVER] ||
	    attr_uint(tb[DRLB_A_EVENT]) != DRLB_EVENT_SERVER_STATE)
		return;
	get_server(tb[DRLB_A_SERVER], &srv);
	event_server_state(&srv);
	if (fflush(stdout)) {
		complain("monitor", "standard output: %s", strerror(errno));
		exit(STATUS_FAILED);
	}
}

static enum status monitor_run(struct words *w)
{
	const struct nl_handler handler = { .data = event_data };
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	nl_handle(nl, &handler);
	nl_listen(nl);
	nl_close(nl);

	return STATUS_FAILED;
}

const struct object monitor_object = {
	.name = "monitor",
	.self = { .args = "", .about = "print events as they happen",
		  .run = monitor_run },
};
