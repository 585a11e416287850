// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/object.h"
#include "text/words.h"
#include "view/event.h"
#include "wire/event.h"
#include "wire/family.h"
#include "wire/listen.h"

static void event_data(const struct nlmsghdr *nlh, void *ctx)
{
	struct event event;

	(void)ctx;
	if (!get_event(nlh, &event))
		return;
	event_print(&event);
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
