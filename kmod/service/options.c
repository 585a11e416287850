// SPDX-License-Identifier: GPL-2.0
#include "service/options.h"
#include "sched/sched.h"
#include "server/maglev.h"

static int check_table_size(u32 size, struct netlink_ext_ack *extack)
{
	if (drlb_maglev_is_prime(size))
		return 0;

	NL_SET_ERR_MSG(extack,
		       "the table size must be a prime, such as 4093, 16381, 65537 or 131071");

	return -EINVAL;
}

#define RANGE_TIMEOUT \
	"a timeout must be between 1 and 2678400 seconds, or 0 for the namespace's"

#define TIMEOUT(state)							\
	{								\
		.attr	= DRLB_SERVICE_A_TIMEOUT_##state,		\
		.type	= DRLB_OPTION_U32,				\
		.offset	= offsetof(struct drlb_service_conf,		\
				   timeout[DRLB_CONNECTION_##state]),	\
		.max	= DRLB_TIMEOUT_MAX,				\
		.range	= RANGE_TIMEOUT,				\
	}

const struct drlb_option drlb_service_options[DRLB_SERVICE_OPTIONS] = {
	{
		.attr	= DRLB_SERVICE_A_SCHEDULER,
		.type	= DRLB_OPTION_SCHED,
		.offset	= offsetof(struct drlb_service_conf, sched),
	}, {
		.attr	= DRLB_SERVICE_A_TABLE_SIZE,
		.type	= DRLB_OPTION_U32,
		.offset	= offsetof(struct drlb_service_conf, table_size),
		.initial = DRLB_TABLE_SIZE_DEFAULT,
		.min	= DRLB_TABLE_SIZE_MIN,
		.max	= DRLB_TABLE_SIZE_MAX,
		.range	= "the table size must be between 251 and 655373",
		.check	= check_table_size,
	}, {
		.attr	= DRLB_SERVICE_A_HASH,
		.type	= DRLB_OPTION_U8,
		.offset	= offsetof(struct drlb_service_conf, hash),
		.initial = DRLB_HASH_AUTO,
		.max	= DRLB_HASH_MAX,
		.range	= "there is no such hash",
	}, {
		.attr	= DRLB_SERVICE_A_ON_DEAD,
		.type	= DRLB_OPTION_U8,
		.offset	= offsetof(struct drlb_service_conf, on_dead),
		.initial = DRLB_ON_DEAD_REFUSE,
		.max	= DRLB_ON_DEAD_MAX,
		.range	= "there is no such policy for a service whose servers are all down",
	}, {
		.attr	= DRLB_SERVICE_A_ON_EMPTY,
		.type	= DRLB_OPTION_U8,
		.offset	= offsetof(struct drlb_service_conf, on_empty),
		.max	= DRLB_ON_EMPTY_MAX,
		.range	= "there is no such policy for connections that no server can take",
	}, {
		.attr	= DRLB_SERVICE_A_ON_REMOVED,
		.type	= DRLB_OPTION_U8,
		.offset	= offsetof(struct drlb_service_conf, on_removed),
		.max	= DRLB_ON_REMOVED_MAX,
		.range	= "there is no such policy for connections of a removed server",
	}, {
		.attr	= DRLB_SERVICE_A_PICKUP,
		.type	= DRLB_OPTION_U8,
		.offset	= offsetof(struct drlb_service_conf, pickup),
		.max	= DRLB_PICKUP_MAX,
		.range	= "there is no such policy for connections in mid-stream",
	}, {
		.attr	= DRLB_SERVICE_A_OPS,
		.type	= DRLB_OPTION_U8,
		.offset	= offsetof(struct drlb_service_conf, ops),
		.max	= 1,
		.range	= "one-packet scheduling is off or on: 0 or 1",
	}, {
		.attr	= DRLB_SERVICE_A_TIMEOUT_PERSISTENT,
		.type	= DRLB_OPTION_U32,
		.offset	= offsetof(struct drlb_service_conf,
				   timeout[DRLB_CONNECTION_PERSISTENT]),
		.max	= DRLB_TIMEOUT_MAX,
		.range	= "persistence must last 1 to 2678400 seconds, or 0 for none",
	}, {
		.attr	= DRLB_SERVICE_A_PERSISTENT_PREFIX,
		.type	= DRLB_OPTION_U8,
		.offset	= offsetof(struct drlb_service_conf,
				   persistent_prefix),
		.max	= 128,
		.range	= "a prefix must be between 1 and 128 bits, or 0 for the whole address",
	}, {
		.attr	= DRLB_SERVICE_A_PERSISTENT_QUIESCED,
		.type	= DRLB_OPTION_U8,
		.offset	= offsetof(struct drlb_service_conf,
				   persistent_quiesced),
		.max	= DRLB_QUIESCED_MAX,
		.range	= "there is no such policy for persistent clients of a quiesced server",
	},
	TIMEOUT(UDP_NEW),
	TIMEOUT(UDP),
	TIMEOUT(SYN_RECV),
	TIMEOUT(ACK_RECV),
	TIMEOUT(ESTABLISHED),
	TIMEOUT(FIN_WAIT),
	TIMEOUT(TIME_WAIT),
	TIMEOUT(CLOSE),
};

const struct drlb_option drlb_server_options[DRLB_SERVER_OPTIONS] = {
	{
		.attr	= DRLB_SERVER_A_WEIGHT,
		.type	= DRLB_OPTION_U32,
		.offset	= offsetof(struct drlb_server_conf, weight),
		.initial = DRLB_WEIGHT_DEFAULT,
		.max	= DRLB_WEIGHT_MAX,
		.range	= "the weight must be between 0 and 2147483647",
	}, {
		.attr	= DRLB_SERVER_A_UPPER,
		.type	= DRLB_OPTION_U32,
		.offset	= offsetof(struct drlb_server_conf, upper),
		.max	= INT_MAX,
		.range	= "the upper threshold must be between 1 and 2147483647, or 0 for none",
	}, {
		.attr	= DRLB_SERVER_A_LOWER,
		.type	= DRLB_OPTION_U32,
		.offset	= offsetof(struct drlb_server_conf, lower),
		.max	= INT_MAX,
		.range	= "the lower threshold must be between 0 and 2147483647",
	},
};

static void refuse(struct netlink_ext_ack *extack, const char *message)
{
	if (extack)
		extack->_msg = message;
}

int drlb_option_set(const struct drlb_option *option, void *conf, u32 value,
		    struct netlink_ext_ack *extack)
{
	int err;

	if (value < option->min || value > option->max) {
		refuse(extack, option->range);
		return -ERANGE;
	}
	err = option->check ? option->check(value, extack) : 0;
	if (!err)
		*drlb_option_word(option, conf) = value;

	return err;
}

static void conf_init(const struct drlb_option *options, int n, void *conf)
{
	int i;

	for (i = 0; i < n; i++) {
		if (options[i].type != DRLB_OPTION_SCHED)
			*drlb_option_word(&options[i], conf) =
				options[i].initial;
	}
}

void drlb_service_conf_init(struct drlb_service_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->sched = drlb_sched_at(0);
	conf_init(drlb_service_options, DRLB_SERVICE_OPTIONS, conf);
}

void drlb_server_conf_init(struct drlb_server_conf *conf)
{
	conf_init(drlb_server_options, DRLB_SERVER_OPTIONS, conf);
}

static void option_copy(const struct drlb_option *option, void *conf,
			const void *from)
{
	size_t size = option->type == DRLB_OPTION_SCHED ?
		      sizeof(const struct drlb_sched *) : sizeof(u32);

	memcpy(conf + option->offset, from + option->offset, size);
}

static void conf_merge(const struct drlb_option *options, int n, void *conf,
		       const void *from, u32 has)
{
	int i;

	for (i = 0; i < n; i++) {
		if (has & BIT(i))
			option_copy(&options[i], conf, from);
	}
}

void drlb_service_conf_merge(struct drlb_service_conf *conf,
			     const struct drlb_service_conf *from, u32 has)
{
	conf_merge(drlb_service_options, DRLB_SERVICE_OPTIONS, conf, from, has);
}

void drlb_server_conf_merge(struct drlb_server_conf *conf,
			    const struct drlb_server_conf *from)
{
	conf_merge(drlb_server_options, DRLB_SERVER_OPTIONS, conf, from,
		   from->has);
}
