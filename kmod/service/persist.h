/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_PERSIST_H
#define _DRLB_PERSIST_H

#include "conn/conn.h"
#include "server/pool.h"

/*
 * Persistence: all connections of a client to a service go to one server. What
 * is known of a client is a template, an entry of the connection table whose
 * key has the client's network in place of its address, and no client port; and
 * none of the VIP's either if the service is for any port. A template is found
 * by a computed key, counts for the limits and is collected as connections are.
 *
 * Without a template, because a limit is reached, a client is scheduled by the
 * hash of its network, which leads to one server as well, as long as the set of
 * servers stays the same.
 *
 * Context of all: softirq, RCU read-side section.
 */

/* The client of @pkt as a packet: one for each network and service. */
void drlb_persist_client(const struct drlb_pool *pool,
			 const struct drlb_packet *pkt,
			 struct drlb_packet *client);

/* The server that @client stays with, or NULL. A packet that begins something
 * begins its time anew. With @template not NULL, the caller holds *@template then.
 */
struct drlb_server *drlb_persist_server(struct drlb_conns *conns,
					const struct drlb_pool *pool,
					const struct drlb_packet *client,
					struct drlb_conn **template);

/* From now on @client stays with @server. The caller holds the template that is
 * returned. NULL if a limit is reached, if there is no memory, or if another CPU
 * was first. @timeout is that of the client's connection: it holds as long as
 * the client is not proven, but for datagrams.
 */
struct drlb_conn *drlb_persist_begin(struct drlb_conns *conns,
				     const struct drlb_pool *pool,
				     const struct drlb_packet *client,
				     struct drlb_server *server, u32 timeout);

#endif /* _DRLB_PERSIST_H */
