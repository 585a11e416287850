#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# rr while the set of servers changes before each connection: each server in
# turn is removed and added again. Every server has its turns.
#
#     client    director    rs1    rs2    rs3    rs4     VIPs 10.0.0.100 and
#        |         |         |      |      |      |      2001:db8::100 on the
#        +---------+---LAN---+------+------+------+      last five
#
# doors: both
# timeout: 150
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

switch lan
namespace client director rs1 rs2 rs3 rs4
lan_host client 3
lan_host director 2
director_devices eth0
vip_on_director $VIP $VIP6
for n in 1 2 3 4; do
	lan_host rs$n 1$n
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done

# With a permanent neighbour entry a server is up as soon as it is added.
for n in 1 2 3 4; do
	ip -n director neighbour replace 10.0.0.1$n lladdr 02:00:00:00:00:1$n \
		dev eth0 nud permanent
	ip -n director neighbour replace 2001:db8::1$n lladdr \
		02:00:00:00:00:1$n dev eth0 nud permanent
done

take_turns() { # VIP: 24 connections
	local i
	for ((i = 0; i < 24; i++)); do
		if ((i % 2)); then
			lb server add tcp "$(at $1 80)" "$(of $1 1$((i / 2 % 4 + 1)))"
		else
			lb server del tcp "$(at $1 80)" "$(of $1 1$((i / 2 % 4 + 1)))"
		fi
		curl_vip 1 $1
	done
}

# IPVS gives exactly this: its rr goes on after the server that was last.
for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler rr" "$(of $vip 11)" \
		"$(of $vip 12)" "$(of $vip 13)" "$(of $vip 14)"
	check "$vip: the servers are up" servers_up
	is "$vip: every server has as many connections" \
		"$(take_turns $vip | tally)" "rs1=6 rs2=6 rs3=6 rs4=6"
	is "$vip: with an unchanged set, too" "$(curl_vip 8 $vip | tally)" \
		"rs1=2 rs2=2 rs3=2 rs4=2"

	# A change elsewhere in the set does not skip or repeat a turn.
	first=$(curl_vip 1 $vip)
	lb server set tcp "$(at $vip 80)" "$(of $vip 11)" weight 2
	second=$(curl_vip 1 $vip)
	is "$vip: after a change of a weight it is the next one's turn" \
		"$second" "rs$((${first#rs} % 4 + 1))"
done

finish
