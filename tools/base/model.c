// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/lbctl.h"
#include "base/model.h"

const char *const protocol_names[] = { "tcp", "udp", NULL };

const char *const hash_names[] = {
	[DRLB_HASH_SOURCE_PORT]	= "source-port",
	[DRLB_HASH_SOURCE]	= "source",
	NULL
};

const char *const server_state_names[] = {
	[DRLB_SERVER_UP]		= "up",
	[DRLB_SERVER_LOCAL]		= "local",
	[DRLB_SERVER_RESOLVING]		= "resolving",
	[DRLB_SERVER_UNREACHABLE]	= "unreachable",
	[DRLB_SERVER_NO_ROUTE]		= "no route",
	NULL
};

const char *const connection_state_names[] = {
	[DRLB_CONNECTION_NONE]		= "NONE",
	[DRLB_CONNECTION_UDP]		= "UDP",
	[DRLB_CONNECTION_SYN_RECV]	= "SYN_RECV",
	[DRLB_CONNECTION_ESTABLISHED]	= "ESTABLISHED",
	[DRLB_CONNECTION_FIN_WAIT]	= "FIN_WAIT",
	[DRLB_CONNECTION_TIME_WAIT]	= "TIME_WAIT",
	[DRLB_CONNECTION_CLOSE]		= "CLOSE",
	NULL
};

static const uint8_t protocol_numbers[] = { IPPROTO_TCP, IPPROTO_UDP };

uint8_t protocol_number(int index)
{
	return protocol_numbers[index];
}

const char *protocol_name(uint8_t protocol)
{
	for (int i = 0; protocol_names[i]; i++)
		if (protocol_numbers[i] == protocol)
			return protocol_names[i];
	return "unknown";
}

const char *name_of(const char *const *names, unsigned int value)
{
	for (unsigned int i = 0; names[i]; i++)
		if (i == value)
			return names[i];
	return "unknown";
}

/* Appends decimal digits. Lists have hundreds of thousands of numbers in them,
 * for which printf() takes its time.
 */
char *put_number(char *to, uint64_t value)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = '0' + value % 10;
		value /= 10;
	} while (value);
	while (n)
		*to++ = digits[--n];
	*to = '\0';

	return to;
}

static char *put_addr_text(char *to, const struct addr *addr)
{
	if (addr->family == AF_INET6) {
		inet_ntop(AF_INET6, addr->bytes, to, INET6_ADDRSTRLEN);
		return to + strlen(to);
	}
	for (int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = put_number(to, addr->bytes[i]);
	}
	return to;
}

/* ADDR:PORT, and * for port 0 when that means any */
static char *put_end_text(char *to, const struct addr *addr, uint16_t port,
			  bool any)
{
	bool v6 = addr->family == AF_INET6;

	if (v6)
		*to++ = '[';
	to = put_addr_text(to, addr);
	to = stpcpy(to, v6 ? "]:" : ":");
	if (any && !port)
		return stpcpy(to, "*");

	return put_number(to, port);
}

struct name addr_name(const struct addr *addr)
{
	struct name name;

	put_addr_text(name.s, addr);
	return name;
}

struct name end_name(const struct addr *addr, uint16_t port)
{
	struct name name;

	put_end_text(name.s, addr, port, false);
	return name;
}

static char *put_key_text(char *to, const struct service_key *key)
{
	to = stpcpy(to, protocol_name(key->protocol));
	*to++ = ' ';
	return put_end_text(to, &key->addr, key->port, true);
}

struct name service_name(const struct service_key *key)
{
	struct name name;

	put_key_text(name.s, key);
	return name;
}

struct name server_name(const struct service_key *key, const struct addr *addr)
{
	struct name name;
	char *to = stpcpy(name.s, "server ");

	to = put_addr_text(to, addr);
	to = stpcpy(to, " of ");
	put_key_text(to, key);
	return name;
}

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
	return (a->port > b->port) - (a->port < b->port);
}

void service_init(struct service *svc, const struct service_key *key)
{
	memset(svc, 0, sizeof(*svc));
	svc->key = *key;
	strcpy(svc->scheduler, DRLB_SCHEDULER_DEFAULT);
	svc->table_size = DRLB_TABLE_SIZE_DEFAULT;
	svc->hash = DRLB_HASH_SOURCE_PORT;
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

void devices_sort(struct devices *list)
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
