// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "base/options.h"
#include "cmd/object.h"
#include "text/words.h"
#include "view/config.h"
#include "view/device.h"
#include "view/service.h"
#include "view/stats.h"
#include "view/table.h"
#include "wire/config.h"
#include "wire/device.h"
#include "wire/family.h"
#include "wire/service.h"
#include "wire/stats.h"

struct everything {
	struct services services;
	struct devices devices;
	struct config config, defaults;
	struct stats stats;
};

/* A number, and its limit if the kernel has told it */
static void print_fill(const char *name, uint32_t used,
		       const struct config *config, unsigned int attr)
{
	uint32_t max = config->value[attr];
	bool known = config->given & UINT64_C(1) << attr;

	printf("%-13s %u", name, used);
	if (known)
		printf(" of %u", max);
	if (known && max)
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
	services_print(&e->services);
	puts(e->services.n ? "" : "No services\n");
	if (e->devices.n) {
		devices_print(&e->devices);
		putchar('\n');
	}
	print_fill("Connections", e->stats.connections, &e->config,
		   DRLB_CONFIG_A_CONN_MAX);
	print_fill("Unproven TCP", e->stats.unproven_tcp, &e->config,
		   DRLB_CONFIG_A_TCP_UNPROVEN_MAX);
	print_fill("Unproven UDP", e->stats.unproven_udp, &e->config,
		   DRLB_CONFIG_A_UDP_UNPROVEN_MAX);
	if (e->stats.unproven_persistent)
		print_fill("New clients", e->stats.unproven_persistent,
			   &e->config, DRLB_CONFIG_A_PERSISTENT_UNPROVEN_MAX);
	if (e->stats.overloaded)
		print_colour(RED, "OVERLOADED: new connections are hashed and get no entry\n");
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
