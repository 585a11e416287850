#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Changes around a configured director: a neighbour falls silent, a device goes
# down, is renamed, vanishes, a route moves to a bond and back, the namespace is
# deleted, the module is unloaded.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |       |  bond0    |      |      |       2001:db8::100 on the
#        +-------+---++-LAN--+------+------+       last four
#
# doors: both
# timeout: 540
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

MAC_bond=02:00:00:00:00:22
# With the door ingress the hooks of both doors are registered.
CYCLES=50
[[ $DOOR == ingress ]] || CYCLES=5

director() {
	lan_host director 2
	sysctls director net.ipv6.conf.all.keep_addr_on_down=1 \
		net.ipv4.conf.all.arp_ignore=1
	director_devices eth0
	vip_on_director $VIP $VIP6
}

balanced() { # VIP
	[[ $(get_vip 3 "$1" | tally) == "rs1=1 rs2=1 rs3=1" ]]
}

all_balanced() { balanced $VIP && balanced $VIP6; }

device_is() { # DEVICE: of rs1, in both families
	[[ $(services "[srv('$VIP', 80, '10.0.0.11')['device'],
		srv('$VIP6', 80, '2001:db8::11')['device']]") == "['$1', '$1']" ]]
}

none_up() {
	[[ $(services "any(r['state'] == 'up' \
		for s in services for r in s['servers'])") == False ]]
}

# A datagram may be lost in between, but no flow comes back from another server.
flows_stay() {
	[[ $(ask udp $VIP 53 -n 3 --sport 5310 --ports --timeout 1) == "$flows" ]]
}

flow_is_elsewhere() {
	[[ $(ask udp $VIP 53 -s --sport "$flow" --timeout 1) =~ ^rs[12]$ ]]
}

from_mac() { # TEXT MAC: rs1 receives the director's frames from MAC
	capture route rs1 eth0 "tcp dst port 80"
	is "$1: requests succeed" \
		"$({ get_vip 3 $VIP; get_vip 3 $VIP6; } | tally)" \
		"rs1=2 rs2=2 rs3=2"
	is "$1: rs1 hears it from $2" "$(captured route |
		grep -o 'smac=[^ ]*' | sort -u)" "smac=$2"
}

topology flat
ip netns del director
namespace director
director
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n rs$n 80 8080
	serve_udp rs$n rs$n $VIP 53
done
for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler rr" "$(of $vip 11)" \
		"$(of $vip 12)" "$(of $vip 13)"
done
service udp $VIP:53 "scheduler rr" 10.0.0.11 10.0.0.12 10.0.0.13
service tcp $VIP:8080 "scheduler rr" 10.0.0.13
check "the servers are up" servers_up
check "all is balanced" all_balanced

# ---- a neighbour does not answer

spawn director "$TMPDIR/events" lbctl -j monitor
monitor=$spawned
check "a monitor listens" wait_for 30 listens "$monitor"
flows=$(ask udp $VIP 53 -n 3 --sport 5300 --ports)
flow=$(sed -n 's/ rs3$//p' <<<"$flows")
say "UDP flow from port $flow is at rs3"
hold stuck 3 $VIP 80
ip -n lan link set rs3-eth0 down
silent=$SECONDS
eventually "a silent server is unreachable within seconds" 20 \
	server_is $VIP 80 10.0.0.13 unreachable
eventually "in IPv6, too" 20 server_is $VIP6 80 2001:db8::13 unreachable
say "both after $((SECONDS - silent)) s"
for vip in $VIP $VIP6; do
	is "$vip: it gets no connections" "$(get_vip 8 $vip | tally)" \
		"rs1=4 rs2=4"
done
# In the first second without an answer a server keeps its flows, since it may
# be back at once.
eventually "its UDP flow goes on elsewhere" 10 flow_is_elsewhere
# shellcheck disable=SC2046 # words
in_ns rs1 "$TOOLS/forge" eth0 $MAC_director \
	$(connections "[c['client'] for c in connections \
		if c['state'] == 'ESTABLISHED'][0]") $VIP 80 syn+ack \
	$(connections "' '.join(str(c['client_port']) for c in connections \
		if c['state'] == 'ESTABLISHED')")
refused=$(counter no_server)
matches "a service without another server says so at once" \
	"$(ask tcp $VIP 8080)" "refused|unreachable"
between "and counts that" "$(counter no_server)" $((refused + 1)) \
	$((refused + 10))
ip -n lan link set rs3-eth0 up
eventually "it comes back by itself" 30 server_is $VIP 80 10.0.0.13 up
eventually "in IPv6, too" 30 server_is $VIP6 80 2001:db8::13 up
check "all is balanced again" all_balanced
is "connections have waited, whatever came from their clients' addresses" \
	"$(use_held stuck)" "alive 3 same 3"
release stuck
is "and its other service is back" "$(ask tcp $VIP 8080)" "rs3"
for state in unreachable up; do
	between "the events tell of it: $state" "$(grep -c \
		"10.0.0.13.*\"state\": *\"$state\"" "$TMPDIR/events")" 1 10
