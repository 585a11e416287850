// SPDX-License-Identifier: GPL-2.0
/* Sets of servers as a change writes them down, before anybody sees them. */
#include "service/members.h"

#include <linux/list_sort.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

static struct drlb_member *members_alloc(u32 n)
{
	return kvmalloc_array(max(n, 1U), sizeof(struct drlb_member),
			      GFP_KERNEL);
}

struct drlb_member drlb_member_of(struct drlb_server *server,
				  const struct drlb_server_conf *conf)
{
	return (struct drlb_member){
		.server = server,
		.weight = conf->weight,
		.upper = conf->upper,
		.lower = conf->lower,
	};
}

struct drlb_member *drlb_members_of(struct drlb_service *svc, u32 room)
{
	struct drlb_member *members = members_alloc(svc->servers_n + room);
	struct drlb_server_conf conf;
	struct drlb_server *server;
	u32 n = 0;

	if (!members)
		return ERR_PTR(-ENOMEM);

	list_for_each_entry(server, &svc->servers, list) {
		drlb_service_server_conf(server, &conf);
		members[n++] = drlb_member_of(server, &conf);
	}

	return members;
}

u32 drlb_members_index(const struct drlb_member *members,
		       const struct drlb_server *server)
{
	u32 i = 0;

	while (members[i].server != server)
		i++;

	return i;
}

/* In none of the service's lists: made for a set that is not published yet. */
static bool server_is_fresh(const struct drlb_server *server)
{
	return list_empty(&server->list);
}

void drlb_members_free(struct drlb_member *members, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (server_is_fresh(members[i].server))
			drlb_server_destroy(members[i].server);
	}
	kvfree(members);
}

static struct drlb_server *server_create(struct drlb_service *svc,
					 const union nf_inet_addr *addr)
{
	struct drlb_server *server;

	server = drlb_server_create(svc->services->egresses, svc->key.family,
				    addr, svc, drlb_service_server_changed);
	if (!IS_ERR(server))
		server->load.mark = drlb_service_key_mark(&svc->key);

	return server;
}

struct drlb_server *drlb_members_server(struct drlb_service *svc,
					const union nf_inet_addr *addr)
{
	return drlb_server_find(&svc->retired, addr) ?: server_create(svc, addr);
}

static int conf_cmp(const void *a, const void *b)
{
	return drlb_addr_cmp(&((const struct drlb_server_conf *)a)->addr,
			     &((const struct drlb_server_conf *)b)->addr);
}

/* Most sets are in order already. */
void drlb_service_sort(struct drlb_service_change *change)
{
	u32 i;

	for (i = 1; i < change->servers_n; i++) {
		if (conf_cmp(&change->servers[i - 1], &change->servers[i]) <= 0)
			continue;
		sort(change->servers, change->servers_n,
		     sizeof(*change->servers), conf_cmp, NULL);
		return;
	}
}

static int server_order(void *priv, const struct list_head *a,
			const struct list_head *b)
{
	const struct drlb_server *first, *second;

	first = list_entry(a, struct drlb_server, list);
	second = list_entry(b, struct drlb_server, list);

	return drlb_addr_cmp(drlb_server_addr(first),
			     drlb_server_addr(second));
}

/* The server at @addr in @list, or NULL. Both the list and the calls go by the
 * address: @at follows, and is the list's first at the beginning.
 */
static struct drlb_server *server_seek(struct list_head *list,
				       struct list_head **at,
				       const union nf_inet_addr *addr)
{
	struct drlb_server *server;
	int order;

	for (; *at != list; *at = (*at)->next) {
		server = list_entry(*at, struct drlb_server, list);
		order = drlb_addr_cmp(drlb_server_addr(server), addr);
		if (order >= 0)
			return order ? NULL : server;
	}

	return NULL;
}

struct drlb_member *
drlb_members_wanted(struct drlb_service *svc,
		    const struct drlb_service_change *change)
{
	struct drlb_member *members = members_alloc(change->servers_n);
	struct list_head *have, *past;
	struct drlb_server *server;
	u32 i;

	if (!members)
		return ERR_PTR(-ENOMEM);

	list_sort(NULL, &svc->retired, server_order);
	have = svc->servers.next;
	past = svc->retired.next;
	for (i = 0; i < change->servers_n; i++) {
		const struct drlb_server_conf *want = &change->servers[i];

		server = server_seek(&svc->servers, &have, &want->addr) ?:
			 server_seek(&svc->retired, &past, &want->addr) ?:
			 server_create(svc, &want->addr);
		if (IS_ERR(server)) {
			drlb_members_free(members, i);
			return ERR_CAST(server);
		}
		members[i] = drlb_member_of(server, want);
	}

	return members;
}
