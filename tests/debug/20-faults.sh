#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Memory is short: each operation meets the failure of its first allocation, of
# its second, and so on until it needs no more. Each failure is told, leaves all
# as it was, and leaks nothing. Then packets meet it.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# kernels: kasan lockdep
# doors: prerouting
# timeout: 600
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

SHIM=$TMPDIR/fail-nth.so
FAULTS=/sys/kernel/debug

gcc -O2 -shared -fPIC -o "$SHIM" "$TOP/tests/debug/fail-nth.c"

# Whatever the allocation: also those that may sleep, and of a page alone.
every_allocation() {
	local knob
	for knob in failslab fail_page_alloc; do
		# A failure's own traces would be taken for complaints.
		echo 0 >$FAULTS/$knob/verbose
		echo 0 >$FAULTS/$knob/probability
		echo N >$FAULTS/$knob/ignore-gfp-wait
		anywhere $knob
	done
	echo N >$FAULTS/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$FAULTS/fail_page_alloc/min-order
}

anywhere() { # KNOB
	echo 0 >"$FAULTS/$1/require-start"
	echo 0xffffffffffffffff >"$FAULTS/$1/require-end"
}

# What netlink and the like need for themselves is not at issue, and slow.
only_the_module() {
	local start size
	start=$(</sys/module/drlb/sections/.text)
	size=$(awk '$1 == "drlb" { print $2 }' /proc/modules)
	only_between "$start" "$(printf '0x%x' $((start + size)))"
}

only_between() { # START END: what code there asks for, directly or not
	local knob
	for knob in failslab fail_page_alloc; do
		echo "$1" >$FAULTS/$knob/require-start
		echo "$2" >$FAULTS/$knob/require-end
		echo 32 >$FAULTS/$knob/stacktrace-depth
	done
}

# ---- one allocation after the other

inject() { # N COMMAND...: $status, what it $said, $left when none failed
	status=0
	echo - >"$TMPDIR/left"
	said=$(in_ns director env LD_PRELOAD="$SHIM" FAIL_NTH="$1" \
		FAIL_NTH_LEFT="$TMPDIR/left" "${@:2}" 2>&1) || status=$?
	left=$(<"$TMPDIR/left")
}

failed_in_all=0

wrong() { # WORD...
	problems+=("allocation $n: $*; status $status: $said")
}

# It could be carried out and the answer got lost: then lbctl says just that.
answer_lost() {
	[[ $status -ne 0 && $said == *"answers of the kernel were lost"* ]]
}

verdict() { # TEXT
	is "$1: failure of each of $((n - 1)) allocations" \
		"${problems[*]:0:6}" ""
	say "$told told, $survived survived, $lost answers lost"
	failed_in_all=$((failed_in_all + n - 1))
}

# An operation that changes what the command in $state shows; $restore undoes it.
change() { # WORD...
	local before after now n=0 told=0 survived=0 lost=0
	local -a problems=()

	before=$($state)
	inject 0 lbctl "$@"
	after=$($state)
	[[ $after != "$before" ]] || wrong "nothing happened even without it"
	$restore
	[[ $($state) == "$before" ]] || wrong "cannot be undone"

	for ((n = 1; n < 1000; n++)); do
		inject $n lbctl "$@"
		now=$($state)
		if [[ $status -eq 0 ]]; then
			[[ $now == "$after" ]] || wrong "not done: $now"
			[[ $left -gt 0 ]] || survived=$((survived + 1))
		elif answer_lost && [[ $now == "$after" ]]; then
			lost=$((lost + 1))
		else
			told=$((told + 1))
			[[ $now == "$before" ]] || wrong "half done: $now"
			[[ $said ]] || wrong "nothing is said"
			[[ $left -eq 0 ]] || wrong "it fails by itself"
		fi
		[[ $now == "$before" ]] || $restore
		[[ $left -eq 0 ]] || break
	done
	verdict "lbctl $*"
}

# One that shows something: all of it, or an error.
ask_for() { # WORD...
	local wanted n told=0 survived=0 lost=0
	local -a problems=()

	inject 0 lbctl "$@"
	wanted=$said
	for ((n = 1; n < 1000; n++)); do
		inject $n lbctl "$@"
		if [[ $status -ne 0 ]]; then
			told=$((told + 1))
			[[ $left -eq 0 ]] || wrong "it fails by itself"
		else
			[[ $said == "$wanted" ]] || wrong "not all"
			[[ $left -gt 0 ]] || survived=$((survived + 1))
		fi
		[[ $left -eq 0 ]] || break
	done
	verdict "lbctl $*"
}

