/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration as plain data, read from the kernel or from a file */
#ifndef BASE_MODEL_H
#define BASE_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include <drlb.h>

struct addr {
	uint8_t family;		/* AF_INET or AF_INET6 */
	uint8_t bytes[16];	/* an IPv4 address takes the first four */
};

/* A virtual IP, or with protocol and port 0 the packets of a family that have a
 * mark; the address has that family then, and no bytes.
 */
struct service_key {
	uint8_t protocol;
	uint16_t port;		/* host order; 0 is any */
	uint32_t mark;		/* 0 for a virtual IP */
	struct addr addr;
};

struct counters {
	uint64_t connections;
	uint64_t packets;
	uint64_t bytes;
	uint32_t active;
	uint32_t inactive;
	uint32_t persistent;	/* clients that stay */
};

struct server {
	struct addr addr;
	uint32_t weight;
	uint32_t upper, lower;	/* thresholds; 0: none */
	unsigned int line;	/* in the file it was read from */
	uint8_t state;
	uint8_t lladdr_len;
	uint8_t lladdr[32];
	uint32_t ifindex;
	struct counters counters;
};

struct service {
	struct service_key key;
	char scheduler[DRLB_NAME_MAX];
	uint32_t table_size;
	uint8_t hash;
	uint8_t on_dead;
	uint8_t on_empty;
	uint8_t on_removed;
	uint8_t pickup;
	uint8_t ops;
	uint8_t persistent_prefix;
	uint8_t quiesced;
	/* seconds, by enum drlb_connection_state; 0 is the namespace's */
	uint32_t timeout[DRLB_CONNECTION_STATE_MAX + 1];
	unsigned int line;
	struct counters counters;
	struct server *server;	/* in services.server, since services_end() */
	size_t n;
};

struct services {
	struct service *service;
	size_t n, room;
	struct server *server;	/* of the first service, then of the next */
	size_t servers, servers_room;
};

struct device {
	char name[DRLB_NAME_MAX];
	uint32_t ifindex;	/* 0: not attached */
	unsigned int line;
};

struct devices {
	struct device *device;
	size_t n, room;
};

/* Settings. All arrays and the bits of @given are by enum drlb_config_attr. */
struct config {
	uint64_t given;
	uint32_t value[DRLB_CONFIG_A_MAX + 1];
	unsigned int line[DRLB_CONFIG_A_MAX + 1];
};

int addr_cmp(const struct addr *a, const struct addr *b);
int key_cmp(const struct service_key *a, const struct service_key *b);

struct service *services_add(struct services *list);
/* One more server of the service that was added last */
struct server *services_add_server(struct services *list);
struct device *devices_add(struct devices *list);

/* Complete a list: link services to their servers and sort it, so that equal
 * configurations look equal. Twins, possible in a file only, stay in the order
 * of their lines.
 */
void services_end(struct services *list);
void devices_end(struct devices *list);

void services_free(struct services *list);
void devices_free(struct devices *list);

#endif
