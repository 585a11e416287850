// SPDX-License-Identifier: GPL-2.0
/*
 * drlb: a load balancer that forwards by direct routing
 */
#include "base/compat.h"
#include "conn/conn.h"
#include "door/device.h"
#include "server/egress.h"
#include "base/hash.h"
#include "door/hook.h"
#include "control/net.h"
#include "netlink/netlink.h"
#include "path/packet.h"
#include "proto/tcp.h"
#include "sched/sched.h"

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>

/* What an entry takes with its share of the table, and the part of memory, as
 * a divisor, that they may take together by default.
 */
#define CONN_COST	96
#define CONN_MEMORY	16
#define HALF_OPEN_PART	8

#define INGRESS_MAX	16

u64 drlb_hash_secret[5] __ro_after_init;

static unsigned int conn_max;
module_param(conn_max, uint, 0444);
MODULE_PARM_DESC(conn_max, "connections, past which balancing is stateless (0: by memory)");

static unsigned int half_open_max;
module_param(half_open_max, uint, 0444);
MODULE_PARM_DESC(half_open_max, "the same for half-open TCP connections (0: conn_max / 8)");

static unsigned int tcp_syn_recv = 60;
module_param(tcp_syn_recv, uint, 0444);
MODULE_PARM_DESC(tcp_syn_recv, "timeout after the SYN, in seconds (60)");

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
MODULE_PARM_DESC(hook_priority, "of the netfilter hooks, -299..-201 (-250)");

static int __init check_range(const char *name, s64 value, s64 min, s64 max)
{
	if (value >= min && value <= max)
		return 0;

	pr_err("%s=%lld is not in the range %lld..%lld\n", name, value, min,
	       max);

	return -EINVAL;
}

static int __init set_timeout(int state, const char *name, unsigned int value)
{
	drlb_settings_default.timeout[state] = value;

	return check_range(name, value, 1, DRLB_TIMEOUT_MAX);
}

static int __init read_parameters(void)
{
	struct drlb_settings *set = &drlb_settings_default;
	u64 fits = (u64)totalram_pages() * PAGE_SIZE / CONN_MEMORY / CONN_COST;

	set->conn_max = conn_max ?: min_t(u64, fits, INT_MAX);
	set->half_open_max = half_open_max ?:
			     max(set->conn_max / HALF_OPEN_PART, 1U);
	set->probe_interval = probe_interval;
	drlb_hook_priority = hook_priority;

	return set_timeout(DRLB_CONNECTION_NONE, "none", 1) ?:
	       set_timeout(DRLB_CONNECTION_UDP, "udp", udp) ?:
	       set_timeout(DRLB_CONNECTION_SYN_RECV, "tcp_syn_recv",
			   tcp_syn_recv) ?:
	       set_timeout(DRLB_CONNECTION_ESTABLISHED, "tcp_established",
			   tcp_established) ?:
	       set_timeout(DRLB_CONNECTION_FIN_WAIT, "tcp_fin_wait",
			   tcp_fin_wait) ?:
	       set_timeout(DRLB_CONNECTION_TIME_WAIT, "tcp_time_wait",
			   tcp_time_wait) ?:
	       set_timeout(DRLB_CONNECTION_CLOSE, "tcp_close", tcp_close) ?:
	       check_range("conn_max", set->conn_max, 1, INT_MAX) ?:
	       check_range("half_open_max", set->half_open_max, 1, INT_MAX) ?:
	       check_range("probe_interval", probe_interval, 0, 3600) ?:
	       check_range("hook_priority", hook_priority,
			   DRLB_HOOK_PRIORITY_MIN, DRLB_HOOK_PRIORITY_MAX);
}

static int __init add_ingress(void)
{
	struct netlink_ext_ack extack = {};
	int i, err = 0;

	rtnl_lock();
	for (i = 0; i < ingress_n && !err; i++) {
		err = drlb_device_add(drlb_net(&init_net), ingress[i], false,
				      &extack);
		if (err)
			pr_err("ingress=%s: %s\n", ingress[i],
			       extack._msg ?: "no memory");
	}
	rtnl_unlock();

	return err;
}

#ifdef DRLB_SELFTEST
static bool __init selftest(void)
{
	return drlb_packet_selftest() & drlb_proto_tcp_selftest() &
	       drlb_sched_wlc_selftest() & drlb_sched_wrr_selftest() &
	       drlb_sched_mh_selftest() & drlb_conn_selftest();
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

	get_random_bytes(drlb_hash_secret, sizeof(drlb_hash_secret));

	err = drlb_conn_cache_init();
	if (err)
		return err;

	err = drlb_net_init();
	if (err)
		goto err_cache;

	err = drlb_egress_init();
	if (err)
		goto err_net;

	err = drlb_device_init();
	if (err)
		goto err_egress;

	err = add_ingress();
	if (err)
		goto err_device;

	err = drlb_nl_init();
	if (err)
		goto err_device;

	return 0;

err_device:
	drlb_device_exit();
err_egress:
	drlb_egress_exit();
err_net:
	drlb_net_exit();
err_cache:
	rcu_barrier();
	drlb_conn_cache_exit();
	return err;
}

static void __exit drlb_exit(void)
{
	drlb_nl_exit();
	drlb_device_exit();
	drlb_egress_exit();
	drlb_net_exit();
	/* Everything that call_rcu() frees is freed by this module's code. */
	rcu_barrier();
	drlb_conn_cache_exit();
}

module_init(drlb_init);
module_exit(drlb_exit);

MODULE_DESCRIPTION("Direct-routing load balancer");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY(DRLB_GENL_NAME);
