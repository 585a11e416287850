#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two directors, IPVS and drlb, get the same services, servers, changes and
# frames, and do the same: tests/twins. Where they do not, its files say why.
#
#              +--- eth0  director   drlb
#     driver --+
#              +--- eth0  other      IPVS
#
# There are no servers: their MAC addresses are permanent neighbours, and the
# driver sees which of them a frame is sent to. It uses IPv4 alone and one door,
# since neither makes a difference to schedulers.
#
# doors: prerouting
# timeout: 200
#
# Functions are called by name.
# shellcheck disable=SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

SEED=${SEED:-1}
say "SEED=$SEED"

gcc -O1 -Wall -o "$TMPDIR/twins" "$TOP"/tests/twins/*.c

# Old connections make long chains in IPVS's table.
modprobe ip_vs conn_tab_bits=15
# The kernel loads the schedulers. Debian's 6.1 is built without twos.

namespace driver director other
for ns in director other; do
	ip link add eth0 address $MAC_director netns $ns type veth \
		peer name to-$ns address $MAC_router netns driver
	ip -n driver link set to-$ns up
	{
		echo "link set lo up"
		echo "link set eth0 up"
		echo "address add 10.0.0.2/16 dev eth0"
		echo "neigh add 10.0.0.1 lladdr $MAC_router nud permanent" \
			"dev eth0"
		echo "route add default via 10.0.0.1"
		for n in {0..63}; do
			printf 'neigh add 10.0.1.%d lladdr 02:00:00:01:00:%02x' \
				$((200 - n)) "$n"
			echo " nud permanent dev eth0"
		done
		# For dh there are many VIPs.
		echo "route add local 10.0.0.100/32 dev lo"
		for n in 0.{101..255} 1.{0..73}; do
			echo "route add local 10.0.$n/32 dev lo"
		done
	} | ip -n $ns -batch -
	# Each refusal is an answer that the driver waits for.
	sysctls $ns net.ipv4.icmp_ratemask=0 net.ipv4.conf.{all,eth0}.rp_filter=0
done
# Nothing there answers for itself.
sysctls driver net.ipv4.conf.all.arp_ignore=8

for n in {137..200}; do
	echo "server 10.0.1.$n"
done | sed '1i service tcp 10.0.0.100:9 scheduler rr' >"$TMPDIR/all"
lb apply "$TMPDIR/all"
servers_up || fail "the servers are up" "$(lb server show)"

port=1000
alike() { # TEXT TEST...
	local text=$1 out
	shift
	port=$((port + 100))
	if out=$(in_ns driver "$TMPDIR/twins" other director to-other \
		to-director "$TMPDIR/conf" $port "$SEED" "$@" 2>&1); then
		pass "$text"
		say "$SECONDS s: ${out//$'\n'/; }"
	else
		fail "$text" "SEED=$SEED" "$out"
	fi
}

# First, while IPVS's table, which it lists in quadratic time, is almost empty
alike "TCP's states, and what is active" states 5000

for sched in rr wrr lc wlc sed nq fo ovf; do
	alike "$sched, a few servers" picks $sched 5 20000
	alike "$sched, many servers" picks $sched 24 10000
done
[[ $KVER == 6.1.* ]] ||
	alike "twos: shares, and how good the choice is" twos 60000
for sched in sh mh; do
	alike "$sched: shares, and one server for a client" hashes $sched 5000
done
alike "dh: shares, and one server for a VIP" dh

finish
