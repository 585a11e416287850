// SPDX-License-Identifier: GPL-2.0
/*
 * drlb: a load balancer that forwards by direct routing
 */
#include "base/hash.h"
#include "base/work.h"
#include "control/control.h"
#include "netlink/netlink.h"
#include "server/maglev.h"

#include <linux/mm.h>
#include <linux/module.h>

/* The bytes that an entry takes with its share of the table, and the part of
 * memory, as a divisor, that entries may take together by default.
 */
#define CONN_COST	96
#define CONN_MEMORY	16
#define UNPROVEN_PART	8

#define INGRESS_MAX	16

static unsigned int conn_max;
module_param(conn_max, uint, 0444);
MODULE_PARM_DESC(conn_max, "connections, past which balancing is stateless (0: by memory)");

static unsigned int tcp_unproven_max;
module_param(tcp_unproven_max, uint, 0444);
MODULE_PARM_DESC(tcp_unproven_max, "the same for TCP connections that are not proven (0: conn_max / 8)");

static unsigned int udp_unproven_max;
module_param(udp_unproven_max, uint, 0444);
MODULE_PARM_DESC(udp_unproven_max, "the same for UDP flows of one packet (0: conn_max / 8)");

static unsigned int persistent_unproven_max;
module_param(persistent_unproven_max, uint, 0444);
MODULE_PARM_DESC(persistent_unproven_max, "the same for clients of persistent services that are not proven (0: conn_max / 8)");

static unsigned int tcp_syn_recv = 60;
module_param(tcp_syn_recv, uint, 0444);
MODULE_PARM_DESC(tcp_syn_recv, "timeout after the SYN, in seconds (60)");

static unsigned int tcp_ack_recv = 60;
module_param(tcp_ack_recv, uint, 0444);
MODULE_PARM_DESC(tcp_ack_recv, "timeout after the handshake's ACK, in seconds (60)");

static unsigned int tcp_established = 900;
module_param(tcp_established, uint, 0444);
MODULE_PARM_DESC(tcp_established, "timeout of an idle TCP connection, in seconds (900)");

static unsigned int tcp_fin_wait = 120;
module_param(tcp_fin_wait, uint, 0444);
MODULE_PARM_DESC(tcp_fin_wait, "timeout after the client's FIN, in seconds (120)");

static unsigned int tcp_time_wait = 120;
module_param(tcp_time_wait, uint, 0444);
MODULE_PARM_DESC(tcp_time_wait, "timeout after a FIN in the handshake, in seconds (120)");

static unsigned int tcp_close = 10;
module_param(tcp_close, uint, 0444);
MODULE_PARM_DESC(tcp_close, "timeout after a RST, in seconds (10)");

static unsigned int udp_new = 30;
module_param(udp_new, uint, 0444);
MODULE_PARM_DESC(udp_new, "timeout of a UDP flow of one packet, in seconds (30)");

static unsigned int udp = 300;
module_param(udp, uint, 0444);
MODULE_PARM_DESC(udp, "timeout of an idle UDP flow, in seconds (300)");

static unsigned int probe_interval = 3;
module_param(probe_interval, uint, 0444);
MODULE_PARM_DESC(probe_interval, "seconds between two checks of a server's neighbour entry, 0 for none (3)");

static char *ingress[INGRESS_MAX];
static int ingress_n;
module_param_array(ingress, charp, &ingress_n, 0444);
MODULE_PARM_DESC(ingress, "devices with the ingress fast path, in the first namespace");

static int hook_priority = DRLB_HOOK_PRIORITY;
module_param(hook_priority, int, 0444);
MODULE_PARM_DESC(hook_priority, "of the PRE_ROUTING hooks, -299..-101 (-250)");

static int __init check_range(const char *name, s64 value, s64 min, s64 max)
{
	if (value >= min && value <= max)
		return 0;

	pr_err("%s=%lld is not in the range %lld..%lld\n", name, value, min,
	       max);

	return -EINVAL;
}

static int __init check_settings(const struct drlb_settings *set)
{
	int err, i;

	for (i = 0; i < DRLB_SETTINGS; i++) {
		const struct drlb_setting *setting = &drlb_settings_table[i];

		err = check_range(setting->name,
				  *drlb_setting_word(setting, set),
				  setting->min, setting->max);
		if (err)
			return err;
	}

	return 0;
}

