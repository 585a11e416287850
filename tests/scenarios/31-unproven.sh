#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A flow is unproven until its client has shown that it receives answers: UDP
# before its second packet, TCP before the packet that follows the handshake's
# ACK. Unproven flows have little time and a budget for each protocol, and a
# flood of them takes nothing from other flows.
#
#     client --- router ---LAN--- director, rs1, rs2, rs3
#
# doors: both
# timeout: 240
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

CONN_MAX=400 UNPROVEN=50 FLOOD=600
EACH_CPU=$(($(nproc) - 1))	# excess if all check a limit at the same time

under_attack 80
for vip in $VIP $VIP6; do
	for service in tcp:80 udp:53; do
		service ${service%:*} "$(at $vip ${service#*:})" "scheduler rr" \
			"$(of $vip 11)" "$(of $vip 12)" "$(of $vip 13)"
	done
	for n in 1 2 3; do
		serve_udp rs$n rs$n $vip 53
	done
done
check "the servers are up" servers_up

# ---- settings

config() { json_ask "$1" lb -j config show; }

for key in tcp udp; do
	is "${key}_unproven_max is an eighth of conn_max by default" \
		"$(config "config['${key}_unproven_max'] * 8 <= config['conn_max'] \
		< (config['${key}_unproven_max'] + 1) * 8")" True
done
is "tcp_ack_recv and udp_new have defaults" \
	"$(config "[config['tcp_ack_recv'], config['udp_new']]")" "[60, 30]"
refute "half_open_max is no setting any more" lb config set half_open_max 10
check "the budgets can be set" lb config set \
	tcp_unproven_max $UNPROVEN udp_unproven_max $UNPROVEN
lb config set conn_max $CONN_MAX

# ---- how a flow is proven

forged_net() {
	if [[ $1 == *:* ]]; then
		echo 2001:db8:bad::/48
	else
		echo 198.18.0.0/15
	fi
}

forged() { # VIP [FILTER...]: number of entries
	lb connection count client "$(forged_net $1)" "${@:2}"
}

none_forged() { [[ $(forged $1) == 0 ]]; }

flood() { # VIP KIND COUNT: the same sources each time
	local port=80
	[[ $2 != udp ]] || port=53
	in_ns router "$TOOLS/flood" eth0 $MAC_director $1 $port $3 $2 >/dev/null
}

is_state() { # TEXT STATE SECONDS: of all entries, SECONDS at most
	is "$1: state" "$(connections "{c['state'] for c in connections}")" \
		"{'$2'}"
	between "$1: time" \
		"$(connections "max(c['expires_ms'] for c in connections)")" \
		$((($3 - 10) * 1000)) $(($3 * 1000))
}

expires() { # TEXT VIP KIND
	flood $2 $3 4
	eventually "$1" 15 none_forged $2
}

for vip in $VIP $VIP6; do
	lb connection del all >/dev/null
	flood $vip udp 4
	is_state "$vip: a first datagram" UDP_NEW 30
	flood $vip udp 4
	is_state "$vip: a second one" UDP 300
	lb connection del all >/dev/null
	flood $vip handshake 4
	is_state "$vip: a forged handshake" ACK_RECV 60
	flood $vip ack 4
	is_state "$vip: what follows it" ESTABLISHED 900
	lb connection del all >/dev/null
	hold client 3 $vip 80
	is_state "$vip: who asks and is answered" ESTABLISHED 900
	release client
	lb connection del all >/dev/null
done
check "these times can be set" lb config set tcp_ack_recv 2 udp_new 2
for vip in $VIP $VIP6; do
	expires "$vip: a spoofed datagram is soon forgotten" $vip udp
	expires "$vip: a forged handshake is, too" $vip handshake
done
lb config set tcp_ack_recv $((60 * SLOW)) udp_new $((60 * SLOW)) || true

# ---- floods

spread() { # tcp|udp VIP: of twelve new flows
	local port=80
	[[ $1 == tcp ]] || port=53
	ask $1 $2 $port -n 12 --sport 21000 | tally
}

EVEN="rs1=4 rs2=4 rs3=4"

within_budget() { # VIP PROTOCOL
	between "$what: entries are within the budget" "$(forged $1 $2)" \
		$((UNPROVEN - 3)) $((UNPROVEN + EACH_CPU))
}

# Floods of TCP come first: after an overload of UDP new flows go by the hash
# for a while, since they may be old ones without an entry.
for vip in $VIP $VIP6; do
	lb connection del all >/dev/null
	hold before 3 $vip 80
	for kind in syn handshake; do
		what="$vip: a $kind flood"
		lb connection del client "$(forged_net $vip)" >/dev/null
		lb connection del udp >/dev/null
		stateless=$(counter stateless)
		if [[ $kind == syn ]]; then
			in_ns router "$TOOLS/syn-flood" eth0 $MAC_director $vip \
				80 $FLOOD >/dev/null
		else
			flood $vip handshake $FLOOD
		fi
		within_budget $vip tcp
		# An ACK may go by the hash as its SYN did.
		between "$what: the others went by the hash" \
			$(($(counter stateless) - stateless)) \
			$((FLOOD - UNPROVEN - EACH_CPU)) $((2 * FLOOD))
		is "$what: UDP goes on in turns" "$(spread udp $vip)" "$EVEN"
		is "$what: with an entry each" "$(lb connection count udp)" 12
		is "$what: connections go on" "$(use_held before)" "alive 3 same 3"
		is "$what: new ones succeed" \
			"$(curl_vip 6 $vip | grep -c '^rs[123]$' || true)" 6
		matches "$what: lbctl show tells of it" "$(lb show)" OVERLOADED
	done
	release before
done

for vip in $VIP $VIP6; do
	what="$vip: a flood of datagrams"
	lb connection del all >/dev/null
	hold before 3 $vip 80
	ask udp $vip 53 -n 3 --sport 5300 >/dev/null
	flows=$(ask udp $vip 53 -n 3 --sport 5300 --ports)
	stateless=$(counter stateless)
	flood $vip udp $FLOOD
	within_budget $vip udp
	between "$what: the others went by the hash" \
		$(($(counter stateless) - stateless)) \
		$((FLOOD - UNPROVEN - EACH_CPU)) $FLOOD
	stateless=$(counter stateless)
	is "$what: TCP goes on in turns" "$(spread tcp $vip)" "$EVEN"
	# The three held connections count too.
	is "$what: with an entry each, and none by the hash" "$(lb connection \
		count tcp) $(($(counter stateless) - stateless))" "15 0"
	is "$what: connections go on" "$(use_held before)" "alive 3 same 3"
	is "$what: proven flows keep their servers" \
		"$(ask udp $vip 53 -n 3 --sport 5300 --ports)" "$flows"
	is "$what: and their entries" \
		"$(connections "sum(c['client_port'] in (5300, 5301, 5302) and \
		c['state'] == 'UDP' for c in connections)")" 3
	matches "$what: lbctl show tells of it" "$(lb show)" OVERLOADED
	release before
done

finish
