// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "base/options.h"
#include "cmd/object.h"
#include "cmd/run.h"
#include "text/words.h"
#include "view/stats.h"
#include "wire/family.h"
#include "wire/stats.h"

static enum status stats_show(struct words *w)
{
	enum status status = STATUS_FAILED;
	struct stats stats = { 0 };
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (nl && !stats_read(nl, &stats)) {
		status = STATUS_OK;
		if (options.json)
			json_print(jpack("{s:o}", "stats",
					 stats_json(&stats)));
		else if (options.oneline)
			stats_oneline(&stats, true);
		else
			stats_print(&stats);
	}
	stats_free(&stats);
	nl_close(nl);

	return status;
}

static enum status stats_zero(struct words *w)
{
	return run_bare(w, DRLB_CMD_STATS_ZERO);
}

static const struct verb stats_verbs[] = {
	{ "show", "", "show totals, and the number of packets by verdict",
	  stats_show },
	{ "zero", "", "set all counters to zero, also those of services and servers",
	  stats_zero },
	{ NULL, NULL, NULL, NULL }
};

const struct object stats_object = { .name = "stats", .verbs = stats_verbs };
