// SPDX-License-Identifier: GPL-2.0
/* Events as they happen, a line each */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/nl.h"
#include "text/parse.h"
#include "view/print.h"
#include "wire/wire.h"

static void event_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	struct server srv;
	const char *state;

	(void)ctx;
	attrs_of(nlh, tb, DRLB_A_MAX);
	/* Other kinds, which a newer module may send, mean nothing here. */
	if (!tb[DRLB_A_EVENT] || !tb[DRLB_A_SERVER] ||
	    attr_uint(tb[DRLB_A_EVENT]) != DRLB_EVENT_SERVER_STATE)
		return;
	get_server(tb[DRLB_A_SERVER], &srv);
	state = name_of(server_state_names, srv.state);

	if (options.json)
		json_print(jpack("{s:s, s:o, s:s}", "event", "server_state",
				 "server", addr_json(&srv.addr),
				 "state", state));
	else
		printf("server %s: %s\n", addr_name(&srv.addr).s, state);
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
