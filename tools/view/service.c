// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "text/schema.h"
#include "view/server.h"
#include "view/service.h"

static json_t *service_json(const struct service *svc)
{
	json_t *json = key_json(&svc->key);
	json_t *servers = jmust(json_array());

	fields_json(json, &service_schema, svc, ALL_FIELDS);
	counters_json(json, &svc->counters);
	for (size_t i = 0; i < svc->n; i++)
		json_array_append_new(servers, server_json(&svc->server[i]));
	json_object_set_new(json, "servers", servers);

	return json;
}

json_t *services_json(const struct services *list)
{
	json_t *services = jmust(json_array());

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(services,
				      service_json(&list->service[i]));
	return services;
}

static void service_oneline(const struct service *svc)
{
	char *text = fields_text(&service_schema, svc, ALL_FIELDS);

	printf("service %s%s servers %zu", service_name(&svc->key).s, text,
	       svc->n);
	counters_oneline(&svc->counters);
	for (size_t i = 0; i < svc->n; i++)
		server_oneline(&svc->key, &svc->server[i]);
	free(text);
}

/* The cells of a server begin with its weight; a service has none. */
static void service_rows(struct table *t, const struct service *svc)
{
	table_text(t, BOLD, service_name(&svc->key).s);
	table_text(t, PLAIN, svc->scheduler);
	table_text(t, PLAIN, "");
	table_text(t, YELLOW, svc->n ? "" : "no servers");
	table_text(t, PLAIN, "");
	table_text(t, PLAIN, "");
	counters_cells(t, &svc->counters);
	options_cell(t, &service_schema, svc);
	for (size_t i = 0; i < svc->n; i++) {
		table_cell(t, PLAIN, "  %s", addr_name(&svc->server[i].addr).s);
		table_text(t, PLAIN, "");
		server_cells(t, &svc->server[i]);
	}
}

void services_print(const struct services *list)
{
	static const struct column columns[] = {
		{ .title = "SERVICE / SERVER" }, { .title = "SCHEDULER" },
		SERVER_COLUMNS, { .title = NULL }
	};
	struct table *t;

	if (options.oneline) {
		for (size_t i = 0; i < list->n; i++)
			service_oneline(&list->service[i]);
		return;
	}
	if (!list->n)
		return;
	t = table_new(columns);
	for (size_t i = 0; i < list->n; i++)
		service_rows(t, &list->service[i]);
	table_end(t);
}
