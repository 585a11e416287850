// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/model.h"

int addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int key_cmp(const struct service_key *a, const struct service_key *b)
{
	int order = addr_cmp(&a->addr, &b->addr);

	if (order)
		return order;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	if (a->mark != b->mark)
		return a->mark < b->mark ? -1 : 1;
	return (a->port > b->port) - (a->port < b->port);
}

struct service *services_add(struct services *list)
{
	list->service = array_grow(list->service, &list->n, &list->room,
				   sizeof(*list->service));
	return &list->service[list->n - 1];
}

struct server *services_add_server(struct services *list)
{
	list->server = array_grow(list->server, &list->servers,
				  &list->servers_room, sizeof(*list->server));
	list->service[list->n - 1].n++;

	return &list->server[list->servers - 1];
}

struct device *devices_add(struct devices *list)
{
	list->device = array_grow(list->device, &list->n, &list->room,
				  sizeof(*list->device));
	return &list->device[list->n - 1];
}

static int line_cmp(unsigned int a, unsigned int b)
{
	return (a > b) - (a < b);
}

static int server_order(const void *pa, const void *pb)
{
	const struct server *a = pa, *b = pb;
	int order = addr_cmp(&a->addr, &b->addr);

	return order ? order : line_cmp(a->line, b->line);
}

static int service_order(const void *pa, const void *pb)
{
	const struct service *a = pa, *b = pb;
	int order = key_cmp(&a->key, &b->key);

	return order ? order : line_cmp(a->line, b->line);
}

static int device_order(const void *pa, const void *pb)
{
	const struct device *a = pa, *b = pb;
	int order = strcmp(a->name, b->name);

	return order ? order : line_cmp(a->line, b->line);
}

void services_end(struct services *list)
{
	size_t first = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct service *svc = &list->service[i];

		svc->server = svc->n ? &list->server[first] : NULL;
		first += svc->n;
		sort(svc->server, svc->n, sizeof(*svc->server), server_order);
	}
	sort(list->service, list->n, sizeof(*list->service), service_order);
}

void devices_end(struct devices *list)
{
	sort(list->device, list->n, sizeof(*list->device), device_order);
}

void services_free(struct services *list)
{
	free(list->server);
	free(list->service);
	memset(list, 0, sizeof(*list));
}

void devices_free(struct devices *list)
{
	free(list->device);
	memset(list, 0, sizeof(*list));
}
