#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The director's device is in a VRF, with its servers and its clients.
#
#     client    director: VRF red    rs1    rs2      VIP 10.0.0.100 on red,
#        |            eth0            |      |       2001:db8::100 on eth0
#        +-----LAN-----+--------------+------+
#
#     stranger, with the client's addresses --BLUE-- eth1, VRF blue
#
# doors: both
# timeout: 150
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

modprobe vrf
switch lan
switch blue
namespace client stranger director rs1 rs2
lan_host client 3
lan_host rs1 11
lan_host rs2 12
plug stranger eth0 $MAC_client blue
plug director eth0 $MAC_director lan
plug director eth1 02:00:00:00:01:02 blue
in_ns director ip -batch - <<END
link add red type vrf table 10
link set red up
link add blue type vrf table 20
link set blue up
link set eth0 master red
link set eth1 master blue
address add 10.0.0.2/24 dev eth0
address add 2001:db8::2/64 dev eth0 nodad
address add $VIP/32 dev red
address add $VIP6/128 dev eth0 nodad
address add 10.7.0.2/24 dev eth1
address add 2001:db8:7::2/64 dev eth1 nodad
address add $VIP/32 dev blue
address add $VIP6/128 dev eth1 nodad
END
director_devices eth0 eth1
for n in 1 2; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done

for vip in $VIP $VIP6; do
	for service in tcp:80 udp:53; do
		service="${service%:*} $(at $vip ${service#*:})"
		is "$vip: the VIP in the VRF is one of this host's: ${service%% *}" \
			"$(lb service add $service scheduler rr 2>&1)" ""
		for n in 11 12; do
			check "$vip: a server in the VRF can be added" \
				lb server add $service "$(of $vip $n)"
		done
	done
	eventually "$vip: the servers are up" 20 servers_are_up
	is "$vip: by their device" \
		"$(services "srv('$vip', 80, '$(of $vip 11)')['device']")" eth0
	is "$vip: connections are balanced" \
		"$(ask tcp $vip 80 -n 6 --timeout $((3 * SLOW)) | tally)" \
		"rs1=3 rs2=3"
	is "$vip: datagrams are" "$(ask udp $vip 53 -n 4 --sport 21000 \
		--timeout $((2 * SLOW)) | tally)" "rs1=2 rs2=2"
	hold held 2 $vip 80
	is "$vip: connections go on" "$(use_held held)" "alive 2 same 2"
	release held

	# The client is the same in each VRF, as far as its packets tell.
	for from in client,$MAC_director stranger,02:00:00:00:01:02; do
		in_ns ${from%,*} "$TOOLS/forge" eth0 ${from#*,} "$(of $vip 3)" \
			$vip 80 syn 5000 || true
	done
	is "$vip: clients with the same address in two VRFs are two" \
		"$(lb connection count client "$(at "$(of $vip 3)" 5000)")" 2
	is "$vip: of which lbctl names the VRFs" \
		"$(lb -o connection show client "$(at "$(of $vip 3)" 5000)" |
		grep -o 'vrf [^ ]*' | cut -d' ' -f2 | tally)" "blue=1 red=1"
	is "$vip: in JSON, too" "$(lb -j connection show client \
		"$(at "$(of $vip 3)" 5000)" |
		json "' '.join(sorted(c['vrf'] for c in connections))")" "blue red"
done

# ---- a server that is itself in the VRF: the director

for vip in $VIP $VIP6; do
	service tcp "$(at $vip 81)" "scheduler rr" "$(of $vip 2)" 2>/dev/null
	is "$vip: the director is known as a server in its VRF" \
		"$(server_state $vip 81 "$(of $vip 2)")" local
done

finish
