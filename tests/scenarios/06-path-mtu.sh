#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Path MTU discovery, for replies and for requests.
#
#   1. The link between router and client has an MTU of 1300 bytes. The
#      router's ICMP error about a server's reply is addressed to the VIP: the
#      director must send it to the server that owns the connection, and to no
#      other.
#
#        client --- 1300 --- router ---LAN--- director, rs1, rs2, rs3
#
#   2. The director reaches the server by a VLAN device with an MTU of 1400
#      bytes: it sends ICMP errors to the client itself, or fragments packets
#      that may be fragmented. The server does not know that MTU and offers the
#      client full segments.
#
#        client ---LAN--- director --- eth1.20, 1400 --- rs1 (and the router,
#                                                         for the replies)
#
# doors: both
# timeout: 300
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

topology routed
director_devices eth0
vip_on_director $VIP $VIP6
dd if=/dev/urandom of="$TMPDIR/blob" bs=1M count=2 status=none
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
	ln "$TMPDIR/blob" "$TMPDIR/www-rs$n/files/blob"
done
ip -n router link set wan0 mtu 1300

learned() { # NAMESPACE ADDRESS VIP: the path MTU it knows
	# shellcheck disable=SC2046 # words
	in_ns "$1" ip route get "$2" from "$3" | grep -o 'mtu [0-9]*' || echo none
}

owner_of() { # CLIENT: the server that logged its download
	grep -lF "$1 " "$TMPDIR"/www-rs?/access.log | grep -o 'rs[123]'
}

more_unrelated_than() { (($(counter icmp_unrelated) > $1)); }

