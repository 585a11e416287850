/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration as plain data, whether read from the kernel or a file. */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drlb.h>

struct addr {
	uint8_t family;		/* AF_INET or AF_INET6 */
	uint8_t bytes[16];	/* an IPv4 address is the first four */
};

struct service_key {
	uint8_t protocol;
	uint16_t port;		/* host order; 0 is any */
	struct addr addr;
};

struct counters {
	uint64_t connections;
	uint64_t packets;
	uint64_t bytes;
	uint32_t active;
	uint32_t inactive;
};

struct server {
	struct addr addr;
	uint32_t weight;
	unsigned int line;	/* of the file that it comes from */
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
	unsigned int line;
	struct counters counters;
	struct server *server;	/* in services.server, since services_end() */
	size_t n;
};

struct services {
	struct service *service;
	size_t n, room;
	struct server *server;	/* of the first service, then of the second... */
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

/* By enum drlb_config_attr */
struct config {
	bool given[DRLB_CONFIG_A_MAX + 1];
	int64_t value[DRLB_CONFIG_A_MAX + 1];
	unsigned int line[DRLB_CONFIG_A_MAX + 1];
};

/* A name made for printing, by value: addr_name(&addr).s. The longest is that of
 * an IPv6 server.
 */
struct name {
	char s[128];
};

char *put_number(char *to, uint64_t value);
struct name addr_name(const struct addr *addr);
struct name end_name(const struct addr *addr, uint16_t port);
struct name service_name(const struct service_key *key);
struct name server_name(const struct service_key *key,
			const struct addr *addr);

int addr_cmp(const struct addr *a, const struct addr *b);
int key_cmp(const struct service_key *a, const struct service_key *b);

/* A service with every option at its default */
void service_init(struct service *svc, const struct service_key *key);
struct service *services_add(struct services *list);
/* A server more of the service that was added last */
struct server *services_add_server(struct services *list);
struct device *devices_add(struct devices *list);

/* Nothing is added any more: from now on services have their servers. Both are by
 * name, so that the same configuration always looks the same; equal ones, which
 * only a file can have, in the order of their lines.
 */
void services_end(struct services *list);
void devices_sort(struct devices *list);

void services_free(struct services *list);
void devices_free(struct devices *list);

extern const char *const protocol_names[];	/* tcp, udp */
extern const char *const hash_names[];		/* by enum drlb_hash */
extern const char *const server_state_names[];
extern const char *const connection_state_names[];

uint8_t protocol_number(int index);
const char *protocol_name(uint8_t protocol);
/* "unknown" for values that a newer kernel may send */
const char *name_of(const char *const *names, unsigned int value);

#endif
