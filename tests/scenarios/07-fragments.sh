#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# UDP datagrams of 4 kB, whose fragments come in and out of order, reach the
# server of their flow, whole. Only the first fragment has the ports.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
# timeout: 180
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

three_servers
for n in 1 2 3; do
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done
# Fragments are made by the senders, not by their devices.
offloads off client director rs1 rs2 rs3

EVENLY="rs1 rs1 whole=2 rs2 rs2 whole=2 rs3 rs3 whole=2"

whole() { sort | uniq -c | awk '{ n = $1; $1 = ""; printf "%s%s=%d", sep, substr($0, 2), n; sep = " " }'; }

for vip in $VIP $VIP6; do
	service udp "$(at $vip 53)" "scheduler rr" "$(of $vip 11)" \
		"$(of $vip 12)" "$(of $vip 13)"
	servers_up
	is "$vip: the client's own stack" \
		"$(ask udp $vip 53 -n 6 --sport 20000 --size 4000 --whole |
			whole)" \
		"rs1 whole=2 rs2 whole=2 rs3 whole=2"
	sport=20000
	for order in forward backward mixed; do
		((sport += 100))
		capture pieces rs1 eth0 "dst host $vip"
		is "$vip: fragments, $order" "$(in_ns client "$TOOLS/fragments" \
			eth0 $MAC_director "$(of $vip 3)" $vip 53 6 $sport $order |
			whole)" "$EVENLY"
		between "$vip: they reach rs1 as fragments, from the director" \
			"$(captured pieces | grep "smac=$MAC_director " |
				grep -c ' frag=yes')" 6 8
	done
	is "$vip: six flows each" "$(services \
		"svc('$vip', 53, 'udp')['connections']")" 24
done

finish
