// SPDX-License-Identifier: GPL-2.0
/*
 * Everything is sorted, so each comparison is one walk down two lists.
 *
 * No traffic may be lost on the way. What is added comes before what is
 * removed: when a service for one port takes the place of one for any port, or
 * the other way round, there is a match for its packets at every moment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/config.h"
#include "base/lbctl.h"
#include "file/plan.h"

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

static void plan_config(struct plan *plan, const struct config *want,
			const struct present *present)
{
	const struct config *have = &present->config;
	bool differs = false;

	for (const struct setting *s = settings; s->name; s++) {
		uint8_t a = s->attr;
		int64_t value = want->given[a] ? want->value[a] :
						 present->defaults.value[a];

		if (s->readonly || (!have->given[a] && !want->given[a]))
			continue;
		if (have->given[a] && have->value[a] == value) {
			plan->unchanged += want->given[a];
			continue;
		}
		plan->config.given[a] = true;
		plan->config.value[a] = value;
		plan->config.line[a] = want->line[a];
		plan->changes++;
		differs = true;
	}
	if (differs)
		plan_add(plan, CHANGE_CONFIG);
}

/* One walk: the devices of @a which are not in @b */
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
		    a->server[i].weight != b->server[i].weight)
			return false;
	return true;
}

/* The options that differ, by the bits of enum drlb_service_attr */
static unsigned int options_differ(const struct service *a,
				   const struct service *b)
{
	unsigned int given = 0;

	if (strcmp(a->scheduler, b->scheduler))
		given |= 1 << DRLB_SERVICE_A_SCHEDULER;
	if (a->table_size != b->table_size)
		given |= 1 << DRLB_SERVICE_A_TABLE_SIZE;
	if (a->hash != b->hash)
		given |= 1 << DRLB_SERVICE_A_HASH;

	return given;
}

static void plan_add_service(struct plan *plan, const struct service *want)
{
	struct change *change = plan_add(plan, CHANGE_SERVICE_ADD);
	struct service usual;

	service_init(&usual, &want->key);
	change->want = want;
	change->given = options_differ(want, &usual) |
			1 << DRLB_SERVICE_A_SCHEDULER;
}

static void plan_set_service(struct plan *plan, const struct service *want,
			     const struct service *have)
{
	unsigned int given = options_differ(want, have);
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

static void print_config(const struct plan *plan, const struct config *have)
{
	for (const struct setting *s = settings; s->name; s++)
		if (plan->config.given[s->attr])
			printf("set config %s: %lld -> %lld\n", s->name,
			       (long long)have->value[s->attr],
			       (long long)plan->config.value[s->attr]);
}

/* Both lists at once, for what is added, changed and removed */
static void print_servers(const struct service *want,
			  const struct service *have, const char *comma)
{
	size_t i = 0, j = 0;

	while (i < want->n || j < have->n) {
		const struct server *w = &want->server[i];
		const struct server *h = &have->server[j];
		int order = i == want->n ? 1 : j == have->n ? -1 :
			    addr_cmp(&w->addr, &h->addr);

		if (order < 0)
			printf("%s add server %s weight %u", comma,
			       addr_name(&w->addr).s, w->weight);
		else if (order > 0)
			printf("%s del server %s", comma,
			       addr_name(&h->addr).s);
		else if (w->weight != h->weight)
			printf("%s server %s weight %u -> %u", comma,
			       addr_name(&w->addr).s, h->weight, w->weight);
		if (order || w->weight != h->weight)
			comma = ",";
		i += order <= 0;
		j += order >= 0;
	}
}

static void print_set(const struct change *change)
{
	const struct service *want = change->want, *have = change->have;
	const char *comma = "";

	printf("set service %s:", service_name(&want->key).s);
	if (change->given & 1 << DRLB_SERVICE_A_SCHEDULER) {
		printf(" scheduler %s -> %s", have->scheduler, want->scheduler);
		comma = ",";
	}
	if (change->given & 1 << DRLB_SERVICE_A_TABLE_SIZE) {
		printf("%s table-size %u -> %u", comma, have->table_size,
		       want->table_size);
		comma = ",";
	}
	if (change->given & 1 << DRLB_SERVICE_A_HASH) {
		printf("%s hash %s -> %s", comma,
		       name_of(hash_names, have->hash),
		       name_of(hash_names, want->hash));
		comma = ",";
	}
	print_servers(want, have, comma);
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
