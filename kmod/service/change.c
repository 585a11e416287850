// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of services. Each change writes down the set of servers as it is to
 * be, builds the pool for it, and only then lets packets and the lists see it:
 * a failure on the way leaves everything as it was.
 */
#include "base/memory.h"
#include "service/members.h"

#include <linux/mm.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

/* ---- publication ---------------------------------------------------------- */

static bool has_timeouts(const struct drlb_service *svc)
{
	int i;

	for (i = 0; i < DRLB_STATES; i++) {
		if (svc->conf.timeout[i])
			return true;
	}

	return false;
}

/* Without timeouts of its own nobody reads the service's: see below. */
static void service_set_timeouts(struct drlb_service *svc)
{
	const u32 *of_net = svc->services->timeout;
	int i;

	if (!has_timeouts(svc))
		return;

	for (i = 0; i < DRLB_STATES; i++) {
		u32 seconds = svc->conf.timeout[i];

		WRITE_ONCE(svc->timeout[i], seconds ? seconds * DRLB_CONN_HZ :
						      READ_ONCE(of_net[i]));
	}
}

/* The array stays valid as long as the server: see drlb_service_leave(). */
static void servers_set_timeouts(struct drlb_service *svc)
{
	const u32 *timeout = has_timeouts(svc) ? svc->timeout :
						 svc->services->timeout;
	struct drlb_server *server;

	list_for_each_entry(server, &svc->servers, list)
		WRITE_ONCE(server->timeout, timeout);
	list_for_each_entry(server, &svc->retired, list)
		WRITE_ONCE(server->timeout, timeout);
}

void drlb_services_follow_timeouts(struct drlb_services *services)
{
	struct drlb_service *svc;
	unsigned long id;

	xa_for_each(&services->ids, id, svc) {
		service_set_timeouts(svc);
		cond_resched();
	}
}

static void pool_retire(struct drlb_services *services, struct drlb_pool *pool)
{
	if (services->pool_latest == pool)
		services->pool_latest = NULL;
	drlb_pool_retire(pool);
}

/* The pool that packets see, or NULL: that of a service which is gone has been
 * retired with it.
 */
static struct drlb_pool *service_pool(const struct drlb_service *svc)
{
	lockdep_assert_held(&svc->services->lock);

	return svc->is_gone ? NULL : rcu_dereference_protected(svc->pool, true);
}

static struct drlb_pool *pool_make(struct drlb_service *svc,
				   const struct drlb_service_conf *conf,
				   const struct drlb_member *members, u32 n)
{
	const struct drlb_pool_conf pool_conf = {
		.sched = conf->sched,
		.table_size = conf->table_size,
		.hash = conf->hash,
		.on_dead = conf->on_dead,
		.on_empty = conf->on_empty,
		.on_removed = conf->on_removed,
		.adopts = drlb_service_adopts(conf),
		.ops = conf->ops,
		.persistent = conf->timeout[DRLB_CONNECTION_PERSISTENT],
		.persistent_prefix = conf->persistent_prefix,
		.persistent_moves =
			conf->persistent_quiesced == DRLB_QUIESCED_MOVE,
		.any_port = !svc->key.port,
		.mark = drlb_service_key_mark(&svc->key),
	};
	struct drlb_pool *before = service_pool(svc);
	struct drlb_live *live = NULL;
	struct drlb_pool *pool;

	/* Many services often have the same servers. */
	pool = drlb_pool_create(&pool_conf, &svc->cursor, members, n,
				svc->key.family, svc->services->pool_latest);
	if (IS_ERR(pool))
		return pool;

	if (before)
		live = rcu_dereference_protected(before->live, true);
	live = drlb_live_create(pool, live);
	if (IS_ERR(live)) {
		drlb_pool_destroy(pool);
		return ERR_CAST(live);
	}
	/* Its followers come with the publication. */
	RCU_INIT_POINTER(pool->live, live);

	return pool;
}