static int __init read_parameters(void)
{
	u64 fits = (u64)totalram_pages() * PAGE_SIZE / CONN_MEMORY / CONN_COST;
	u32 most = conn_max ?: min_t(u64, fits, INT_MAX);
	u32 part = max(most / UNPROVEN_PART, 1U);

	drlb_settings_default = (struct drlb_settings) {
		.conn_max = most,
		.unproven_max = {
			[DRLB_PROTO_TCP] = tcp_unproven_max ?: part,
			[DRLB_PROTO_UDP] = udp_unproven_max ?: part,
			[DRLB_BUDGET_PERSISTENT] =
				persistent_unproven_max ?: part,
		},
		.timeout = {
			[DRLB_CONNECTION_SYN_RECV] = tcp_syn_recv,
			[DRLB_CONNECTION_ACK_RECV] = tcp_ack_recv,
			[DRLB_CONNECTION_ESTABLISHED] = tcp_established,
			[DRLB_CONNECTION_FIN_WAIT] = tcp_fin_wait,
			[DRLB_CONNECTION_TIME_WAIT] = tcp_time_wait,
			[DRLB_CONNECTION_CLOSE] = tcp_close,
			[DRLB_CONNECTION_UDP_NEW] = udp_new,
			[DRLB_CONNECTION_UDP] = udp,
		},
		.probe_interval = probe_interval,
	};
	drlb_hook_priority = hook_priority;

	return check_settings(&drlb_settings_default) ?:
	       check_range("hook_priority", hook_priority,
			   DRLB_HOOK_PRIORITY_MIN, DRLB_HOOK_PRIORITY_MAX);
}

static int __init add_ingress(void)
{
	struct netlink_ext_ack extack = {};
	int i, err = 0;

	for (i = 0; i < ingress_n && !err; i++) {
		err = drlb_control_device_add(drlb_net(&init_net), ingress[i],
					      false, &extack);
		if (err)
			pr_err("ingress=%s: %s\n", ingress[i],
			       extack._msg ?: "no memory");
	}

	return err;
}

#ifdef DRLB_SELFTEST
static bool __init selftest(void)
{
	return drlb_packet_selftest() & drlb_proto_selftest() &
	       drlb_maglev_selftest() & drlb_pool_selftest() &
	       drlb_sched_rr_selftest() & drlb_sched_wrr_selftest() &
	       drlb_sched_lc_selftest() & drlb_sched_wlc_selftest() &
	       drlb_sched_sed_selftest() & drlb_sched_nq_selftest() &
	       drlb_sched_fo_selftest() & drlb_sched_ovf_selftest() &
	       drlb_sched_twos_selftest() & drlb_sched_sh_selftest() &
	       drlb_sched_dh_selftest() & drlb_sched_mh_selftest() &
	       drlb_conn_selftest() & drlb_load_selftest();
}
#else
static bool __init selftest(void)
{
	return true;
}
#endif

static int __init drlb_init(void)
{
	int err;

	if (!selftest())
		return -ENOTRECOVERABLE;

	err = read_parameters();
	if (err)
		return err;

	drlb_hash_init();
	err = drlb_work_init();
	if (err)
		return err;

	err = drlb_conn_cache_init();
	if (err)
		goto err_work;

	err = drlb_live_init();
	if (err)
		goto err_cache;

	err = add_ingress();
	if (err)
		goto err_net;

	err = drlb_nl_init();
	if (err)
		goto err_net;

	return 0;

err_net:
	drlb_live_exit();
err_cache:
	rcu_barrier();
	drlb_conn_cache_exit();
err_work:
	drlb_work_exit();
	return err;
}

static void __exit drlb_exit(void)
{
	drlb_nl_exit();
	drlb_live_exit();
	/* Everything that call_rcu() frees is freed by this module's code. */
	rcu_barrier();
	drlb_conn_cache_exit();
	drlb_work_exit();
}

module_init(drlb_init);
module_exit(drlb_exit);

MODULE_DESCRIPTION("Direct-routing load balancer");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY(DRLB_GENL_NAME);