done

# ---- a server has no route: its connections wait for one

hold lost 3 $VIP 80
ip -n director route add unreachable 10.0.0.11
eventually "a server without a route is told of" 20 \
	server_is $VIP 80 10.0.0.11 "no route"
nowhere=$(counter no_route)
# shellcheck disable=SC2046 # words
in_ns rs2 "$TOOLS/forge" eth0 $MAC_director \
	$(connections "[c['client'] + ' 10.0.0.100 80 none ' + \
		str(c['client_port']) for c in connections if c['state'] == \
		'ESTABLISHED' and c['server'] == '10.0.0.11'][0]")
is "what is for it is dropped, and counted" "$(counter no_route)" \
	$((nowhere + 1))
ip -n director route del unreachable 10.0.0.11
eventually "the route is back" 20 server_is $VIP 80 10.0.0.11 up
is "and all connections go on" "$(use_held lost)" "alive 3 same 3"
release lost

# ---- for a while no server answers

flows=$(ask udp $VIP 53 -n 3 --sport 5310 --ports)
moved=$(counter rescheduled)
for n in 1 2 3; do
	ip -n lan link set rs$n-eth0 down
done
eventually "no server answers" 20 none_up
is "datagrams are lost meanwhile" "$(ask udp $VIP 53 -n 3 --sport 5310 \
	--timeout 1 | sort -u)" "lost"
for n in 1 2 3; do
	ip -n lan link set rs$n-eth0 up
done
eventually "all do again" 30 servers_up
is "their flows are with the same servers" \
	"$(ask udp $VIP 53 -n 3 --sport 5310 --ports)" "$flows"
is "none was moved" "$(counter rescheduled)" "$moved"
in_ns director ip neighbour flush dev eth0 || true
eventually "nor is one when neighbours are flushed" 10 flows_stay
spawn client "$TMPDIR/stream" "$TOOLS/stream" udp $VIP 53
stream=$spawned
check "datagrams flow" wait_for 20 grep -q answered "$TMPDIR/stream"
moved=$(counter rescheduled)
for _ in {1..20}; do
	for n in 11 12 13; do
		ip -n director neigh del 10.0.0.$n dev eth0 2>/dev/null || true
	done
	sleep 0.1
done
is "nor one while its server's neighbour is deleted" \
	"$(counter rescheduled)" "$moved"
kill $stream

# ---- the device goes down and up, and gets another name

ip -n director link set eth0 down
eventually "with the device down no server is up" 20 none_up
ip -n director link set eth0 up
eventually "all is balanced after down and up" 40 all_balanced

renamed() { # OLD NEW
	in_ns director ip -batch - <<-END
		link set $1 down
		link set $1 name $2
		link set $2 up
	END
}

attached() { # True | False
	[[ $(lb -j device show | json "devices[0]['attached']") == "$1" ]]
}

renamed eth0 lan0
eventually "all is balanced by the renamed device" 40 all_balanced
check "which is shown" wait_for 10 device_is lan0
[[ $DOOR != ingress ]] ||
	check "its name is no longer that of the fast path" attached False
