#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every node holds the VIPs, and only the director may answer ARP and neighbour
# solicitations for them, or announce them.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: prerouting
# timeout: 240
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

topology flat
vip_on_director $VIP $VIP6
for n in 1 2; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done
serve_http rs3

real_server() { # by drlb-realserver, instead of the library
	in_ns "$1" "$TOP/scripts/drlb-realserver" add "${@:2}" >/dev/null
}

who_has() { # NAMESPACE VIP: senders of answers to three requests: "MAC=3 MAC=3"
	in_ns "$1" "$TOOLS/who-has" eth0 "$2" 3 | tally
}

# First rs3 gets the VIPs without any ARP settings. The requests below must show
# the wrong answers, which proves that this test would find them.
ip -n rs3 address add $VIP/32 dev lo
ip -n rs3 address add $VIP6/128 dev eth0 nodad
for vip in $VIP $VIP6; do
	is "$vip held naively is answered for by the real server as well" \
		"$(who_has client $vip)" "$MAC_director=3 $MAC_rs3=3"
done
ip -n rs3 address del $VIP/32 dev lo
ip -n rs3 address del $VIP6/128 dev eth0

# Only the director answers while drlb-realserver runs: there is no moment when
# rs3 has the address and is not silent yet.
for vip in $VIP $VIP6; do
	spawn client "$TMPDIR/during-$vip" "$TOOLS/who-has" eth0 $vip 1000000
	asking+=("$spawned")
	wait_for 20 grep -q $MAC_director "$TMPDIR/during-$vip"
done
capture announced client eth0 "arp or (icmp6 and ip6[40] = 136)"
for round in 1 2; do
	real_server rs3 $VIP $VIP6
	[[ $round == 2 ]] ||
		in_ns rs3 "$TOP/scripts/drlb-realserver" del $VIP $VIP6 >/dev/null
done
kill "${asking[@]}"
for vip in $VIP $VIP6; do
	between "$vip: the director answered all the time" \
		"$(grep -c $MAC_director "$TMPDIR/during-$vip")" 5 1000000
	is "$vip: nobody else did" \
		"$(grep -vc $MAC_director "$TMPDIR/during-$vip" || true)" 0
done
for vip in $VIP $VIP6; do
	matches "rs3 holds $vip" "$(ip -n rs3 -o address show)" " $vip/"
	is "$vip: only the director answers" "$(who_has client $vip)" \
		"$MAC_director=3"
	for n in 1 2 3; do
		is "rs$n, asking for $vip, hears the director" \
			"$(who_has rs$n $vip)" "$MAC_director=3"
	done
done

# ARP requests that a real server sends while it answers as the VIP, and its
# announcements when the interface comes up, must not name the VIP.
for n in 1 2 3; do
	sysctls rs$n net.ipv4.conf.all.arp_notify=1 \
		net.ipv6.conf.all.ndisc_notify=1
	ip -n rs$n link set eth0 down
	ip -n rs$n link set eth0 up
	# The address went with the link.
	ip -n rs$n address replace "2001:db8::1$n/64" dev eth0 nodad
done
ip -n client neigh flush all
for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler rr" "$(of $vip 11)" \
		"$(of $vip 12)" "$(of $vip 13)"
	servers_up
	for n in 1 2 3; do
		ip -n rs$n neigh flush all
	done
	is "$vip: all real servers answer the client" \
		"$(get_vip 6 $vip | tally)" "rs1=2 rs2=2 rs3=2"
	matches "$vip: the client knows the director's MAC address" \
		"$(ip -n client neigh show $vip)" "$MAC_director"
done
frames=$(captured announced)
for n in 1 2 3; do
	mac=MAC_rs$n
	between "rs$n spoke of itself" \
		"$(grep -c "smac=${!mac} .* spa=10.0.0.1$n " <<<"$frames")" 1 1000
done
is "no real server ever sent ARP or ND as a VIP" \
	"$(grep -v "smac=$MAC_director" <<<"$frames" |
		grep -cE " spa=($VIP|$VIP6)( |$)" || true)" 0

# The director announces the VIP, as after a takeover: all hosts accept it, and
# none defends the address.
capture takeover client eth0 arp
in_ns director arping -q -U -c 2 -I eth0 -s $VIP $VIP || true
check "nobody objects to the director's duplicate address detection" \
	in_ns director arping -q -D -c 2 -w 3 -I eth0 $VIP
frames=$(captured takeover)
between "the director announces $VIP" "$(grep -c \
	"smac=$MAC_director .* op=.* spa=$VIP tpa=$VIP" <<<"$frames")" 2 10
is "and is not contradicted" "$(grep -v "smac=$MAC_director" <<<"$frames" |
	grep -c "spa=$VIP" || true)" 0

# Removing the VIPs leaves nothing behind.
check "rs3: status is good" \
	in_ns rs3 "$TOP/scripts/drlb-realserver" status $VIP $VIP6
check "rs3: adding again changes nothing" real_server rs3 $VIP $VIP6
in_ns rs3 "$TOP/scripts/drlb-realserver" del $VIP $VIP6 >/dev/null
is "rs3: the VIPs are gone" "$(ip -n rs3 -o address show |
	grep -cF -e " $VIP/" -e " $VIP6/" || true)" 0
is "rs3: ARP is as before" "$(in_ns rs3 sysctl -n \
	net.ipv4.conf.all.arp_{ignore,announce} | paste -sd' ')" "0 0"

finish
