// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "text/schema.h"
#include "view/event.h"

/* The names in JSON, and the words that follow the object in text */
static const struct {
	const char *name;
	const char *words;
} kinds[] = {
	[DRLB_EVENT_SERVER_STATE]	= { "server_state", "" },
	[DRLB_EVENT_SERVICE_ADDED]	= { "service_added", "added" },
	[DRLB_EVENT_SERVICE_CHANGED]	= { "service_changed", "changed" },
	[DRLB_EVENT_SERVICE_REMOVED]	= { "service_removed", "removed" },
	[DRLB_EVENT_SERVER_ADDED]	= { "server_added", "added" },
	[DRLB_EVENT_SERVER_CHANGED]	= { "server_changed", "changed" },
	[DRLB_EVENT_SERVER_REMOVED]	= { "server_removed", "removed" },
	[DRLB_EVENT_DEVICE_ADDED]	= { "device_added", "added" },
	[DRLB_EVENT_DEVICE_REMOVED]	= { "device_removed", "removed" },
	[DRLB_EVENT_CONFIG_CHANGED]	= { "config_changed", "changed" },
};

static void print_json(const struct event *event)
{
	const struct server *srv = &event->server;
	json_t *json = jpack("{s:s}", "event", kinds[event->kind].name);

	if (event->has_service) {
		jmerge(json, key_json(&event->service.key));
		fields_json(json, &service_schema, &event->service,
			    event->options);
	}
	if (event->has_server) {
		jmerge(json, jpack("{s:o, s:s}",
				   "server", addr_json(&srv->addr),
				   "state", name_of(server_state_names,
						    srv->state)));
		fields_json(json, &server_schema, srv, ALL_FIELDS);
	}
	if (*event->device.name)
		jmerge(json, jpack("{s:s}", "device", event->device.name));
	json_print(json);
}

static void print_server(const struct event *event)
{
	const struct server *srv = &event->server;
	char *text = fields_text(&server_schema, srv,
				 fields_changed(&server_schema, srv) |
				 fields_flagged(&server_schema, FIELD_COLUMN));

	printf("%s: ", server_name(&event->service.key, &srv->addr).s);
	if (event->kind == DRLB_EVENT_SERVER_STATE)
		puts(name_of(server_state_names, srv->state));
	else if (event->kind == DRLB_EVENT_SERVER_REMOVED)
		puts("removed");
	else
		printf("%s,%s\n", kinds[event->kind].words, text);
	free(text);
}

static void print_service(const struct event *event)
{
	char *text = fields_text(&service_schema, &event->service,
				 event->options &
				 (fields_changed(&service_schema,
						 &event->service) |
				  fields_flagged(&service_schema,
						 FIELD_SAVED)));

	printf("service %s: %s%s%s\n", service_name(&event->service.key).s,
	       kinds[event->kind].words, *text ? "," : "", text);
	free(text);
}

void event_print(const struct event *event)
{
	/* Skip the kinds of events that only a newer module sends. */
	if (event->kind >= sizeof(kinds) / sizeof(kinds[0]))
		return;
	if (options.json)
		print_json(event);
	else if (event->has_server)
		print_server(event);
	else if (event->has_service)
		print_service(event);
	else if (*event->device.name)
		printf("device %s: %s\n", event->device.name,
		       kinds[event->kind].words);
	else
		printf("config: %s\n", kinds[event->kind].words);
}
