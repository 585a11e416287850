# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every run in the virtual machine is asked at its end.

# Fails, with the reason on stdout, if the module drlb is here to stay.
unload_drlb() {
	local tries said

	[[ -e /sys/module/drlb ]] || return 0

	# One that hangs cannot be killed either; nobody waits for it.
	said=$(mktemp)
	rmmod drlb >/dev/null 2>"$said" &
	for ((tries = 0; tries < 300; tries++)); do
		[[ -e /sys/module/drlb ]] || return 0
		kill -0 $! 2>/dev/null || break
		sleep 0.1
	done
	[[ -e /sys/module/drlb ]] || return 0

	echo "drlb does not unload: $(tr '\n' ' ' <"$said")"
	return 1
}

log_position() {
	dmesg | wc -l
}

log_since() {
	dmesg | sed -n "$(($1 + 1)),\$p"
}

# Fails, with the first complaint on stdout, if there is one in a kernel log.
log_is_clean() {
	local bad line

	bad='BUG:|WARNING:|Call Trace|RIP:|Oops|unreferenced object'
	bad+='|ref_tracker:|refcount_t|rcu:.*stall|blocked for more than'
	bad+='|soft lockup|unregister_netdevice: waiting|leak detector disabled'
	line=$(grep -E -m 1 "$bad") || return 0

	echo "the kernel complained: $line"
	return 1
}
