/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_OPTIONS_H
#define _DRLB_OPTIONS_H

#include <linux/netlink.h>
#include <linux/types.h>

#include <drlb.h>

#include "proto/proto.h"
#include "server/pool.h"

/*
 * Options of services and servers as data. A row says where an option is kept
 * and which values it takes; the front ends' policies, what they read and what
 * they write follow from it. A new option is a row and its use.
 */

/**
 * struct drlb_service_conf - the options of a service
 * @sched: the discipline
 * @table_size: slots of the hash's table, a prime
 * @hash: enum drlb_hash
 * @on_dead: enum drlb_on_dead
 * @on_empty: enum drlb_on_empty
 * @on_removed: enum drlb_on_removed
 * @pickup: enum drlb_pickup
 * @ops: one-packet scheduling
 * @persistent_prefix: bits of a client's address that count; 0 is all
 * @persistent_quiesced: enum drlb_quiesced
 * @timeout: seconds, by enum drlb_connection_state; 0 is the namespace's, and
 *	of DRLB_CONNECTION_PERSISTENT it is no persistence
 */
struct drlb_service_conf {
	const struct drlb_sched *sched;
	u32 table_size;
	u32 hash;
	u32 on_dead;
	u32 on_empty;
	u32 on_removed;
	u32 pickup;
	u32 ops;
	u32 persistent_prefix;
	u32 persistent_quiesced;
	u32 timeout[DRLB_STATES];
};

/* True if it picks up connections in mid-stream. */
static inline bool drlb_service_adopts(const struct drlb_service_conf *conf)
{
	return conf->pickup == DRLB_PICKUP_AUTO ? conf->sched->adopts :
						  conf->pickup == DRLB_PICKUP_ON;
}

/**
 * struct drlb_server_conf - a server as configured
 * @addr: its address
 * @weight: 0 is quiesced
 * @upper: connections with which it is full; 0: never
 * @lower: with fewer it is so no longer; 0: three quarters of @upper
 * @has: mask of the options that were given, by the index of their rows
 * @origin: the caller's, to say which server an error is about
 */
struct drlb_server_conf {
	union nf_inet_addr addr;
	u32 weight;
	u32 upper;
	u32 lower;
	u32 has;
	const void *origin;
};

enum drlb_option_type {
	DRLB_OPTION_SCHED,	/* a scheduler, by its name */
	DRLB_OPTION_U8,
	DRLB_OPTION_U32,
};

/**
 * struct drlb_option - an option of a service or server
 * @attr: its netlink attribute
 * @type: enum drlb_option_type, of the attribute; it is kept as u32, and a
 *	scheduler as a pointer
 * @offset: where in the configuration
 * @initial: its default
 * @min: least value
 * @max: greatest value
 * @range: the message for a value that is out of range
 * @check: looks at it more closely, or NULL
 */
struct drlb_option {
	u16 attr;
	u8 type;
	u16 offset;
	u32 initial;
	u32 min;
	u32 max;
	const char *range;
	int (*check)(u32 value, struct netlink_ext_ack *extack);
};

/* All states but the first and DRLB_CONNECTION_PERSISTENT_NEW have timeouts. */
#define DRLB_SERVICE_OPTIONS	(10 + DRLB_STATES - 2)
#define DRLB_SERVER_OPTIONS	3

extern const struct drlb_option drlb_service_options[DRLB_SERVICE_OPTIONS];
extern const struct drlb_option drlb_server_options[DRLB_SERVER_OPTIONS];

static inline u32 *drlb_option_word(const struct drlb_option *option,
				    const void *conf)
{
	return (void *)conf + option->offset;
}

/* Set an option that is no scheduler. Errors: ERANGE, EINVAL, with a message. */
int drlb_option_set(const struct drlb_option *option, void *conf, u32 value,
		    struct netlink_ext_ack *extack);

/* The defaults of a service; those of a server, whose other members stay. */
void drlb_service_conf_init(struct drlb_service_conf *conf);
void drlb_server_conf_init(struct drlb_server_conf *conf);
/* Copy the options in @has, a mask of rows. */
void drlb_service_conf_merge(struct drlb_service_conf *conf,
			     const struct drlb_service_conf *from, u32 has);

/* Copy those that @from was given. */
void drlb_server_conf_merge(struct drlb_server_conf *conf,
			    const struct drlb_server_conf *from);

#endif /* _DRLB_OPTIONS_H */