static void server_revive(struct drlb_server *server)
{
	list_del_init(&server->list);
	list_del_init(&server->retired_list);
	server->shown = drlb_server_state(server);
	WRITE_ONCE(server->dead, DRLB_SERVER_LIVES);
}

/* The lower one is kept as given: 0 follows the upper one. While it was dead the
 * server has not heard whether it is full: that it hears now. It is alive before
 * the barrier of drlb_load_set_thresholds(), so later news reach it.
 */
static void server_set_thresholds(struct drlb_server *server,
				  const struct drlb_member *member)
{
	server->lower = member->lower;
	rcu_read_lock();
	drlb_load_set_thresholds(&server->load, member->upper, member->lower);
	if (READ_ONCE(server->full) != READ_ONCE(server->load.full))
		drlb_service_server_changed(&server->user);
	rcu_read_unlock();
}

/* Make @members, sorted by address, the service's servers and @conf its
 * options. Consumes @members, whatever happens.
 */
static int service_commit(struct drlb_service *svc,
			  const struct drlb_service_conf *conf,
			  struct drlb_member *members, u32 n)
{
	struct drlb_services *services = svc->services;
	struct drlb_pool *before = service_pool(svc);
	struct drlb_server *server, *next;
	struct drlb_pool *pool;
	LIST_HEAD(removed);
	u32 i;

	pool = pool_make(svc, conf, members, n);
	if (IS_ERR(pool)) {
		drlb_members_free(members, n);
		return PTR_ERR(pool);
	}

	list_splice_init(&svc->servers, &removed);
	for (i = 0; i < n; i++) {
		server = members[i].server;
		if (READ_ONCE(server->dead))
			server_revive(server);
		WRITE_ONCE(server->weight, members[i].weight);
		WRITE_ONCE(server->load.closed,
			   !conf->timeout[DRLB_CONNECTION_PERSISTENT]);
		server_set_thresholds(server, &members[i]);
		list_move_tail(&server->list, &svc->servers);
	}
	svc->servers_n = n;
	svc->conf = *conf;
	service_set_timeouts(svc);
	servers_set_timeouts(svc);

	drlb_pool_enter(pool);
	rcu_assign_pointer(svc->pool, pool);
	if (before)
		pool_retire(services, before);
	services->pool_latest = pool;
	list_for_each_entry_safe(server, next, &removed, list)
		drlb_service_retire_server(svc, server, DRLB_SERVER_REMOVED);

	svc->is_gone = false;
	services->generation++;
	kvfree(members);

	return 0;
}

static void service_count(const struct drlb_service *svc, int n)
{
	struct drlb_services *services = svc->services;

	if (drlb_service_key_is_mark(&svc->key))
		WRITE_ONCE(services->marks, services->marks + n);
	else if (!svc->key.port)
		WRITE_ONCE(services->anyport, services->anyport + n);
}

static int service_insert(struct drlb_service *svc)
{
	struct drlb_services *services = svc->services;
	int err;

	err = xa_alloc_cyclic(&services->ids, &svc->id, svc, xa_limit_32b,
			      &services->id_next, GFP_KERNEL);
	if (err < 0)
		return err;

	err = rhashtable_insert_fast(&services->table, &svc->node,
				     drlb_service_params);
	if (err) {
		xa_erase(&services->ids, svc->id);
		return err;
	}
	service_count(svc, 1);

	return 0;
}

/* Its servers retire, and its pool with them. */
static void service_empty(struct drlb_service *svc)
{
	struct drlb_server *server, *next;

	list_for_each_entry_safe(server, next, &svc->servers, list) {
		drlb_service_retire_server(svc, server,
					   DRLB_SERVER_WITH_SERVICE);
		cond_resched();
	}
	svc->servers_n = 0;
	pool_retire(svc->services, service_pool(svc));
	svc->services->generation++;
	drlb_service_leave(svc);
}

/* ---- changes -------------------------------------------------------------- */

