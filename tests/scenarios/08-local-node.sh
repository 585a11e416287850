#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The director is one of the servers itself.
#
#     client    director    rs1    rs2      VIPs 10.0.0.100 and
#        |       + nginx     |      |       2001:db8::100 on the last three
#        +---------+---LAN---+------+
#
# doors: both
# timeout: 180
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

two_servers
serve_http director
serve_udp director director $VIP 53 $VIP6 53

for vip in $VIP $VIP6; do
	s=$(at $vip 80) u=$(at $vip 53) local=$(of $vip 2)
	service tcp "$s" "scheduler rr" "$local" "$(of $vip 11)" "$(of $vip 12)"
	service udp "$u" "scheduler rr" "$local" "$(of $vip 11)" "$(of $vip 12)"
	check "$vip: the servers are up" servers_up
	is "$vip: the director knows itself" \
		"$(server_state $vip 80 "$local")" "local"
	capture client client eth0 "src host $vip and tcp src port 80"
	is "$vip: tcp goes to all three" "$(get_vip 12 $vip | tally)" \
		"director=4 rs1=4 rs2=4"
	between "$vip: the director answers with its own MAC address" \
		"$(captured client | grep -c "smac=$MAC_director ")" 12 100
	is "$vip: udp goes to all three" "$(ask udp $vip 53 -n 6 --sport 20000 |
		tally)" \
		"director=2 rs1=2 rs2=2"
	is "$vip: a big datagram is whole here as well" \
		"$(ask udp $vip 53 -n 3 --sport 21000 --size 4000 --whole |
			sort)" \
		"director whole"$'\n'"rs1 whole"$'\n'"rs2 whole"
	hold local 3 $vip 80
	is "$vip: connections that last" "$(held local)" "director=1 rs1=1 rs2=1"
	lb server drain tcp "$s" "$local"
	is "$vip: the local server drains" "$(get_vip 4 $vip | tally)" \
		"rs1=2 rs2=2"
	is "$vip: and keeps its connection" "$(use_held local)" "alive 3 same 3"
	release local
	lb server set tcp "$s" "$local" weight 1
	lb server drain tcp "$s" "$(of $vip 11)"
	lb server drain tcp "$s" "$(of $vip 12)"
	is "$vip: alone, it takes all" "$(get_vip 3 $vip | tally)" "director=3"
	is "$vip: its connections were counted" "$(services \
		"srv('$vip', 80, '$local')['connections']")" 8
done

# ---- other names of the director

lb service flush
for vip in $VIP $VIP6; do
	s=$(at $vip 80)
	names="127.0.0.1 $VIP"
	[[ $vip != *:* ]] || names="::1 $VIP6"
	for name in $names; do
		service tcp "$s" "scheduler rr" $name "$(of $vip 11)"
		check "$vip: $name: the servers are up" servers_up
		is "$vip: $name is the director" \
			"$(server_state $vip 80 $name)" "local"
		is "$vip: $name has its share" "$(get_vip 4 $vip | tally)" \
			"director=2 rs1=2"
		is "$vip: $name is saved" "$(lb save | grep -c "server $name$")" 1
		lb service flush
	done
done
lb service add tcp "$VIP:80"
matches "it is told that the VIP is the director" \
	"$(lb server add tcp $VIP:80 $VIP 2>&1)" "stands for the director itself"
lb service flush
lb service add tcp 10.0.0.77:80
matches "a VIP that is not here is no server" \
	"$(lb server add tcp 10.0.0.77:80 10.0.0.77 2>&1 || true)" \
	"give the server's own"
lb service flush
between "packets for the local server were counted" \
	"$(counter local_node)" 60 1000

finish
