// SPDX-License-Identifier: GPL-2.0
/*
 * All lists are sorted, so each comparison is one walk down two lists.
 *
 * No traffic may be lost on the way. Additions come before removals: when a
 * service for one port replaces one for any port, or the reverse, its packets
 * match a service at every moment.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "file/plan.h"
#include "text/schema.h"

static struct change *plan_add(struct plan *plan, enum change_type type)
{
	struct change *change;

	plan->change = array_grow(plan->change, &plan->n, &plan->room,
				  sizeof(*plan->change));
	change = &plan->change[plan->n - 1];
	change->type = type;
	plan->changes += type != CHANGE_CONFIG;

	return change;
}

/* The values to be had: the file's, or else the defaults */
static void wanted_config(const struct config *file,
			  const struct present *present, struct config *want)
{
	*want = present->defaults;
	for (const struct field *f = config_schema.field; f->name; f++) {
		if (!(file->given & field_bit(f)))
			continue;
		want->value[f->attr] = file->value[f->attr];
		want->line[f->attr] = file->line[f->attr];
		want->given |= field_bit(f);
	}
}

static void plan_config(struct plan *plan, const struct config *file,
			const struct present *present)
{
	const struct config *have = &present->config;
	uint64_t fixed = fields_flagged(&config_schema, FIELD_READONLY);
	uint64_t known = (have->given | file->given) & ~fixed;
	uint64_t differ;

	wanted_config(file, present, &plan->config);
	differ = known & (fields_differ(&config_schema, &plan->config, have) |
			  ~have->given);
	plan->config.given = differ;
	plan->changes += __builtin_popcountll(differ);
	plan->unchanged += __builtin_popcountll(file->given & known & ~differ);
	if (differ)
		plan_add(plan, CHANGE_CONFIG);
}

/* Plan a change of each device of @a that is not in @b. */
static void plan_devices(struct plan *plan, enum change_type type,
			 const struct devices *a, const struct devices *b,
			 size_t *common)
{
	size_t j = 0;

	for (size_t i = 0; i < a->n; i++) {
		while (j < b->n &&
		       strcmp(b->device[j].name, a->device[i].name) < 0)
			j++;
		if (j < b->n && !strcmp(b->device[j].name, a->device[i].name))
			++*common;
		else
			plan_add(plan, type)->device = &a->device[i];
	}
}

static bool servers_equal(const struct service *a, const struct service *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (addr_cmp(&a->server[i].addr, &b->server[i].addr) ||
		    fields_differ(&server_schema, &a->server[i], &b->server[i]))
			return false;
	return true;
}

static void plan_add_service(struct plan *plan, const struct service *want)
{
	struct change *change = plan_add(plan, CHANGE_SERVICE_ADD);

	change->want = want;
	change->given = fields_changed(&service_schema, want) |
			fields_flagged(&service_schema, FIELD_SAVED);
}

static void plan_set_service(struct plan *plan, const struct service *want,
			     const struct service *have)
{
	uint64_t given = fields_differ(&service_schema, want, have);
	struct change *change;

	if (!given && servers_equal(want, have)) {
		plan->unchanged++;
		return;
	}
	change = plan_add(plan, CHANGE_SERVICE_SET);
	change->want = want;
	change->have = have;
	change->given = given;
}

static void plan_services(struct plan *plan, const struct services *want,
			  const struct services *have)
{
	size_t j = 0;

	for (size_t i = 0; i < want->n; i++) {
		const struct service *svc = &want->service[i];

		while (j < have->n &&
		       key_cmp(&have->service[j].key, &svc->key) < 0)
			j++;
		if (j < have->n && !key_cmp(&have->service[j].key, &svc->key))
			plan_set_service(plan, svc, &have->service[j]);
		else
			plan_add_service(plan, svc);
	}

	j = 0;
	for (size_t i = 0; i < have->n; i++) {
		const struct service *svc = &have->service[i];

		while (j < want->n &&
		       key_cmp(&want->service[j].key, &svc->key) < 0)
			j++;
		if (j == want->n || key_cmp(&want->service[j].key, &svc->key))
			plan_add(plan, CHANGE_SERVICE_DEL)->have = svc;
	}
}

void plan_make(struct plan *plan, const struct file *file,
	       const struct present *present)
{
	size_t seen_already = 0;

	memset(plan, 0, sizeof(*plan));
	plan_config(plan, &file->config, present);
	plan_devices(plan, CHANGE_DEVICE_ADD, &file->devices,
		     &present->devices, &plan->unchanged);
	plan_services(plan, &file->services, &present->services);
	plan_devices(plan, CHANGE_DEVICE_DEL, &present->devices,
		     &file->devices, &seen_already);
}

void plan_free(struct plan *plan)
{
	free(plan->change);
	memset(plan, 0, sizeof(*plan));
}
