// SPDX-License-Identifier: GPL-2.0
/*
 * The attributes that the netlink interface accepts, as data. Each command has
 * a row and a policy of its own; do and dump of a command share it. Options
 * and settings come from their tables (service/options.c, control/settings.c).
 */
#include "base/event.h"
#include "netlink/netlink.h"

#include <linux/if.h>
#include <linux/in.h>

/* Nested sets. Reply-only attributes have no entry, so requests that carry them
 * are rejected. Addresses and ports use EXACT_LEN because policy dumps omit
 * NLA_BE16 and NLA_BE32.
 */

struct nla_policy
drlb_nl_service_policy[DRLB_SERVICE_A_MAX + 1] __ro_after_init = {
	[DRLB_SERVICE_A_PROTOCOL]	= { .type = NLA_U8 },
	[DRLB_SERVICE_A_ADDR4]		= NLA_POLICY_EXACT_LEN(4),
	[DRLB_SERVICE_A_ADDR6]		= NLA_POLICY_EXACT_LEN(16),
	[DRLB_SERVICE_A_PORT]		= NLA_POLICY_EXACT_LEN(2),
	[DRLB_SERVICE_A_FWMARK]		= { .type = NLA_U32 },
	[DRLB_SERVICE_A_FAMILY]		= { .type = NLA_U8 },
};

const struct nla_policy drlb_nl_service_key_policy[DRLB_SERVICE_A_MAX + 1] = {
	[DRLB_SERVICE_A_PROTOCOL]	= { .type = NLA_U8 },
	[DRLB_SERVICE_A_ADDR4]		= NLA_POLICY_EXACT_LEN(4),
	[DRLB_SERVICE_A_ADDR6]		= NLA_POLICY_EXACT_LEN(16),
	[DRLB_SERVICE_A_PORT]		= NLA_POLICY_EXACT_LEN(2),
	[DRLB_SERVICE_A_FWMARK]		= { .type = NLA_U32 },
	[DRLB_SERVICE_A_FAMILY]		= { .type = NLA_U8 },
};

struct nla_policy
drlb_nl_server_policy[DRLB_SERVER_A_MAX + 1] __ro_after_init = {
	[DRLB_SERVER_A_ADDR4]		= NLA_POLICY_EXACT_LEN(4),
	[DRLB_SERVER_A_ADDR6]		= NLA_POLICY_EXACT_LEN(16),
	[DRLB_SERVER_A_PORT]		= NLA_POLICY_EXACT_LEN(2),
};

static const struct nla_policy server_key_policy[DRLB_SERVER_A_MAX + 1] = {
	[DRLB_SERVER_A_ADDR4]		= NLA_POLICY_EXACT_LEN(4),
	[DRLB_SERVER_A_ADDR6]		= NLA_POLICY_EXACT_LEN(16),
	[DRLB_SERVER_A_PORT]		= NLA_POLICY_EXACT_LEN(2),
};

const struct nla_policy drlb_nl_connection_policy[DRLB_CONNECTION_A_MAX + 1] = {
	[DRLB_CONNECTION_A_PROTOCOL]		= { .type = NLA_U8 },
	[DRLB_CONNECTION_A_CLIENT_ADDR4]	= NLA_POLICY_EXACT_LEN(4),
	[DRLB_CONNECTION_A_CLIENT_ADDR6]	= NLA_POLICY_EXACT_LEN(16),
	[DRLB_CONNECTION_A_CLIENT_PREFIX]	= NLA_POLICY_MAX(NLA_U8, 128),
	[DRLB_CONNECTION_A_CLIENT_PORT]		= NLA_POLICY_EXACT_LEN(2),
	[DRLB_CONNECTION_A_VIP_ADDR4]		= NLA_POLICY_EXACT_LEN(4),
	[DRLB_CONNECTION_A_VIP_ADDR6]		= NLA_POLICY_EXACT_LEN(16),
	[DRLB_CONNECTION_A_VIP_PORT]		= NLA_POLICY_EXACT_LEN(2),
	[DRLB_CONNECTION_A_SERVER_ADDR4]	= NLA_POLICY_EXACT_LEN(4),
	[DRLB_CONNECTION_A_SERVER_ADDR6]	= NLA_POLICY_EXACT_LEN(16),
	[DRLB_CONNECTION_A_STATE]		=
		NLA_POLICY_RANGE(NLA_U8, DRLB_CONNECTION_UDP_NEW,
				 DRLB_CONNECTION_STATE_MAX),
	[DRLB_CONNECTION_A_PERSISTENT]		= { .type = NLA_FLAG },
	[DRLB_CONNECTION_A_FWMARK]		= { .type = NLA_U32 },
	[DRLB_CONNECTION_A_FAMILY]		= { .type = NLA_U8 },
};

