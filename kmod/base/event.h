/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_EVENT_H
#define _DRLB_EVENT_H

#include <linux/notifier.h>

#include <drlb.h>

#include "base/key.h"

struct drlb_server_conf;
struct drlb_service_conf;

/**
 * struct drlb_event - something that happened to an object of a namespace
 *
 * The lower rooms publish events and do not know the listeners.
 *
 * @net: the namespace
 * @kind: enum drlb_event_kind
 * @service: the service concerned, or NULL
 * @conf: its options, if they are news, or NULL
 * @server: its server that is concerned, or NULL
 * @state: enum drlb_server_state, of that server
 * @device: the device's name, or NULL
 */
struct drlb_event {
	struct net *net;
	u8 kind;
	u8 state;
	const struct drlb_service_key *service;
	const struct drlb_service_conf *conf;
	const struct drlb_server_conf *server;
	const char *device;
};

/* Listeners are called in process context, in the publisher's locks: they
 * publish nothing and take none of the module's locks.
 */
int drlb_event_listen(struct notifier_block *nb);
void drlb_event_unlisten(struct notifier_block *nb);
/* Context: process, may sleep. */
void drlb_event_publish(struct drlb_event *event);

#endif /* _DRLB_EVENT_H */
