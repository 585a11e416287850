/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_MEMBERS_H
#define _DRLB_MEMBERS_H

#include "service/service.h"

/*
 * Sets of servers as a change writes them down, before anybody sees them: arrays
 * sorted by address. Context: process, drlb_services.lock held. ERR_PTR(-ENOMEM)
 * or the error of a server that could not be made.
 */

/* One server of a set. */
struct drlb_member drlb_member_of(struct drlb_server *server,
				  const struct drlb_server_conf *conf);
/* The set as it is, with room for @room more. */
struct drlb_member *drlb_members_of(struct drlb_service *svc, u32 room);
/* The wanted set, in its order, which is that of the service's lists. */
struct drlb_member *
drlb_members_wanted(struct drlb_service *svc,
		    const struct drlb_service_change *change);
/* The retired server at @addr, or a new one. */
struct drlb_server *drlb_members_server(struct drlb_service *svc,
					const union nf_inet_addr *addr);
/* The place of @server, which is in the set. */
u32 drlb_members_index(const struct drlb_member *members,
		       const struct drlb_server *server);
/* Free the set, and the servers that were made for it. */
void drlb_members_free(struct drlb_member *members, u32 n);

#endif /* _DRLB_MEMBERS_H */