const struct nla_policy drlb_nl_device_policy[DRLB_DEVICE_A_MAX + 1] = {
	[DRLB_DEVICE_A_NAME]		= { .type = NLA_NUL_STRING,
					    .len = IFNAMSIZ - 1 },
};

struct nla_policy
drlb_nl_config_policy[DRLB_CONFIG_A_MAX + 1] __ro_after_init = {};

/* SERVICE_ADD */
static const struct nla_policy service_add_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_SERVICE]	= NLA_POLICY_NESTED(drlb_nl_service_policy),
	[DRLB_A_SERVER]		= NLA_POLICY_NESTED(drlb_nl_server_policy),
	[DRLB_A_CHECK]		= { .type = NLA_FLAG },
};

/* SERVICE_SET */
static const struct nla_policy service_set_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_SERVICE]	= NLA_POLICY_NESTED(drlb_nl_service_policy),
	[DRLB_A_SERVER]		= NLA_POLICY_NESTED(drlb_nl_server_policy),
	[DRLB_A_CHECK]		= { .type = NLA_FLAG },
	[DRLB_A_REPLACE]	= { .type = NLA_FLAG },
};

/* SERVICE_DEL */
static const struct nla_policy service_del_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_SERVICE]	= NLA_POLICY_NESTED(drlb_nl_service_key_policy),
	[DRLB_A_CHECK]		= { .type = NLA_FLAG },
};

/* SERVER_ADD, SERVER_SET */
static const struct nla_policy server_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_SERVICE]	= NLA_POLICY_NESTED(drlb_nl_service_key_policy),
	[DRLB_A_SERVER]		= NLA_POLICY_NESTED(drlb_nl_server_policy),
	[DRLB_A_CHECK]		= { .type = NLA_FLAG },
};

/* SERVER_DEL */
static const struct nla_policy server_del_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_SERVICE]	= NLA_POLICY_NESTED(drlb_nl_service_key_policy),
	[DRLB_A_SERVER]		= NLA_POLICY_NESTED(server_key_policy),
	[DRLB_A_CHECK]		= { .type = NLA_FLAG },
};

/* SERVICE_FLUSH */
static const struct nla_policy flush_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_CHECK]		= { .type = NLA_FLAG },
};

/* SERVICE_GET */
static const struct nla_policy service_get_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_SERVICE]	= NLA_POLICY_NESTED(drlb_nl_service_key_policy),
	[DRLB_A_BRIEF]		= { .type = NLA_FLAG },
};

/* CONNECTION_GET, CONNECTION_COUNT, CONNECTION_DEL */
static const struct nla_policy connection_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_CONNECTION]	= NLA_POLICY_NESTED(drlb_nl_connection_policy),
};

/* DEVICE_ADD, DEVICE_DEL */
static const struct nla_policy device_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_DEVICE]		= NLA_POLICY_NESTED(drlb_nl_device_policy),
	[DRLB_A_CHECK]		= { .type = NLA_FLAG },
};

/* CONFIG_SET */
static const struct nla_policy config_set_policy[DRLB_A_MAX + 1] = {
	[DRLB_A_CONFIG]		= NLA_POLICY_NESTED(drlb_nl_config_policy),
	[DRLB_A_CHECK]		= { .type = NLA_FLAG },
};

/* DEVICE_GET, CONFIG_GET, STATS_GET, STATS_ZERO, SCHEDULER_GET: none */
static const struct nla_policy no_policy[DRLB_A_MAX + 1] = {};

