#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A service is removed and comes back, by itself or with all others, as when
# drlb.service is restarted. Its connections and counters go on. If it stays
# away, its clients get no answer for ten seconds, then that of the local stack.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
# timeout: 240
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

SILENCE=10	# seconds

three_servers
dd if=/dev/urandom of="$TMPDIR/blob" bs=100k count=15 status=none
for n in 1 2 3; do
	serve_http rs$n
	ln "$TMPDIR/blob" "$TMPDIR/www-rs$n/files/blob"
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done

add_service() { # tcp|udp VIP
	local port=80
	[[ $1 == tcp ]] || port=53
	service $1 "$(at $2 $port)" "scheduler rr" "$(of $2 11)" "$(of $2 12)" \
		"$(of $2 13)"
}

counters() { # of each service and server: connections and packets
	services "[[x['connections'], x['packets']] for s in services \
		for x in [s] + s['servers']]"
}

gone_on() { # OLD: no counter is below its old value
	json_ask "all(a >= b for x, y in zip($(counters), $1) \
		for a, b in zip(x, y))" echo {}
}

entries() {
	connections "sorted((c['client'], c['client_port'], c['server']) \
		for c in connections)"
}

transfer() { # NAME COMMAND...: that lasts for seconds; its input is the blob
	nsenter --net=/run/netns/client "${@:2}" <"$TMPDIR/blob" \
		>"$TMPDIR/$1.log" 2>&1 &
	printf -v "transfer_$1" %s $!
}

transfers() { # all, in both families; uploads last until the file "end" exists
	local vip family
	rm -f "$TMPDIR"/{got*,end} "$TMPDIR"/www-rs?/files/up*
	for vip in $VIP $VIP6; do
		family=4
		[[ $vip != *:* ]] || family=6
		transfer down$family curl -sS -g --max-time $((90 * SLOW)) \
			-o "$TMPDIR/got$family" "http://$(at $vip 80)/slow/blob"
		transfer up$family bash -c "'$TOOLS/trickle' '$TMPDIR/end' |
			curl -sS -g --max-time $((90 * SLOW)) -T - \
			'http://$(at $vip 80)/files/up$family'"
	done
}

flow() { # all have begun
	local family
	for family in 4 6; do
		[[ -s $TMPDIR/got$family ]] || return
	done
	# An uploaded file has another name until it is whole.
	(($(services "min(s['bytes'] for s in services \
		if s['protocol'] == 'tcp')") > 100000))
}

transfers_are_whole() { # TEXT
	local family name
	touch "$TMPDIR/end"
	for family in 4 6; do
		for name in down up; do
			name=transfer_$name$family
			wait ${!name} || true
		done
		check "$1: a download goes on, IPv$family" \
			cmp "$TMPDIR/blob" "$TMPDIR/got$family"
		check "$1: an upload does, IPv$family" \
			cmp "$TMPDIR/blob" "$TMPDIR"/www-rs?/files/up$family
	done
}

came_back() { # TEXT COMMAND...: removes the services and brings them back
	local flows before known
	lb connection del all >/dev/null
	lb stats zero
	hold idle4 3 $VIP 80
	hold idle6 3 $VIP6 80
	flows=$(ask udp $VIP 53 -n 3 --sport 5300 --ports | tail -n 2
		ask udp $VIP6 53 -n 3 --sport 5300 --ports | tail -n 2)
	transfers
	check "$1: transfers have begun" wait_for 30 flow
	known=$(entries) before=$(counters)
	capture resets client eth0 \
		"tcp[13] & 4 != 0 or (ip6 and ip6[6] = 6 and ip6[53] & 4 != 0)"
	"${@:2}"
	check "$1: the servers are up again" servers_up
	is "$1: connections are known" "$(entries)" "$known"
	is "$1: counters go on" "$(gone_on "$before")" True
	transfers_are_whole "$1"
	is "$1: idle connections go on" "$(use_held idle4) $(use_held idle6)" \
		"alive 3 same 3 alive 3 same 3"
	is "$1: flows stay with their servers" \
		"$(ask udp $VIP 53 -n 2 --sport 5301 --ports
		ask udp $VIP6 53 -n 2 --sport 5301 --ports)" "$flows"
	is "$1: no client saw a reset" "$(captured resets | grep -c . || true)" 0
	is "$1: new connections are scheduled" \
		"$(curl_vip 3 $VIP | tally)" "rs1=1 rs2=1 rs3=1"
	release idle4
	release idle6
}

in_the_middle() { # all downloads, so that all transfers meet the change
	local family
	for family in 4 6; do
		(($(stat -c %s "$TMPDIR/got$family") <
			$(stat -c %s "$TMPDIR/blob"))) || return
	done
}

one_by_one() {
	local vip
	for vip in $VIP $VIP6; do
		lb service del udp "$(at $vip 53)"
		add_service udp $vip
		lb service del tcp "$(at $vip 80)"
		check "$vip: transfers are under way" in_the_middle
		sleep 1	# while packets of the transfers arrive
		add_service tcp $vip
	done
}

restart() {
	lb save >"$TMPDIR/saved"
	lb service flush
	check "transfers are under way" in_the_middle
	sleep 1
	lb apply "$TMPDIR/saved"
}

for vip in $VIP $VIP6; do
	add_service tcp $vip
	add_service udp $vip
done
check "the servers are up" servers_up
came_back "del and add" one_by_one
came_back "flush and apply" restart

# ---- a service that comes back before its servers

for vip in $VIP $VIP6; do
	lb connection del all >/dev/null
	hold early 3 $vip 80
	ports=$(connections "' '.join(str(c['client_port']) for c in connections)")
	lb service del tcp "$(at $vip 80)"
	lb service add tcp "$(at $vip 80)" scheduler rr
	in_ns client "$TOOLS/forge" eth0 $MAC_director "$(of $vip 3)" $vip 80 \
		ack $ports
	for n in 11 12 13; do
		lb server add tcp "$(at $vip 80)" "$(of $vip $n)"
	done
	check "$vip: the servers are back" servers_up
	is "$vip: connections wait for servers that come after their service" \
		"$(use_held early)" "alive 3 same 3"
	release early
done

# ---- a service that stays away

for vip in $VIP $VIP6; do
	hold left 2 $vip 80
	start=${EPOCHREALTIME/./}
	lb service del tcp "$(at $vip 80)"
	is "$vip: without its service a connection is lost" \
		"$(use_held left)" "alive 0 same 0"
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	say "after $took ms"
	# The clients retransmit after 6.4 and 12.8 seconds, and give up after
	# 20.
	between "$vip: it is told so after ten seconds of silence" $took \
		$((SILENCE * 1000 - 500)) $((19 * SLOW * 1000))
	matches "$vip: by a reset" "$(grep '^dead' "$TMPDIR/hold-left")" reset
	release left
	is "$vip: a new connection is the local stack's then" \
		"$(ask tcp $vip 80)" refused
done

finish
