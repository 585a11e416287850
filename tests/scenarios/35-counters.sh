#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Counters say what became of packets and of connections, no more and no less.
#
#     client    director    rs1    rs2      VIPs 10.0.0.100 and
#        |         |         |      |       2001:db8::100 on the
#        +---------+---LAN---+------+       last three
#
# doors: both
# cpus: 2
# timeout: 180
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

two_servers

forge() { # VIP PORT KIND CLIENT-PORT...: from an address that nobody has
	in_ns client "$TOOLS/forge" eth0 $MAC_director "$(of $1 99)" "$@"
}

by() { # COUNTER COMMAND...: by how much the counter grew
	local before
	before=$(counter $1)
	"${@:2}" >/dev/null
	echo $(($(counter $1) - before))
}

connections_of() { # VIP PORT PROTOCOL MEMBER: of the service
	services "svc('$1', $2, '$3')['$4']"
}

for vip in $VIP $VIP6; do
	s=$(at $vip 80) u=$(at $vip 53) rs1=$(of $vip 11) rs2=$(of $vip 12)
	lb connection del all >/dev/null

	# ---- rescheduled: the connection is with another server now

	service tcp "$s" "scheduler rr" "$rs1"
	service udp "$u" "scheduler rr" "$rs1"
	check "$vip: the servers are up" servers_up
	forge $vip 80 syn 1001 1002
	forge $vip 80 syn,ack,ack 1003
	ask udp $vip 53 -n 2 --sport 5300 >/dev/null
	lb server del tcp "$s" "$rs1"
	lb server del udp "$u" "$rs1"
	is "$vip: rescheduled: not by a SYN for which there is no server" \
		"$(by rescheduled forge $vip 80 syn 1001)" 0
	is "$vip: rescheduled: nor by a datagram" \
		"$(by rescheduled ask udp $vip 53 --sport 5300)" 0
	lb server add tcp "$s" "$rs2"
	lb server add udp "$u" "$rs2"
	servers_up
	is "$vip: rescheduled: nor by a packet that the local stack gets" \
		"$(by rescheduled forge $vip 80 ack 1003)" 0
	is "$vip: rescheduled: by a SYN that gets another server" \
		"$(by rescheduled forge $vip 80 syn 1002)" 1
	is "$vip: rescheduled: by a datagram that does" \
		"$(by rescheduled ask udp $vip 53 --sport 5301)" 1
	is "$vip: rescheduled: not again" \
		"$(by rescheduled ask udp $vip 53 --sport 5301)" 0

	# ---- adopted: there is an entry for it

	lb connection del all >/dev/null
	lb service set tcp "$s" scheduler mh
	is "$vip: adopted: what the hash finds a server for" \
		"$(by adopted forge $vip 80 ack 2001 2002 2003)" 3
	is "$vip: adopted: once" "$(by adopted forge $vip 80 ack 2001)" 0
	lb server set tcp "$s" "$rs2" weight 0
	is "$vip: adopted: not without a server" \
		"$(by adopted forge $vip 80 ack 2011 2012 2013)" 0
	lb server set tcp "$s" "$rs2" weight 1
	lb config set conn_max 1
	is "$vip: adopted: nor while the table is full" \
		"$(by adopted forge $vip 80 ack 2021 2022 2023)" 0

	# ---- connections: those without an entry count too

	lb config set conn_max 100000
	lb connection del all >/dev/null
	lb stats zero
	lb service set tcp "$s" scheduler rr
	lb config set conn_max 1
	curl_vip 5 $vip >/dev/null
	is "$vip: connections: with an entry and without" \
		"$(connections_of $vip 80 tcp connections)" 5
	is "$vip: connections: at the server" \
		"$(services "srv('$vip', 80, '$rs2')['connections']")" 5
	lb config set conn_max 100000
	lb service flush
	lb connection del all >/dev/null
done

# ---- active, inactive: while connections come and go on both processors

churn() { # PORT KIND: in the background, so not by the worker
	while :; do
		nsenter --net=/run/netns/client "$TOOLS/flood" eth0 \
			$MAC_director $VIP $1 100 $2 || return
	done
}

deletions() {
	while :; do
		lb connection del all || return
		sleep 0.2
	done
}

service tcp $VIP:80 "scheduler wlc" 10.0.0.11 10.0.0.12
service udp $VIP:53 "scheduler wlc" 10.0.0.11 10.0.0.12
servers_up
churn 80 handshake >"$TMPDIR/tcp" 2>&1 &
tcp=$!
churn 53 udp >"$TMPDIR/udp" 2>&1 &
udp=$!
for kind in tcp udp; do
	check "connections come: $kind" wait_for 30 grep -qx 100 "$TMPDIR/$kind"
done
deletions >/dev/null 2>&1 &
deleter=$!
seen=$(in_ns director "$TOOLS/gauges" "$TOP/kmod/uapi/drlb.h" 5)
kill $tcp $udp $deleter
say "answers, largest active, largest inactive: $seen"
read -r answers active inactive <<<"$seen"
between "counts of connections were seen" "$answers" 20 1000000
between "active is never below zero" "$active" 1 100000
between "nor is inactive" "$inactive" 1 100000

finish