static const struct genl_ops drlb_nl_ops[] = {
	{
		.cmd		= DRLB_CMD_SERVICE_ADD,
		.doit		= drlb_nl_service_add_doit,
		.policy		= service_add_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_SERVICE_SET,
		.doit		= drlb_nl_service_set_doit,
		.policy		= service_set_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_SERVICE_DEL,
		.doit		= drlb_nl_service_del_doit,
		.policy		= service_del_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_SERVICE_FLUSH,
		.doit		= drlb_nl_service_flush_doit,
		.policy		= flush_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_SERVICE_GET,
		.dumpit		= drlb_nl_service_get_dumpit,
		.policy		= service_get_policy,
		.maxattr	= DRLB_A_MAX,
	}, {
		.cmd		= DRLB_CMD_SERVER_ADD,
		.doit		= drlb_nl_server_add_doit,
		.policy		= server_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_SERVER_SET,
		.doit		= drlb_nl_server_set_doit,
		.policy		= server_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_SERVER_DEL,
		.doit		= drlb_nl_server_del_doit,
		.policy		= server_del_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_CONNECTION_GET,
		.start		= drlb_nl_connection_get_start,
		.dumpit		= drlb_nl_connection_get_dumpit,
		.done		= drlb_nl_connection_get_done,
		.policy		= connection_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_CONNECTION_COUNT,
		.doit		= drlb_nl_connection_count_doit,
		.policy		= connection_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_CONNECTION_DEL,
		.doit		= drlb_nl_connection_del_doit,
		.policy		= connection_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_DEVICE_ADD,
		.doit		= drlb_nl_device_add_doit,
		.policy		= device_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_DEVICE_DEL,
		.doit		= drlb_nl_device_del_doit,
		.policy		= device_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_DEVICE_GET,
		.dumpit		= drlb_nl_device_get_dumpit,
		.policy		= no_policy,
		.maxattr	= DRLB_A_MAX,
	}, {
		.cmd		= DRLB_CMD_CONFIG_GET,
		.doit		= drlb_nl_config_get_doit,
		.policy		= no_policy,
		.maxattr	= DRLB_A_MAX,
	}, {
		.cmd		= DRLB_CMD_CONFIG_SET,
		.doit		= drlb_nl_config_set_doit,
		.policy		= config_set_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_STATS_GET,
		.dumpit		= drlb_nl_stats_get_dumpit,
		.policy		= no_policy,
		.maxattr	= DRLB_A_MAX,
	}, {
		.cmd		= DRLB_CMD_STATS_ZERO,
		.doit		= drlb_nl_stats_zero_doit,
		.policy		= no_policy,
		.maxattr	= DRLB_A_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	}, {
		.cmd		= DRLB_CMD_SCHEDULER_GET,
		.dumpit		= drlb_nl_scheduler_get_dumpit,
		.policy		= no_policy,
		.maxattr	= DRLB_A_MAX,
	},
};

static const struct genl_multicast_group groups[] = {
	{ .name = DRLB_GENL_EVENTS },
};

/* .resv_start_op stays 0: a family born after it validates strictly. */
struct genl_family drlb_nl_family __ro_after_init = {
	.name		= DRLB_GENL_NAME,
	.version	= DRLB_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= drlb_nl_ops,
	.n_ops		= ARRAY_SIZE(drlb_nl_ops),
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

static void __init add_options(struct nla_policy *policy,
			       const struct drlb_option *options, int n)
{
	static const u8 types[] = {
		[DRLB_OPTION_SCHED]	= NLA_NUL_STRING,
		[DRLB_OPTION_U8]	= NLA_U8,
		[DRLB_OPTION_U32]	= NLA_U32,
	};
	int i;

	for (i = 0; i < n; i++) {
		policy[options[i].attr].type = types[options[i].type];
		if (options[i].type == DRLB_OPTION_SCHED)
			policy[options[i].attr].len = DRLB_NAME_MAX - 1;
	}
}

static void __init add_settings(struct nla_policy *policy)
{
	int i;

	for (i = 0; i < DRLB_SETTINGS; i++)
		policy[drlb_settings_table[i].attr].type = NLA_U32;
}

int __init drlb_nl_init(void)
{
	int err;

	drlb_nl_name_scheds();
	add_options(drlb_nl_service_policy, drlb_service_options,
		    DRLB_SERVICE_OPTIONS);
	add_options(drlb_nl_server_policy, drlb_server_options,
		    DRLB_SERVER_OPTIONS);
	add_settings(drlb_nl_config_policy);

	err = genl_register_family(&drlb_nl_family);
	if (err)
		return err;

	err = drlb_event_listen(&drlb_nl_event_nb);
	if (err)
		genl_unregister_family(&drlb_nl_family);

	return err;
}

void drlb_nl_exit(void)
{
	drlb_event_unlisten(&drlb_nl_event_nb);
	genl_unregister_family(&drlb_nl_family);
}
