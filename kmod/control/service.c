// SPDX-License-Identifier: GPL-2.0
/* Operations on services and servers. */
#include "base/event.h"
#include "control/control.h"

static struct drlb_services *lock_services(struct drlb_net *dn)
{
	struct drlb_services *services = &dn->director.services;

	mutex_lock(&services->lock);

	return services;
}

int drlb_control_outcome(int err, struct netlink_ext_ack *extack)
{
	if (err == -ENOMEM)
		NL_SET_ERR_MSG(extack, "out of memory");

	return err;
}

static int server_outcome(int err, struct netlink_ext_ack *extack)
{
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack,
			       "too many server addresses: a namespace whose administrator is not the host's may have 256, as all share the host's neighbour table");

	return drlb_control_outcome(err, extack);
}

static struct drlb_service *get_service(struct drlb_services *services,
					const struct drlb_service_key *key,
					struct netlink_ext_ack *extack)
{
	struct drlb_service *svc = drlb_service_get(services, key);

	if (!svc)
		NL_SET_ERR_MSG(extack, "there is no such service");

	return svc;
}

static void publish_service(struct drlb_net *dn, u8 kind,
			    const struct drlb_service_key *key,
			    const struct drlb_service_conf *conf)
{
	struct drlb_event event = {
		.net = dn->net,
		.kind = kind,
		.service = key,
		.conf = conf,
	};

	drlb_event_publish(&event);
}

static void publish_server(struct drlb_net *dn, u8 kind,
			   const struct drlb_service *svc,
			   const struct drlb_server *server)
{
	struct drlb_server_conf conf;
	struct drlb_event event = {
		.net = dn->net,
		.kind = kind,
		.service = &svc->key,
		.server = &conf,
		.state = drlb_server_state(server),
	};

	drlb_service_server_conf(server, &conf);
	drlb_event_publish(&event);
}

/* ---- services ------------------------------------------------------------- */

static int check_add(struct drlb_net *dn, struct drlb_service_change *change,
		     struct netlink_ext_ack *extack)
{
	struct drlb_service_conf conf;

	drlb_service_conf_init(&conf);
	drlb_service_conf_merge(&conf, &change->conf, change->has);

	return drlb_check_service(&dn->director.services, &change->key,
				  extack) ?:
	       drlb_check_conf(&change->key, &conf, extack) ?:
	       drlb_check_number(&conf, change->servers_n, extack) ?:
	       drlb_check_servers(dn, change, extack);
}

static int add(struct drlb_net *dn, const struct drlb_service_change *change,
	       bool *opened, struct netlink_ext_ack *extack)
{
	struct drlb_director *d = &dn->director;
	struct drlb_service *svc;
	int err;

	err = drlb_conns_prepare(&d->conns) ?:
	      drlb_service_add(&d->services, change, &svc);
	if (err)
		return err;

	err = drlb_doors_open(dn, opened);
	if (err) {
		drlb_service_del(svc);
		drlb_doors_follow(dn);
		NL_SET_ERR_MSG(extack,
			       "the netfilter hooks could not be registered");
		return err;
	}
	publish_service(dn, DRLB_EVENT_SERVICE_ADDED, &svc->key, &svc->conf);

	return 0;
}

int drlb_control_service_add(struct drlb_net *dn,
			     struct drlb_service_change *change,
			     struct netlink_ext_ack *extack)
{
	struct drlb_services *services = lock_services(dn);
	bool opened = false;
	int err;

	err = check_add(dn, change, extack);
	if (!err && !change->check)
		err = add(dn, change, &opened, extack);
	if (!err)
		drlb_warn_vip(dn, &change->key, extack);
	mutex_unlock(&services->lock);

	if (!err && opened)
		drlb_doors_disable_lro(dn);

	return server_outcome(err, extack);
}

static int set(struct drlb_net *dn, struct drlb_service_change *change,
	       struct netlink_ext_ack *extack)
{
	struct drlb_service_conf conf;
	struct drlb_service *svc;
	int err;

	svc = get_service(&dn->director.services, &change->key, extack);
	if (!svc)
		return -ENOENT;

	conf = svc->conf;
	drlb_service_conf_merge(&conf, &change->conf, change->has);
	err = drlb_check_conf(&svc->key, &conf, extack) ?:
	      drlb_check_number(&conf, change->replace ? change->servers_n :
							 svc->servers_n,
				extack) ?:
	      drlb_check_servers(dn, change, extack);
	if (err || change->check)
		return err;

	err = drlb_service_set(svc, change);
	if (!err)
		publish_service(dn, DRLB_EVENT_SERVICE_CHANGED, &svc->key,
				&svc->conf);

	return err;
}

int drlb_control_service_set(struct drlb_net *dn,
			     struct drlb_service_change *change,
			     struct netlink_ext_ack *extack)
{
	struct drlb_services *services = lock_services(dn);
	int err = set(dn, change, extack);

