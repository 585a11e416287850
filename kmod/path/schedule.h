/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SCHEDULE_H
#define _DRLB_SCHEDULE_H

#include "path/director.h"

/* The load that a connection counts in is its server's. */
static __always_inline struct drlb_server *
drlb_conn_server(const struct drlb_conn *conn)
{
	return drlb_load_server(conn->load);
}

/* A packet that no connection takes; @conn, if any, is in its way.
 * Context: that of drlb_direct4().
 */
enum drlb_verdict drlb_schedule(struct drlb_director *d, struct sk_buff *skb,
				const struct drlb_packet *pkt,
				struct drlb_conn *conn, enum drlb_door door);

/* A packet that could not be made one. */
enum drlb_verdict drlb_schedule_unparsed(struct drlb_director *d,
					 enum drlb_parse parse,
					 enum drlb_door door);

#endif /* _DRLB_SCHEDULE_H */
