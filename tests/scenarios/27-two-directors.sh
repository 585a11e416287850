#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two directors with the same services are also the two real servers. The
# client's packets come to the first one. Packets that it sends to the second
# one are served there, and never sent on again.
#
#     client    director    second      VIPs 10.0.0.100 and 2001:db8::100
#        |      + nginx     + nginx     on both, without ARP on the second
#        +---------+---LAN-----+
#
# doors: both
# timeout: 240
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

COUNT=40
MAC_second=02:00:00:00:00:12

switch lan
namespace client director second
lan_host client 3
lan_host director 2
lan_host second 12
director_devices eth0
[[ $DOOR != ingress ]] || in_ns second lbctl device add eth0
vip_on_director $VIP $VIP6
real_server second $VIP $VIP6
for host in director second; do
	serve_http $host
	serve_udp $host $host $VIP 53 $VIP6 53
done

{
	for vip in $VIP $VIP6; do
		for service in tcp:80 udp:53; do
			echo "service ${service%:*}" \
				"$(at $vip ${service#*:}) scheduler rr"
			echo "server $(of $vip 2)"
			echo "server $(of $vip 12)"
		done
	done
} >"$TMPDIR/both"

both() { # WORD...: lbctl on both directors
	lb "$@"
	in_ns second lbctl "$@"
}

both_up() {
	servers_are_up && [[ $(in_ns second lbctl -j service show |
		json "all(r['state'] in ('up', 'local') \
			for s in services for r in s['servers'])") == True ]]
}

both apply "$TMPDIR/both"
check "each director knows itself and the other one" wait_for 20 both_up

for vip in $VIP $VIP6; do
	for scheduler in rr wlc; do
		what="$vip: $scheduler"
		both service set tcp "$(at $vip 80)" scheduler $scheduler
		both connection del all >/dev/null
		capture wire director eth0 "tcp and dst host $vip and dst port 80"
		# All at once, so that lost requests do not wait one after the
		# other.
		curl_vip $COUNT $vip -Z --parallel-max $COUNT \
			--max-time $((8 * SLOW)) >"$TMPDIR/answers" || true
		say "$(grep -E '^(director|second)$' "$TMPDIR/answers" | tally)"
		# An answer may follow curl's progress output in the same line.
		is "$what: every connection is answered" \
			"$(grep -cE '(director|second)$' "$TMPDIR/answers" || true)" \
			$COUNT
		for host in director second; do
			between "$what: by $host" \
				"$(grep -c "$host\$" "$TMPDIR/answers" || true)" 10 30
		done
		captured wire >"$TMPDIR/wire"
		sent=$(grep -c "dmac=$MAC_director smac=02:00:00:00:00:03" \
			"$TMPDIR/wire")
		is "$what: the second director sends nothing on" \
			"$(grep -c "smac=$MAC_second" "$TMPDIR/wire" || true)" 0
		between "$what: the client's $sent frames are on the wire twice at most" \
			"$(wc -l <"$TMPDIR/wire")" $sent $((2 * sent))
	done
	is "$vip: datagrams are answered, too" "$(ask udp $vip 53 -n 6 \
		--sport 20000 --timeout $((3 * SLOW)) | tally)" \
		"director=3 second=3"

	# The second director knows connections of these ports that have ended,
	# half of them with the first one as server.
	ended="6001 6002 6003 6004"
	in_ns client "$TOOLS/forge" eth0 $MAC_second "$(of $vip 3)" $vip 80 \
		syn,rst $ended
	in_ns director "$TOOLS/forge" eth0 $MAC_second "$(of $vip 3)" $vip 80 \
		syn,ack $ended
	is "$vip: a port that is used again stays with the second director" \
		"$(in_ns second lbctl -j connection show vip "$(at $vip 80)" |
		json "' '.join(c['server'] + '/' + c['state']
			for c in connections if c['client_port'] // 10 == 600)" |
		tr ' ' '\n' | tally)" "$(of $vip 12)/ACK_RECV=4"
done

# ---- a director that is not its own server leaves packets to its stack

in_ns second lbctl service set tcp $VIP:80 scheduler rr
in_ns second lbctl server del tcp $VIP:80 10.0.0.12
lb service set tcp $VIP:80 scheduler rr
lb server drain tcp $VIP:80 10.0.0.2
is "a director that lists the other one only serves what that sends" \
	"$(ask tcp $VIP 80 -n 3 --timeout $((5 * SLOW)) | tally)" "second=3"

finish
