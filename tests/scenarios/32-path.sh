#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The path to a server: the smallest MTU of its device, its route and the router
# advertisement; clients with a link-local address; ICMP errors that come when a
# connection is over.
#
#     client   local   director   rs1      VIPs 10.0.0.100 and 2001:db8::100 on
#        |       |         |       |       the director and the servers; local
#        +-------+---LAN---+-------+       has a link-local address only
#                          |
#                          +--FAR-- rs2, 10.0.1.12 and 2001:db8:1::12
#
# doors: both
# timeout: 180
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

switch lan
switch far
namespace client local director rs1 rs2
lan_host client 3
lan_host director 2
lan_host rs1 11
plug local eth0 02:00:00:00:00:05 lan
ip -n local route add 2001:db8::/64 dev eth0
plug director eth1 02:00:00:00:01:02 far 10.0.1.2/24 2001:db8:1::2/64
plug rs2 eth0 02:00:00:00:01:12 far 10.0.1.12/24 2001:db8:1::12/64
director_devices eth0
vip_on_director $VIP $VIP6
for n in 1 2; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done
serve_udp rs1 rs1 $VIP 53 $VIP6 53
# One frame for each segment.
offloads off client director rs1

for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler rr" "$(of $vip 11)"
	service udp "$(at $vip 53)" "scheduler rr" "$(of $vip 11)"
done
service tcp "[$VIP6]:81" "scheduler rr" 2001:db8:1::12
check "the servers are up" servers_up

# ---- MTU

forget() { # the client's path MTUs
	ip -n client route flush cache
	ip -n client -6 route flush cache
}

learned() { # VIP: the path MTU that the client knows
	ip -n client route get $1 | grep -o 'mtu [0-9]*' || echo none
}

asked() { # VIP: the MTU that a datagram of 1400 bytes meets
	forget
	ask udp $1 53 --size 1400 --timeout 0.5 >/dev/null
	learned $1
}

mtu_is() { [[ $(asked $1) == "$2" ]]; }

largest() { # frames on stdin: the largest packet of them
	grep -o 'iplen=[0-9]*' | cut -d= -f2 | sort -n | tail -n 1
}

dd if=/dev/urandom of="$TMPDIR/blob" bs=1k count=100 status=none
for vip in $VIP $VIP6; do
	is "$vip: the device takes 1400 bytes" "$(asked $vip)" none
	in_ns director ip route add "$(of $vip 11)" dev eth0 src "$(of $vip 2)" \
		mtu 1300
	eventually "$vip: a route with a smaller MTU is honoured" 10 \
		mtu_is $vip "mtu 1300"
	capture told client eth0 "icmp[0] = 3 or (icmp6 and ip6[40] = 2)"
	capture arrived rs1 eth0 "dst host $vip"
	big=$(counter too_big)
	forget
	ask udp $vip 53 --size 1400 --timeout 0.5 >/dev/null
	is "$vip: the client is told once" \
		"$(captured told | grep -c "edst=$vip" || true)" 1
	is "$vip: and that is counted" "$(counter too_big)" $((big + 1))
	is "$vip: it sends fragments then" \
		"$(ask udp $vip 53 --size 1400 --whole)" "rs1 whole"
	forget
	check "$vip: an upload ends well" in_ns client curl -sS -g --max-time \
		$((20 * SLOW)) -T "$TMPDIR/blob" "http://$(at $vip 80)/files/up"
	check "$vip: it is whole" cmp "$TMPDIR/blob" "$TMPDIR/www-rs1/files/up"
	rm -f "$TMPDIR/www-rs1/files/up"
	between "$vip: nothing larger was sent on" \
		"$(captured arrived | largest)" 1200 1300
	in_ns director ip route del "$(of $vip 11)" dev eth0 mtu 1300
	eventually "$vip: without that route it is the device's again" 10 \
		mtu_is $vip none
done

# A router advertisement sets this value.
sysctls director net.ipv6.conf.eth0.mtu=1320
eventually "$VIP6: the MTU of a router advertisement is honoured" 10 \
	mtu_is $VIP6 "mtu 1320"
is "$VIP: which is not one of IPv4" "$(asked $VIP)" none
sysctls director net.ipv6.conf.eth0.mtu=1500
eventually "$VIP6: a larger one is, too" 10 mtu_is $VIP6 none

# ---- a link-local client

from_local() { # PORT
	in_ns local "$TOOLS/ask" tcp $VIP6 $1 --timeout $((3 * SLOW))
}

is "a link-local client is served on its own link" "$(from_local 80)" rs1
capture beyond local eth0 "icmp6 and ip6[40] = 1"
capture leak rs2 eth0 "ip6 and src net fe80::/10 and tcp"
is "not by a server on another one" "$(from_local 81)" unreachable
matches "it is told that this is beyond its scope" "$(captured beyond)" \
	"smac=$MAC_director .*icmp=1/2 .*edst=$VIP6"
is "and nothing of it is sent there" "$(captured leak | grep -c . || true)" 0

# ---- ICMP errors about connections that are over

late_errors() { # VIP COUNT DELAY: how many of them reach the server
	capture errors rs1 eth0 "icmp[0] = 3 or (icmp6 and ip6[40] = 1)"
	in_ns client "$TOOLS/late-errors" eth0 $MAC_director "$(of $1 3)" $1 80 \
		$2 $3
	captured errors | grep -c "esrc=$1 .*esport=80" || true
}

for vip in $VIP $VIP6; do
	is "$vip: an error about a connection reaches its server" \
		"$(late_errors $vip 3 0)" 3
	lb connection del all >/dev/null
	# The client's host resets connections that it does not know.
	lb config set tcp_syn_recv 1 tcp_close 1
	unrelated=$(counter icmp_unrelated)
	is "$vip: an error about one that has expired does not" \
		"$(late_errors $vip 50 1.5)" 0
	is "$vip: it is about nothing" \
		"$(($(counter icmp_unrelated) - unrelated))" 50
	lb config set tcp_syn_recv 60 tcp_close 10
done

finish
