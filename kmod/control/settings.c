// SPDX-License-Identifier: GPL-2.0
#include "control/settings.h"

#include <linux/cred.h>
#include <linux/minmax.h>
#include <net/net_namespace.h>

/* Connections of a namespace in a user namespace: 6 MB. */
#define GUEST_CONN_MAX		65536
#define GUEST_UNPROVEN_MAX	(GUEST_CONN_MAX / 8)

struct drlb_settings drlb_settings_default __read_mostly;

#define SETTING(id, parameter, member, least, greatest)			\
	{								\
		.name	= #parameter,					\
		.attr	= DRLB_CONFIG_A_##id,				\
		.offset	= offsetof(struct drlb_settings, member),	\
		.min	= least,					\
		.max	= greatest,					\
	}
#define TIMEOUT(id, parameter, state)					\
	SETTING(id, parameter, timeout[DRLB_CONNECTION_##state], 1,	\
		DRLB_TIMEOUT_MAX)

const struct drlb_setting drlb_settings_table[DRLB_SETTINGS] = {
	SETTING(CONN_MAX, conn_max, conn_max, 1, INT_MAX),
	SETTING(TCP_UNPROVEN_MAX, tcp_unproven_max,
		unproven_max[DRLB_PROTO_TCP], 1, INT_MAX),
	SETTING(UDP_UNPROVEN_MAX, udp_unproven_max,
		unproven_max[DRLB_PROTO_UDP], 1, INT_MAX),
	SETTING(PERSISTENT_UNPROVEN_MAX, persistent_unproven_max,
		unproven_max[DRLB_BUDGET_PERSISTENT], 1, INT_MAX),
	TIMEOUT(TCP_SYN_RECV, tcp_syn_recv, SYN_RECV),
	TIMEOUT(TCP_ACK_RECV, tcp_ack_recv, ACK_RECV),
	TIMEOUT(TCP_ESTABLISHED, tcp_established, ESTABLISHED),
	TIMEOUT(TCP_FIN_WAIT, tcp_fin_wait, FIN_WAIT),
	TIMEOUT(TCP_TIME_WAIT, tcp_time_wait, TIME_WAIT),
	TIMEOUT(TCP_CLOSE, tcp_close, CLOSE),
	TIMEOUT(UDP_NEW, udp_new, UDP_NEW),
	TIMEOUT(UDP, udp, UDP),
	SETTING(PROBE_INTERVAL, probe_interval, probe_interval, 0, 3600),
};

void drlb_settings_initial(const struct net *net, struct drlb_settings *set)
{
	int i;

	*set = drlb_settings_default;
	if (net->user_ns == &init_user_ns)
		return;

	set->conn_max = min_t(u32, set->conn_max, GUEST_CONN_MAX);
	for (i = 0; i < DRLB_BUDGETS; i++)
		set->unproven_max[i] = min_t(u32, set->unproven_max[i],
					     GUEST_UNPROVEN_MAX);
}