static struct drlb_service *service_create(struct drlb_services *services,
					   const struct drlb_service_key *key)
{
	struct drlb_service *svc;

	svc = drlb_service_return(services, key);
	if (svc)
		return svc;

	svc = kzalloc(sizeof(*svc), DRLB_GFP_CONFIG);
	if (!svc)
		return NULL;

	svc->services = services;
	svc->key = *key;
	svc->is_gone = true;
	INIT_LIST_HEAD(&svc->servers);
	INIT_LIST_HEAD(&svc->retired);
	INIT_LIST_HEAD(&svc->dirty);

	return svc;
}

int drlb_service_add(struct drlb_services *services,
		     const struct drlb_service_change *change,
		     struct drlb_service **added)
{
	struct drlb_service_conf conf;
	struct drlb_member *members;
	struct drlb_service *svc;
	int err;

	lockdep_assert_held(&services->lock);

	svc = service_create(services, &change->key);
	if (!svc)
		return -ENOMEM;

	drlb_service_conf_init(&conf);
	drlb_service_conf_merge(&conf, &change->conf, change->has);
	members = drlb_members_wanted(svc, change);
	err = IS_ERR(members) ? PTR_ERR(members) :
	      service_commit(svc, &conf, members, change->servers_n);
	if (err) {
		drlb_service_leave(svc);
		return err;
	}

	err = service_insert(svc);
	if (err) {
		service_empty(svc);
		return err;
	}
	*added = svc;

	return 0;
}

int drlb_service_set(struct drlb_service *svc,
		     const struct drlb_service_change *change)
{
	struct drlb_service_conf conf = svc->conf;
	struct drlb_member *members;

	drlb_service_conf_merge(&conf, &change->conf, change->has);
	members = change->replace ? drlb_members_wanted(svc, change) :
				    drlb_members_of(svc, 0);
	if (IS_ERR(members))
		return PTR_ERR(members);

	return service_commit(svc, &conf, members, change->replace ?
						   change->servers_n :
						   svc->servers_n);
}

void drlb_service_del(struct drlb_service *svc)
{
	struct drlb_services *services = svc->services;

	lockdep_assert_held(&services->lock);

	service_count(svc, -1);
	rhashtable_remove_fast(&services->table, &svc->node,
			       drlb_service_params);
	xa_erase(&services->ids, svc->id);
	service_empty(svc);
}

void drlb_services_flush(struct drlb_services *services)
{
	struct drlb_service *svc;
	unsigned long id;

	xa_for_each(&services->ids, id, svc)
		drlb_service_del(svc);
}

int drlb_service_server_add(struct drlb_service *svc,
			    const struct drlb_server_conf *conf)
{
	struct drlb_member *members = drlb_members_of(svc, 1);
	struct drlb_server *server;
	u32 i;

	if (IS_ERR(members))
		return PTR_ERR(members);
	server = drlb_members_server(svc, &conf->addr);
	if (IS_ERR(server)) {
		kvfree(members);
		return PTR_ERR(server);
	}

	for (i = svc->servers_n; i; i--) {
		if (drlb_addr_cmp(drlb_server_addr(members[i - 1].server),
				  &conf->addr) < 0)
			break;
		members[i] = members[i - 1];
	}
	members[i] = drlb_member_of(server, conf);

	return service_commit(svc, &svc->conf, members, svc->servers_n + 1);
}

int drlb_service_server_set(struct drlb_service *svc,
			    struct drlb_server *server,
			    const struct drlb_server_conf *conf)
{
	struct drlb_member *members = drlb_members_of(svc, 0);

	if (IS_ERR(members))
		return PTR_ERR(members);
	members[drlb_members_index(members, server)] =
		drlb_member_of(server, conf);

	return service_commit(svc, &svc->conf, members, svc->servers_n);
}

int drlb_service_server_del(struct drlb_service *svc,
			    struct drlb_server *server)
{
	struct drlb_member *members = drlb_members_of(svc, 0);
	u32 i;

	if (IS_ERR(members))
		return PTR_ERR(members);
	i = drlb_members_index(members, server);
	memmove(&members[i], &members[i + 1],
		(svc->servers_n - i - 1) * sizeof(*members));

	return service_commit(svc, &svc->conf, members, svc->servers_n - 1);
}
