#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The server of an established connection dies. A client that begins anew from
# the same port gets another server, and no packet towards the dead server gives
# its entry more time.
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
	serve_http rs$n rs$n 80 8080
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done
for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler rr" "$(of $vip 11)" \
		"$(of $vip 12)" "$(of $vip 13)"
	service tcp "$(at $vip 8080)" "scheduler rr" "$(of $vip 13)"
	service udp "$(at $vip 53)" "scheduler rr" "$(of $vip 13)"
done
check "the servers are up" servers_up

again() { # NAME VIP PORT SPORT, see tests/tools/again
	spawn client "$TMPDIR/again-$1" "$TOOLS/again" $2 $3 $4
	printf -v "again_$1" %s $spawned
	wait_for 20 grep -q '^first' "$TMPDIR/again-$1"
}

server_of() { # VIP SPORT: the server in the entry
	connections "' '.join(c['server'] for c in connections if \
		c['vip'] == '$1' and c['client_port'] == $2)"
}

left() { # VIP SPORT: milliseconds, 0 without an entry
	connections "max([c['expires_ms'] for c in connections if \
		c['vip'] == '$1' and c['client_port'] == $2], default=0)"
}

left_below() { (($(left $1 $2) < $3)); }

unreachable() { # NUMBER: all servers with this number are
	[[ $(services "{r['state'] for s in services for r in s['servers'] \
		if r['address'] in ('10.0.0.$1', '2001:db8::$1')}") == \
		"{'unreachable'}" ]]
}

not_renewed() { # TEXT VIP SPORT COMMAND...
	local what=$1 vip=$2 sport=$3 before
	before=$(left $vip $sport)
	wait_for 20 left_below $vip $sport $((before - 2000)) || true
	"${@:4}" >/dev/null
	between "$what gives the entry no time" "$(left $vip $sport)" \
		0 $((before - 1500))
}

# One connection to each server, from ports 40000 to 40002.
for vip in $VIP $VIP6; do
	for n in 0 1 2; do
		again "${vip//[.:]/_}_$n" $vip 80 $((40000 + n))
	done
	again "${vip//[.:]/_}_only" $vip 8080 40010
	ask udp $vip 53 -n 2 -s --sport 40020 >/dev/null
done
ip -n lan link set rs3-eth0 down
eventually "a silent server is unreachable" 30 unreachable 13

for vip in $VIP $VIP6; do
	is "$vip: the service is up for others" \
		"$(services "srv('$vip', 80, '$(of $vip 11)')['state']")" up
	for n in 0 1 2; do
		[[ $(server_of $vip $((40000 + n))) != "$(of $vip 13)" ]] || break
	done
	name=${vip//[.:]/_}_$n pid=again_${vip//[.:]/_}_$n
	is "$vip: a connection is at the dead server" \
		"$(sed -n 's/^first //p' "$TMPDIR/again-$name")" rs3
	client=$(of $vip 3)
	for kind in syn ack; do
		not_renewed "$vip: a $kind on it, without another server," \
			$vip 40010 \
			in_ns rs1 "$TOOLS/forge" eth0 $MAC_director $client \
			$vip 8080 $kind 40010
	done
	not_renewed "$vip: a datagram" $vip 40020 \
		ask udp $vip 53 -s --sport 40020 --timeout 0.5
	not_renewed "$vip: what follows in mid-stream" $vip $((40000 + n)) \
		in_ns rs1 "$TOOLS/forge" eth0 $MAC_director $client \
		$vip 80 ack $((40000 + n))
	moved=$(counter rescheduled)
	kill -USR1 ${!pid}
	wait_for 30 grep -q '^again' "$TMPDIR/again-$name" || true
	matches "$vip: a new one from the same port gets another server" \
		"$(sed -n 's/^again //p' "$TMPDIR/again-$name")" '^rs[12]$'
	is "$vip: which its entry says" \
		"$(server_of $vip $((40000 + n)) | grep -c '1[12]$' || true)" 1
	is "$vip: that is counted, once" "$(counter rescheduled)" \
		$((moved + 1))
done

finish
