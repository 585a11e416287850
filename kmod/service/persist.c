// SPDX-License-Identifier: GPL-2.0
#include "service/persist.h"

#include <linux/inetdevice.h>

/* The clients of a mark are the same for all of its VIPs, protocols and ports. */
static u32 client_what(const struct drlb_pool_conf *conf, u32 what)
{
	if (conf->mark)
		what = drlb_key_what(0, drlb_key_vrf(what));

	return what | DRLB_KEY_PERSISTENT;
}

void drlb_persist_client(const struct drlb_pool *pool,
			 const struct drlb_packet *pkt,
			 struct drlb_packet *client)
{
	const struct drlb_pool_conf *conf = &pool->conf;
	u8 prefix = conf->persistent_prefix;

	memset(client, 0, sizeof(*client));
	client->family = pkt->family;
	client->event = pkt->event;
	if (pkt->family == AF_INET) {
		union drlb_key4 *key = &client->key.v4;

		key->saddr = pkt->key.v4.saddr & inet_make_mask(prefix ?: 32);
		key->daddr = conf->mark ? (__force __be32)conf->mark :
					  pkt->key.v4.daddr;
		key->dport = conf->any_port ? 0 : pkt->key.v4.dport;
		key->what = client_what(conf, pkt->key.v4.what);
	} else {
		union drlb_key6 *key = &client->key.v6;

		ipv6_addr_prefix(&key->saddr, &pkt->key.v6.saddr,
				 prefix ?: 128);
		if (conf->mark)
			key->daddr.s6_addr32[0] = (__force __be32)conf->mark;
		else
			key->daddr = pkt->key.v6.daddr;
		key->dport = conf->any_port ? 0 : pkt->key.v6.dport;
		key->what = client_what(conf, pkt->key.v6.what);
	}
}

/* False if the client is to have another one: its server has been removed, does
 * not answer, or takes no new connections, should that count.
 */
static bool is_good(const struct drlb_pool *pool,
		    const struct drlb_server *server)
{
	if (pool->conf.persistent_moves && !READ_ONCE(server->weight))
		return false;

	return !READ_ONCE(server->dead) &&
	       (drlb_egress_usable(server->egress) ||
		drlb_egress_just_failed(server->egress));
}

struct drlb_server *drlb_persist_server(struct drlb_conns *conns,
					const struct drlb_pool *pool,
					const struct drlb_packet *client,
					struct drlb_conn **template)
{
	struct drlb_server *server;
	u32 now = drlb_conn_now();
	struct drlb_conn *found;
	u32 lasting;

	found = drlb_conn_lookup(conns, &client->key, client->family);
	if (!found || READ_ONCE(found->state) == DRLB_CONN_DEAD ||
	    drlb_conn_is_over(found, now))
		return NULL;

	server = drlb_load_server(found->load);
	if (!is_good(pool, server))
		return NULL;
	if (template && !drlb_conn_hold(found))
		return NULL;

	lasting = READ_ONCE(server->timeout[DRLB_CONNECTION_PERSISTENT]);
	if (READ_ONCE(found->state) == DRLB_CONNECTION_PERSISTENT) {
		if (drlb_event_is_movable(client->event))
			drlb_conn_renew(found, now, lasting);
	} else if (client->event == DRLB_PACKET_DATAGRAM) {
		drlb_conn_prove(conns, found);
	}
	if (template)
		*template = found;

	return server;
}

struct drlb_conn *drlb_persist_begin(struct drlb_conns *conns,
				     const struct drlb_pool *pool,
				     const struct drlb_packet *client,
				     struct drlb_server *server, u32 timeout)
{
	u32 lasting = READ_ONCE(server->timeout[DRLB_CONNECTION_PERSISTENT]);
	struct drlb_conn *old;

	if (drlb_conn_full(conns, DRLB_CONNECTION_PERSISTENT_NEW))
		return NULL;

	/* The next datagram, which proves the client, may take its time. */
	if (client->event == DRLB_PACKET_DATAGRAM)
		timeout = lasting;

	old = drlb_conn_lookup(conns, &client->key, client->family);
	if (old && !is_good(pool, drlb_load_server(old->load)))
		drlb_conn_kill(conns, old, client->family);

	return drlb_conn_create(conns, client, &server->load,
				DRLB_CONNECTION_PERSISTENT_NEW,
				min(timeout, lasting),
				(union drlb_conn_own){ .lasting = lasting });
}
