/* SPDX-License-Identifier: GPL-2.0 */
/* Services and servers as attributes */
#ifndef WIRE_SERVICE_H
#define WIRE_SERVICE_H

#include "base/model.h"
#include "wire/nl.h"

/* A nest each, with the options in @given */
void put_key(struct nlmsghdr *nlh, const struct service_key *key);
void put_service(struct nlmsghdr *nlh, const struct service *svc,
		 uint64_t given);
void put_server(struct nlmsghdr *nlh, const struct server *srv,
		uint64_t given);
/* Room for a service and its servers, for nl_queue() */
size_t service_room(size_t servers);

/* Returns the options that came with it. */
uint64_t get_service(const struct nlattr *nest, struct service *svc);
void get_server(const struct nlattr *nest, struct server *srv);

/* Read all services with their servers, or the one with that key, sorted.
 * Returns -1 after a complaint, also if there is no such service.
 */
int services_read(struct nl *nl, const struct service_key *key,
		  struct services *list);

/* Read all services and servers, but the configuration alone. */
int services_read_brief(struct nl *nl, struct services *list);

#endif
