/* SPDX-License-Identifier: GPL-2.0 */
/* Objects and values as text */
#ifndef TEXT_NAME_H
#define TEXT_NAME_H

#include "base/model.h"

/* A short text by value: addr_name(&addr).s. The longest names a server. */
struct name {
	char s[128];
};

/* Append decimal digits; returns the new end. Lists hold hundreds of thousands
 * of numbers, for which printf() is slow.
 */
char *put_number(char *to, uint64_t value);

struct name addr_name(const struct addr *addr);
const char *family_name(const struct addr *addr);
/* ADDR:PORT */
struct name end_name(const struct addr *addr, uint16_t port);
struct name service_name(const struct service_key *key);
struct name server_name(const struct service_key *key,
			const struct addr *addr);
/* "3.4M", or all digits with --numeric */
struct name human(uint64_t value);
struct name lladdr_name(const struct server *srv);
/* The name of a network device, or "" for index 0 */
struct name device_name(uint32_t ifindex);

extern const char *const protocol_names[];	/* tcp, udp */
extern const char *const family_names[];	/* inet, inet6 */
extern const char *const hash_names[];		/* by enum drlb_hash */
extern const char *const on_dead_names[];	/* by enum drlb_on_dead */
extern const char *const on_empty_names[];	/* by enum drlb_on_empty */
extern const char *const on_removed_names[];	/* by enum drlb_on_removed */
extern const char *const pickup_names[];	/* by enum drlb_pickup */
extern const char *const quiesced_names[];	/* by enum drlb_quiesced */
extern const char *const server_state_names[];
extern const char *const connection_state_names[];

uint8_t protocol_number(int index);
const char *protocol_name(uint8_t protocol);
/* "unknown" for values that only a newer kernel knows */
const char *name_of(const char *const *names, unsigned int value);

#endif