for pair in $VIP,198.51.100.3 $VIP6,2001:db8:c::3; do
	vip=${pair%,*} client=${pair#*,} s=$(at "${pair%,*}" 80)
	service tcp "$s" "scheduler rr" "$(of "$vip" 11)" "$(of "$vip" 12)" \
		"$(of "$vip" 13)"
	check "$vip: the servers are up" servers_up
	for n in 1 2 3; do
		# fragmentation needed, packet too big
		capture error$n rs$n eth0 "icmp[0] = 3 or (icmp6 and ip6[40] = 2)"
	done
	rm -f "$TMPDIR/got"
	check "$vip: the download ends well" in_ns client curl -sS -g \
		--max-time $((60 * SLOW)) -o "$TMPDIR/got" "http://$s/files/blob"
	check "$vip: the download is whole" cmp "$TMPDIR/blob" "$TMPDIR/got"
	check "$vip: a server logged it" wait_for 20 owner_of "$client"
	owner=$(owner_of "$client")
	say "$owner sent it"
	for n in 1 2 3; do
		errors=$(captured error$n)
		if [[ $owner == rs$n ]]; then
			between "$vip: rs$n got the ICMP error from the director" \
				"$(grep -c "smac=$MAC_director .* esrc=$vip .*esport=80" \
				<<<"$errors")" 1 100
			is "$vip: rs$n learned the path MTU" \
				"$(learned rs$n "$client" "$vip")" "mtu 1300"
		else
			is "$vip: rs$n got none" "$(grep -c . <<<"$errors" || true)" 0
			is "$vip: rs$n learned nothing" \
				"$(learned rs$n "$client" "$vip")" "none"
		fi
	done
	# If a packet was sent in fragments, an error may quote the first of
	# them.
	port=$(connections "[c['client_port'] for c in connections \
		if c['client'] == '$client'][0]")
	capture quoted "$owner" eth0 "icmp[0] = 3 or (icmp6 and ip6[40] = 2)"
	in_ns router "$TOOLS/stray-icmp" eth0 $MAC_director "$vip" "$client" 80 \
		"$port" fragment
	matches "$vip: an error that quotes a fragment reaches the server" \
		"$(captured quoted)" "smac=$MAC_director .*esrc=$vip"
	# Only the director handles an error about no connection.
	unrelated=$(counter icmp_unrelated)
	in_ns router "$TOOLS/stray-icmp" eth0 $MAC_director "$vip" "$client" 80 9
	check "$vip: an error about no connection is counted as such" \
		wait_for 10 more_unrelated_than "$unrelated"
	lb service del tcp "$s"
done

# The second part.
ip -n router link set wan0 mtu 1500
switch servers
plug director eth1 02:00:00:00:01:02 servers
for host in router,1 rs1,11; do
	n=${host#*,} host=${host%,*}
	plug "$host" eth1 "02:00:00:00:01:$n" servers
	in_ns "$host" ip -batch - <<-END
		link add eth1.20 link eth1 type vlan id 20
		link set eth1.20 up
		address add 10.0.20.$n/24 dev eth1.20
		address add 2001:db8:20::$n/64 dev eth1.20 nodad
	END
done
in_ns director ip -batch - <<END
link add eth1.20 link eth1 type vlan id 20
link set eth1.20 mtu 1400 up
address add 10.0.20.2/24 dev eth1.20
address add 2001:db8:20::2/64 dev eth1.20 nodad
END
in_ns rs1 ip -batch - <<END
route replace default via 10.0.20.1
route replace default via 2001:db8:20::1
END
serve_udp rs1 rs1 $VIP 53 $VIP6 53
# One packet a frame, so that the client sends 1500 bytes.
offloads off client router

for pair in $VIP,10.0.20.11,198.51.100.3 $VIP6,2001:db8:20::11,2001:db8:c::3; do
	IFS=, read -r vip rs1 client <<<"$pair"
	s=$(at "$vip" 80)
	service tcp "$s" "scheduler rr" "$rs1"
	service udp "$(at "$vip" 53)" "scheduler rr" "$rs1"
	check "$vip: the server is up" servers_up
	is "$vip: by the VLAN" "$(services "srv('$vip', 80, '$rs1')['device']")" \
		eth1.20
	ip -n client route flush cache
	ip -n client -6 route flush cache
	capture told client eth0 "icmp[0] = 3 or (icmp6 and ip6[40] = 2)"
	big=$(counter too_big)
	check "$vip: an upload through the smaller MTU ends well" \
		in_ns client curl -sS -g --max-time $((60 * SLOW)) -T "$TMPDIR/blob" \
		"http://$s/files/up"
	check "$vip: it is whole" cmp "$TMPDIR/blob" "$TMPDIR/www-rs1/files/up"
	rm -f "$TMPDIR/www-rs1/files/up"
	between "$vip: the client was told" \
		"$(captured told | grep -c " dst=$client .*edst=$vip")" 1 1000
	between "$vip: and the director counted it" "$(counter too_big)" \
		$((big + 1)) $((big + 1000))
	is "$vip: the client learned the path MTU" \
		"$(in_ns client ip route get "$vip" | grep -o 'mtu [0-9]*')" \
		"mtu 1400"
	is "$vip: a 4 kB datagram arrives whole" \
		"$(ask udp "$vip" 53 --size 4000 --whole)" "rs1 whole"
done

# A datagram that may be fragmented is fragmented.
ip -n client route flush cache
capture pieces rs1 eth1.20 "udp or ip[6:2] & 0x1fff != 0"
is "without DF the director fragments" \
	"$(ask udp $VIP 53 --size 1450 --whole --may-fragment)" "rs1 whole"
between "into pieces that fit" \
	"$(captured pieces | grep -c ' frag=yes')" 2 4

# A datagram whose fragments must not be fragmented any more is not.
gateway=$(ip -n router -j link show wan0 | sed 's/.*"address":"\([0-9a-f:]*\)".*/\1/')
send_whole() { # SPORT ORDER
	in_ns client "$TOOLS/fragments" eth0 "$gateway" 198.51.100.3 $VIP 53 1 \
		$1 $2
}
is "4 kB in fragments arrive" "$(send_whole 30000 forward)" "rs1 rs1 whole"
big=$(counter too_big)
capture told client eth0 "icmp[0] = 3"
matches "but not in fragments that must stay as they are" \
	"$(send_whole 30001 whole)" "^lost"
is "the client is told once" "$(captured told | grep -c " edst=$VIP")" 1
is "and it is counted" "$(counter too_big)" $((big + 1))

finish
