// SPDX-License-Identifier: GPL-2.0
#include "path/pick.h"
#include "service/persist.h"

struct drlb_server *
drlb_pick_for_client(struct drlb_director *d, const struct drlb_packet *pkt,
		     const struct drlb_pool *pool,
		     const struct drlb_sched *sched, u32 state,
		     struct drlb_conn **template)
{
	struct drlb_packet client;
	struct drlb_server *server;

	drlb_persist_client(pool, pkt, &client);
	server = drlb_persist_server(&d->conns, pool, &client, template);
	if (server)
		return server;

	/* It may be one that got no template, or whose connection got no entry,
	 * and that the hash has given a server.
	 */
	if (drlb_stateless_lately(d, DRLB_BUDGET_PERSISTENT) ||
	    drlb_stateless_lately(d, drlb_states[state].budget))
		sched = &drlb_sched_mh;
	server = drlb_pick(pool, sched, &client);
	if (!server)
		return NULL;
	*template = drlb_persist_begin(&d->conns, pool, &client, server,
				       READ_ONCE(server->timeout[state]));
	if (*template)
		return server;

	drlb_stateless_mark(d, DRLB_BUDGET_PERSISTENT);

	return drlb_persist_server(&d->conns, pool, &client, template) ?:
	       drlb_sched_hashed(pool, rcu_dereference(pool->live), &client) ?:
	       server;
}

struct drlb_server *drlb_pick_of_client(struct drlb_director *d,
					const struct drlb_packet *pkt,
					const struct drlb_pool *pool)
{
	struct drlb_packet client;

	drlb_persist_client(pool, pkt, &client);

	return drlb_persist_server(&d->conns, pool, &client, NULL) ?:
	       drlb_sched_hashed(pool, rcu_dereference(pool->live), &client);
}
