// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "file/plan_print.h"
#include "text/schema.h"

static void print_config(const struct plan *plan, const struct config *have)
{
	for (const struct field *f = config_schema.field; f->name; f++)
		if (plan->config.given & field_bit(f))
			printf("set config %s: %s -> %s\n", f->name,
			       field_text(f, have).s,
			       field_text(f, &plan->config).s);
}

/* " KEYWORD OLD -> NEW" for each field in @set, after @before and with @between
 * in between
 */
static void print_fields(const struct schema *schema, const void *have,
			 const void *want, uint64_t set, const char *before,
			 const char *between)
{
	for (const struct field *f = schema->field; f->name; f++) {
		if (!(set & field_bit(f)))
			continue;
		printf("%s %s %s -> %s", before, f->name,
		       field_text(f, have).s, field_text(f, want).s);
		before = between;
	}
}

static void print_added(const struct server *want)
{
	char *text;

	text = fields_text(&server_schema, want,
			   fields_changed(&server_schema, want) |
			   fields_flagged(&server_schema, FIELD_COLUMN));
	printf(" add server %s%s", addr_name(&want->addr).s, text);
	free(text);
}

/* A walk down both lists for added, changed and removed servers */
static void print_servers(const struct service *want,
			  const struct service *have, const char *comma)
{
	size_t i = 0, j = 0;

	while (i < want->n || j < have->n) {
		const struct server *w = &want->server[i];
		const struct server *h = &have->server[j];
		int order = i == want->n ? 1 : j == have->n ? -1 :
			    addr_cmp(&w->addr, &h->addr);
		uint64_t differ = order ? ALL_FIELDS :
				  fields_differ(&server_schema, w, h);

		if (differ)
			fputs(comma, stdout);
		if (order < 0) {
			print_added(w);
		} else if (order > 0) {
			printf(" del server %s", addr_name(&h->addr).s);
		} else if (differ) {
			printf(" server %s", addr_name(&w->addr).s);
			print_fields(&server_schema, h, w, differ, "", "");
		}
		if (differ)
			comma = ",";
		i += order <= 0;
		j += order >= 0;
	}
}

static void print_set(const struct change *change)
{
	printf("set service %s:", service_name(&change->want->key).s);
	print_fields(&service_schema, change->have, change->want,
		     change->given, "", ",");
	print_servers(change->want, change->have, change->given ? "," : "");
	putchar('\n');
}

void plan_print(const struct plan *plan, const struct present *present)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct change *c = &plan->change[i];

		switch (c->type) {
		case CHANGE_CONFIG:
			print_config(plan, &present->config);
			break;
		case CHANGE_DEVICE_ADD:
			printf("add device %s\n", c->device->name);
			break;
		case CHANGE_DEVICE_DEL:
			printf("del device %s\n", c->device->name);
			break;
		case CHANGE_SERVICE_ADD:
			printf("add service %s (servers: %zu)\n",
			       service_name(&c->want->key).s, c->want->n);
			break;
		case CHANGE_SERVICE_SET:
			print_set(c);
			break;
		case CHANGE_SERVICE_DEL:
			printf("del service %s\n",
			       service_name(&c->have->key).s);
			break;
		}
	}
	printf("%zu changes, %zu unchanged\n", plan->changes, plan->unchanged);
}
