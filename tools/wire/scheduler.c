// SPDX-License-Identifier: GPL-2.0
#include "wire/attr.h"
#include "wire/dump.h"
#include "wire/scheduler.h"

static void scheduler_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	const struct nlattr *ts[DRLB_SCHEDULER_A_MAX + 1];
	struct scheduler *s = schedulers_add(ctx);

	attrs_of(nlh, tb, DRLB_A_MAX);
	attrs_in(tb[DRLB_A_SCHEDULER], ts, DRLB_SCHEDULER_A_MAX);
	attr_text(ts[DRLB_SCHEDULER_A_NAME], s->name, sizeof(s->name));
	attr_text(ts[DRLB_SCHEDULER_A_ABOUT], s->about, sizeof(s->about));
	s->adopts = ts[DRLB_SCHEDULER_A_ADOPTS];
}

static void scheduler_reset(void *ctx)
{
	schedulers_free(ctx);
}

int schedulers_read(struct nl *nl, struct schedulers *list)
{
	const struct nl_dump dump = {
		.cmd = DRLB_CMD_SCHEDULER_GET,
		.subject = "schedulers",
		.data = scheduler_data,
		.reset = scheduler_reset,
		.ctx = list,
	};

	return nl_dump(nl, &dump);
}