	mutex_unlock(&services->lock);

	return server_outcome(err, extack);
}

int drlb_control_service_del(struct drlb_net *dn,
			     const struct drlb_service_key *key, bool check,
			     struct netlink_ext_ack *extack)
{
	struct drlb_services *services = lock_services(dn);
	struct drlb_service *svc = get_service(services, key, extack);

	if (svc && !check) {
		drlb_service_del(svc);
		drlb_doors_follow(dn);
		publish_service(dn, DRLB_EVENT_SERVICE_REMOVED, key, NULL);
	}
	mutex_unlock(&services->lock);

	return svc ? 0 : -ENOENT;
}

void drlb_control_service_flush(struct drlb_net *dn)
{
	struct drlb_services *services = lock_services(dn);
	struct drlb_service_key key;
	struct drlb_service *svc;
	unsigned long id;

	xa_for_each(&services->ids, id, svc) {
		key = svc->key;
		drlb_service_del(svc);
		publish_service(dn, DRLB_EVENT_SERVICE_REMOVED, &key, NULL);
	}
	drlb_doors_follow(dn);
	mutex_unlock(&services->lock);
}

/* ---- servers -------------------------------------------------------------- */

static int server_add(struct drlb_net *dn, struct drlb_service *svc,
		      const struct drlb_server_conf *conf, bool check,
		      struct netlink_ext_ack *extack)
{
	int err;

	if (drlb_service_server(svc, &conf->addr)) {
		NL_SET_ERR_MSG(extack,
			       "the server exists already; \"set\" changes it");
		return -EEXIST;
	}
	err = drlb_check_number(&svc->conf, svc->servers_n + 1, extack) ?:
	      drlb_check_server(dn, &svc->key, conf, false, extack);
	if (err || check)
		return err;

	err = drlb_service_server_add(svc, conf);
	if (!err)
		publish_server(dn, DRLB_EVENT_SERVER_ADDED, svc,
			       drlb_service_server(svc, &conf->addr));

	return err;
}

static struct drlb_server *get_server(struct drlb_service *svc,
				      const struct drlb_server_conf *conf,
				      struct netlink_ext_ack *extack)
{
	struct drlb_server *server = drlb_service_server(svc, &conf->addr);

	if (!server)
		NL_SET_ERR_MSG(extack, "the service has no such server");

	return server;
}

static int server_set(struct drlb_net *dn, struct drlb_service *svc,
		      const struct drlb_server_conf *conf, bool check,
		      struct netlink_ext_ack *extack)
{
	struct drlb_server *server = get_server(svc, conf, extack);
	struct drlb_server_conf merged;
	int err;

	if (!server)
		return -ENOENT;

	/* The options that are not given stay. */
	drlb_service_server_conf(server, &merged);
	drlb_server_conf_merge(&merged, conf);
	err = drlb_check_thresholds(&merged, extack);
	if (err || check)
		return err;

	err = drlb_service_server_set(svc, server, &merged);
	if (!err)
		publish_server(dn, DRLB_EVENT_SERVER_CHANGED, svc, server);

	return err;
}

static int server_del(struct drlb_net *dn, struct drlb_service *svc,
		      const struct drlb_server_conf *conf, bool check,
		      struct netlink_ext_ack *extack)
{
	struct drlb_server *server = get_server(svc, conf, extack);
	int err;

	if (!server)
		return -ENOENT;
	if (check)
		return 0;

	err = drlb_service_server_del(svc, server);
	if (!err)
		publish_server(dn, DRLB_EVENT_SERVER_REMOVED, svc, server);

	return err;
}

static int change_server(struct drlb_net *dn,
			 const struct drlb_service_key *key,
			 const struct drlb_server_conf *conf, bool check,
			 struct netlink_ext_ack *extack,
			 int (*change)(struct drlb_net *dn,
				       struct drlb_service *svc,
				       const struct drlb_server_conf *conf,
				       bool check,
				       struct netlink_ext_ack *extack))
{
	struct drlb_services *services = lock_services(dn);
	struct drlb_service *svc = get_service(services, key, extack);
	int err = svc ? change(dn, svc, conf, check, extack) : -ENOENT;

	mutex_unlock(&services->lock);

	return server_outcome(err, extack);
}

int drlb_control_server_add(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack)
{
	return change_server(dn, key, conf, check, extack, server_add);
}

int drlb_control_server_set(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack)
{
	return change_server(dn, key, conf, check, extack, server_set);
}

int drlb_control_server_del(struct drlb_net *dn,
			    const struct drlb_service_key *key,
			    const struct drlb_server_conf *conf, bool check,
			    struct netlink_ext_ack *extack)
{
	return change_server(dn, key, conf, check, extack, server_del);
}
