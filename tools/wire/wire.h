/* SPDX-License-Identifier: GPL-2.0 */
/* Services and servers as attributes, both ways */
#ifndef WIRE_H
#define WIRE_H

#include "base/model.h"
#include "wire/nl.h"

/* An address as one of a pair of attributes, of which the first is for IPv4 */
void put_addr(struct nlmsghdr *nlh, uint16_t attr4, const struct addr *addr);
void put_be16(struct nlmsghdr *nlh, uint16_t attr, uint16_t value);
void get_addr(const struct nlattr *attr4, const struct nlattr *attr6,
	      struct addr *addr);

/* A nest; @given says which of the optional attributes, by their bits. */
void put_key(struct nlmsghdr *nlh, const struct service_key *key);
void put_service(struct nlmsghdr *nlh, const struct service *svc,
		 unsigned int given);
void put_server(struct nlmsghdr *nlh, const struct server *srv,
		unsigned int given);

void get_server(const struct nlattr *nest, struct server *srv);

/* "scheduler NAME: " and the like when an answer puts the blame on such an option
 * of a service or server, else ""
 */
struct name option_blamed(const struct nl_answer *answer);

/* Every service, or the one with that key, with its servers, sorted; -1 after
 * a complaint. That the one does not exist is complained about as well.
 */
int services_read(struct nl *nl, const struct service_key *key,
		  struct services *list);

/* Every service and server likewise, but only as configured: no state, no
 * counters.
 */
int services_read_brief(struct nl *nl, struct services *list);

#endif
