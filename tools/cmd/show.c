// SPDX-License-Identifier: GPL-2.0
/* Everything on a page */
#include <stdio.h>

#include "cmd/config.h"
#include "cmd/device.h"
#include "wire/nl.h"
#include "text/parse.h"
#include "cmd/service.h"
#include "cmd/stats.h"
#include "wire/wire.h"

struct everything {
	struct services services;
	struct devices devices;
	struct config config, defaults;
	struct stats stats;
};

static void print_fill(const char *what, uint32_t used, int64_t max,
		       bool given)
{
	printf("%-13s %u", what, used);
	if (given)
		printf(" of %lld", (long long)max);
	if (given && max > 0)
		printf(" (%.0f%%)", 100.0 * used / max);
	putchar('\n');
}

static void everything_oneline(const struct everything *e)
{
	services_print(&e->services);
	devices_print(&e->devices);
	stats_oneline(&e->stats, false);
}

static void everything_print(const struct everything *e)
{
	const struct config *config = &e->config;

	services_print(&e->services);
	puts(e->services.n ? "" : "No services\n");
	if (e->devices.n) {
		devices_print(&e->devices);
		putchar('\n');
	}
	print_fill("Connections", e->stats.connections,
		   config->value[DRLB_CONFIG_A_CONN_MAX],
		   config->given[DRLB_CONFIG_A_CONN_MAX]);
	print_fill("Half-open", e->stats.half_open,
		   config->value[DRLB_CONFIG_A_HALF_OPEN_MAX],
		   config->given[DRLB_CONFIG_A_HALF_OPEN_MAX]);
	if (e->stats.overloaded)
		print_colour(RED, "OVERLOADED: new connections go by hash, without an entry\n");
	putchar('\n');
	stats_print_counters(&e->stats, false);
}

static json_t *everything_json(const struct everything *e)
{
	return jpack("{s:o, s:o, s:o, s:o}",
		     "services", services_json(&e->services),
		     "devices", devices_json(&e->devices),
		     "config", config_json(&e->config),
		     "stats", stats_json(&e->stats));
}

static enum status show_run(struct words *w)
{
	struct everything e = { 0 };
	enum status status = STATUS_FAILED;
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (nl && !services_read(nl, NULL, &e.services) &&
	    !devices_read(nl, &e.devices) &&
	    !config_read(nl, &e.config, &e.defaults) &&
	    !stats_read(nl, &e.stats)) {
		status = STATUS_OK;
		if (options.json)
			json_print(everything_json(&e));
		else if (options.oneline)
			everything_oneline(&e);
		else
			everything_print(&e);
	}
	services_free(&e.services);
	devices_free(&e.devices);
	stats_free(&e.stats);
	nl_close(nl);

	return status;
}

const struct object show_object = {
	.name = "show",
	.self = { .args = "", .about = "show everything, for a person",
		  .run = show_run },
};
