// SPDX-License-Identifier: GPL-2.0
#include "base/complain.h"
#include "wire/dump.h"
#include "wire/nl_private.h"

#define DUMP_TRIES	10

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
				 "the objects kept changing while they were read, try again");
			return -1;
		}
		complain("warning",
			 "%s: there were changes meanwhile, so that some may be missing or listed twice; try again",
			 dump->subject);
	}
	return ret;
}
