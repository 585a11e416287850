/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's reports besides its configuration, as plain data */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stdbool.h>

#include "base/model.h"

struct connection {
	uint8_t protocol;	/* 0 for a client that stays by a mark */
	uint8_t state;
	bool persistent;	/* a client that stays, no connection */
	uint16_t client_port;
	uint16_t vip_port;
	struct addr client;
	struct addr vip;
	struct addr server;
	uint32_t vrf;		/* index of its device; 0 outside VRFs */
	uint32_t mark;		/* of its service; 0 for one with an address */
	uint32_t expires_ms;
	uint64_t age_ms;
};

struct stats_counter {
	char name[64];
	char about[192];
	uint64_t value;
};

/* A namespace's totals, and its packets by verdict */
struct stats {
	uint32_t connections;
	uint32_t unproven_tcp;
	uint32_t unproven_udp;
	uint32_t unproven_persistent;
	bool overloaded;
	struct stats_counter *counter;
	size_t n, room;
};

/* Something that happened. A part without a name or address is not there. */
struct event {
	uint8_t kind;		/* enum drlb_event_kind */
	bool has_service;
	bool has_server;
	struct service service;
	uint64_t options;	/* of the service, those that came with it */
	struct server server;
	struct device device;
};

/* A scheduler of the loaded module */
struct scheduler {
	char name[DRLB_NAME_MAX];
	char about[192];
	bool adopts;		/* takes over connections without an entry */
};

struct schedulers {
	struct scheduler *scheduler;
	size_t n, room;
};

struct scheduler *schedulers_add(struct schedulers *list);
void schedulers_free(struct schedulers *list);

struct stats_counter *stats_add_counter(struct stats *stats);
void stats_free(struct stats *stats);

#endif