# ---- the control plane

topology flat
vip_on_director $VIP $VIP6
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done
every_allocation
only_the_module

S="tcp $VIP:80" S6="tcp [$VIP6]:80" NEW="udp $VIP:53"
saved() { lb save; }
saved_again() { lb apply "$TMPDIR/config" 2>/dev/null; }
state=saved restore=saved_again

# The first service brings the hooks with it, and the last takes them away.
lb save >"$TMPDIR/config"
change service add $S scheduler mh table-size 251
lb service add $S scheduler rr
lb save >"$TMPDIR/config"
change service del $S
change service flush

for n in 1 2; do
	lb server add $S 10.0.0.1$n
done
service tcp "[$VIP6]:80" "scheduler wrr" 2001:db8::11
lb device add eth7 2>/dev/null
lb save >"$TMPDIR/config"
change service add $NEW scheduler wlc
change service add udp "[$VIP6]:53" scheduler mh
change service set $S scheduler mh hash source
change service set $S6 scheduler wlc
change service flush
change server add $S 10.0.0.13
change server add $S6 2001:db8::13 weight 5
change server set $S 10.0.0.11 weight 7
change server del $S 10.0.0.12
change device add eth0
change device add eth9
change device del eth7
every_allocation
change config set conn_max 77 udp 5
only_the_module

# One that is there is made another, in one step.
cat >"$TMPDIR/wanted" <<END
device eth7
service $S scheduler wlc
    server 10.0.0.12 weight 9
    server 10.0.0.13
$(sed -n "/^service tcp \[/,\$p" "$TMPDIR/config")
END
change apply "$TMPDIR/wanted"

# What only shows.
check "the servers are up" servers_up
flood() { in_ns client "$TOOLS/syn-flood" eth0 $MAC_director $VIP 80 10; }
flood >/dev/null
for words in "save" "-j config show" "-j device show" "stats" \
	"connection count" "-o connection show vip $VIP state UDP"; do
	ask_for $words
done

counted() { lb connection count; }
flood_again() { { lb connection del all; flood; } >/dev/null; }
# The rest is a flood's: it has no answers that could change the count.
state=counted restore=flood_again
change connection del vip $VIP

# ---- a namespace with the module loaded

namespace_add() {
	local n told=0 survived=0 lost=0
	local -a problems=()

	for ((n = 1; n < 1000; n++)); do
		inject $n ip netns add faulty
		if [[ $status -ne 0 ]]; then
			told=$((told + 1))
			[[ $left -eq 0 ]] || wrong "it fails by itself"
		elif [[ $left -eq 0 ]]; then
			survived=$((survived + 1))
		fi
		[[ $status -ne 0 ]] ||
			in_ns faulty lbctl save >/dev/null || wrong "no use"
		ip netns del faulty 2>/dev/null || true
		[[ $left -eq 0 ]] || break
	done
	verdict "a namespace"
	between "a namespace: there were some" $((n - 1)) 3 1000
}
namespace_add

# ---- packets

for knob in failslab fail_page_alloc; do
	anywhere $knob
done
check "the servers are up again" servers_up
lb server add $S 10.0.0.13

# Half of the connections get no memory: these are forwarded all the same.
for cache in drlb_conn4 drlb_conn6; do
	echo 1 >/sys/kernel/slab/$cache/failslab
done
echo Y >$FAULTS/failslab/cache-filter
echo 50 >$FAULTS/failslab/probability
echo -1 >$FAULTS/failslab/times
for vip in $VIP $VIP6; do
	before=$(counter stateless)
	is "$vip: connections succeed without an entry" \
		"$(curl_vip 30 $vip | grep -c '^rs[123]$' || true)" 30
	between "$vip: so did some" $(($(counter stateless) - before)) 5 100000
done
echo N >$FAULTS/failslab/cache-filter

# Now packets in general get none, whoever asks; nothing need succeed.
echo Y >$FAULTS/failslab/ignore-gfp-wait
echo 10 >$FAULTS/failslab/probability
for vip in $VIP $VIP6; do
	say "$vip: $({ curl_vip 10 $vip -m 5 || true; } | tally)"
	in_ns client "$TOOLS/syn-flood" eth0 $MAC_director $vip 80 2000 \
		>/dev/null || true
done
echo 0 >$FAULTS/failslab/probability
check "the servers are up afterwards" servers_up
for vip in $VIP $VIP6; do
	is "$vip: and serve" "$(curl_vip 9 $vip | grep -c '^rs[123]$' || true)" 9
done

# Some need no memory at all; not so most.
between "allocations that failed" $failed_in_all 100 100000

finish