renamed lan0 eth0
eventually "all is balanced when it has its name back" 40 all_balanced
[[ $DOOR != ingress ]] || check "and its fast path" attached True

# ---- the route to rs1 moves to a bond, the bond fails over, the bond vanishes

modprobe bonding max_bonds=0
plug director eth1 02:00:00:00:00:21 lan
plug director eth2 02:00:00:00:00:23 lan
in_ns director ip -batch - <<END
link set eth1 down
link set eth2 down
link add bond0 address $MAC_bond type bond mode active-backup miimon 50
link set eth1 master bond0
link set eth2 master bond0
link set bond0 up
END
wait_for 20 in_ns director grep -q 1 /sys/class/net/bond0/carrier || true
from_mac "before" $MAC_director
in_ns director ip -batch - <<END
route add 10.0.0.11/32 dev bond0 src 10.0.0.2
route add 2001:db8::11/128 dev bond0 src 2001:db8::2
END
check "the route to rs1 is by the bond" wait_for 20 device_is bond0
check "rs1 is up there" servers_up
from_mac "by the bond" $MAC_bond
ip -n director link set eth1 down
eventually "the bond fails over" 20 all_balanced
from_mac "after it failed over" $MAC_bond
in_ns director ip -batch - <<END
route del 10.0.0.11/32 dev bond0
route del 2001:db8::11/128 dev bond0
END
check "the route to rs1 is back" wait_for 20 device_is eth0
from_mac "back" $MAC_director
in_ns director ip -batch - <<END
route add 10.0.0.11/32 dev bond0 src 10.0.0.2
route add 2001:db8::11/128 dev bond0 src 2001:db8::2
END
check "once more by the bond" wait_for 20 device_is bond0
ip -n director link del bond0
check "which vanishes" wait_for 20 device_is eth0
servers_up
from_mac "without the bond" $MAC_director

# ---- the namespace is deleted, the module unloaded, both under traffic

# Traffic has the lowest priority, so that changes are made soon.
lb save >"$TMPDIR/config"
kill $monitor
spawn client "$TMPDIR/traffic-tcp" nice -n 19 curl -sS --max-time 5 -m 5 \
	"http://$VIP/?[1-1000000]"
spawn client "$TMPDIR/traffic-tcp6" nice -n 19 curl -sS -m 5 --resolve "vip:80:$VIP6" \
	"http://vip/?[1-1000000]"
spawn client "$TMPDIR/traffic-udp" nice -n 19 "$TOOLS/ask" udp $VIP 53 -n 1000000 \
	--timeout 1

flowing() { # succeeds once each kind of traffic has a new answer
	local kind before
	for kind in tcp tcp6 udp; do
		before=$(grep -c '^rs' "$TMPDIR/traffic-$kind" || true)
		wait_for 20 more_than "$kind" "$before" || return 1
	done
}

more_than() { (($(grep -c '^rs' "$TMPDIR/traffic-$1") > $2)); }

check "traffic flows" flowing
ip netns del director
gone() { ! ip -n lan link show director-eth0; }
eventually "the director's namespace vanishes under traffic" 60 gone
namespace director
director
[[ $DOOR != ingress ]] || lb device del eth0
is "a new namespace knows nothing of the old one's services" \
	"$(lb -j service show)" '{"services":[]}'
lb apply "$TMPDIR/config"
check "configured anew it serves" flowing

served=0 cycles=0
for ((i = 0; i < CYCLES; i++)); do
	rmmod drlb
	insmod "$MODULE"
	lb apply "$TMPDIR/config"
	cycles=$((cycles + 1))
	[[ $(get_vip 1 $VIP) != rs[123] ]] || served=$((served + 1))
done
is "the module was unloaded and loaded under traffic" "$cycles" $CYCLES
is "and served each time" "$served" $CYCLES
check "traffic still flows" flowing
is "the configuration is what it was" "$(lb save)" "$(<"$TMPDIR/config")"

finish
