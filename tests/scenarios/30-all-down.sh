#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All servers of a service are down, or most of hundreds.
#
#     client    director    rs1    rs2      VIPs 10.0.0.100 and
#        |         |         |      |       2001:db8::100 on the
#        +---------+---LAN---+------+       last three
#
# doors: both
# timeout: 180
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

two_servers

# ---- 400 servers, of which only the last two exist

in_ns director ip -batch - <<END
address add 10.8.255.2/16 dev eth0
address add 2001:db8:8::ff02/64 dev eth0 nodad
END

hundreds() { # VIP: 398 servers that do not exist, then rs1 and rs2
	local vip=$1 n
	for ((n = 1; n <= 199; n++)); do
		if [[ $vip == *:* ]]; then
			printf 'server 2001:db8:8::%x\nserver 2001:db7::%x\n' $n $n
		else
			printf 'server 10.8.1.%d\nserver 9.8.1.%d\n' $n $n
		fi
	done
	echo "server $(of $vip 11)"
	echo "server $(of $vip 12)"
}

in_ns director ip -batch - <<END
route add 9.8.1.0/24 dev eth0
route add 2001:db7::/64 dev eth0
END
{
	for vip in $VIP $VIP6; do
		echo "service tcp $(at $vip 80) scheduler rr"
		hundreds $vip
	done
} | lb apply - 2>"$TMPDIR/warnings" || say "$(<"$TMPDIR/warnings")"

two_are_up() { # VIP: and no other server is being resolved
	[[ $(services "sorted(r['address'] for r in svc('$1', 80)['servers'] \
		if r['state'] in ('up', 'resolving'))") == \
		"['$(of $1 11)', '$(of $1 12)']" ]]
}

for vip in $VIP $VIP6; do
	s=$(at $vip 80)
	eventually "$vip: two of 400 servers are up" 60 two_are_up $vip
	for scheduler in rr wrr wlc; do
		lb service set tcp "$s" scheduler $scheduler
		lb connection del all >/dev/null
		is "$vip: $scheduler spreads evenly over the two" \
			"$(curl_vip 20 $vip | tally)" "rs1=10 rs2=10"
	done
done
lb service flush

# ---- no server is up

for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler rr" "$(of $vip 11)" "$(of $vip 12)"
	service udp "$(at $vip 53)" "scheduler rr" "$(of $vip 11)" "$(of $vip 12)"
	service tcp "$(at $vip 81)" "scheduler rr"
	service tcp "$(at $vip 82)" "scheduler rr" "$(of $vip 11) weight 0"
done
check "the servers are up" servers_up
is "by default connections are refused while all are down: nothing is saved" \
	"$(lb save | grep -c on-dead || true)" 0

links() { # up | down
	local n
	for n in 1 2; do
		ip -n lan link set rs$n-eth0 $1
	done
}

all_unreachable() {
	[[ $(services "{r['state'] for s in services for r in s['servers']}") \
		== "{'unreachable'}" ]]
}

told() { # VIP TEXT COMMAND...: the client gets an ICMP error meanwhile
	local code=3/1
	[[ $1 != *:* ]] || code=1/3
	capture errors client eth0 "icmp[0] = 3 or (icmp6 and ip6[40] = 1)"
	"${@:3}" >/dev/null
	is "$2" "$(captured errors | grep -o "icmp=[0-9/]* .*edst=$1" |
		sed 's/ .*//' | sort -u)" "icmp=$code"
}

links down
eventually "all servers are unreachable" 30 all_unreachable
for vip in $VIP $VIP6; do
	dropped=$(counter no_server)
	is "$vip: a new connection is told that its host is unreachable" \
		"$(ask tcp $vip 80)" unreachable
	# A socket is not told of the error, unless it asked for such errors.
	told $vip "$vip: so is a datagram's sender" ask udp $vip 53
	between "$vip: that is counted" "$(counter no_server)" \
		$((dropped + 2)) $((dropped + 4))
	told $vip "$vip: by the ICMP error for it" ask tcp $vip 80
	is "$vip: a service without servers refuses, as before" \
		"$(ask tcp $vip 81)" refused
	is "$vip: as does one whose servers have no weight" \
		"$(ask tcp $vip 82)" refused
done

# ---- a service with on-dead open schedules connections anyway

waits() { # VIP: the connection from port 5000 has an entry
	[[ $(connections "[c['state'] for c in connections if \
		c['vip'] == '$1' and c['client_port'] == 5000]") == \
		"['SYN_RECV']" ]]
}

for vip in $VIP $VIP6; do
	check "$vip: a service may be open when all are down" \
		lb service set tcp "$(at $vip 80)" on-dead open
	is "$vip: which is saved" "$(lb save | grep 'on-dead open' |
		grep -cF "service tcp $(at $vip 80) " || true)" 1
	is "$vip: it still is unreachable" \
		"$(server_state $vip 80 "$(of $vip 11)")" unreachable
	spawn client "$TMPDIR/patient-$vip" "$TOOLS/ask" tcp $vip 80 \
		--sport 5000 --timeout $((30 * SLOW))
	printf -v "patient_${vip//[.:]/_}" %s $spawned
	check "$vip: then a new connection is scheduled" wait_for 5 waits $vip
	check "$vip: a new service may be, too" lb service add tcp \
		"$(at $vip 83)" on-dead open
	is "$vip: without a server it refuses" "$(ask tcp $vip 83)" refused
done
links up
for vip in $VIP $VIP6; do
	patient=patient_${vip//[.:]/_}
	wait ${!patient} || true
	matches "$vip: it is answered when servers come back" \
		"$(<"$TMPDIR/patient-$vip")" '^rs[12]$'
	check "$vip: it may refuse again" \
		lb service set tcp "$(at $vip 80)" on-dead refuse
done

finish
