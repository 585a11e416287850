#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Bad words, messages and packets. Each is refused with a message of its own or
# counted, and changes nothing.
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

three_servers
for vip in $VIP $VIP6; do
	for protocol in tcp udp; do
		service $protocol "$(at $vip 80)" "scheduler rr" "$(of $vip 11)"
	done
done
check "the servers are up" servers_up
saved=$(lb save) config=$(lb -j config show) devices=$(lb -j device show)

unchanged() {
	is "$1 changed nothing" \
		"$(lb save; lb -j config show; lb -j device show)" \
		"$saved"$'\n'"$config"$'\n'"$devices"
}

# ---- words

bad() { # STATUS REGEX WORD...
	local status=0 out
	out=$(lb "${@:3}" 2>&1 >/dev/null) || status=$?
	matches "lbctl ${*:3}" "$status $out" "^$1 .*($2)"
}

S="tcp $VIP:80"
usage() { bad 2 "$@"; }
refused() { bad 1 "$@"; }

usage 'frobnicate' frobnicate
usage 'frob' service frob
usage 'frob' server frob
usage 'show' service list
usage 'set SERVICE ADDR weight N' server undrain tcp $VIP:80 10.0.0.11
usage 'zap' connection zap
usage 'zap' device zap
usage 'zap' config zap
usage 'zap' stats zap
usage '--zap' --zap
usage '[Uu]sage|service' service add
usage 'ADDR|address|PORT|port|SERVICE' service add tcp
usage 'icmp' service add icmp $VIP:80
usage "$VIP" service add tcp $VIP
usage '' service add tcp $VIP:
usage ':80' service add tcp :80
usage '[Pp]ort.*0|:0' service add tcp $VIP:0
usage '65536' service add tcp $VIP:65536
usage '-1' service add tcp $VIP:-1
usage '8o' service add tcp $VIP:8o
usage '99999999999999999999' service add tcp $VIP:99999999999999999999
usage '10.0.0.300' service add tcp 10.0.0.300:80
usage '10.0.100' service add tcp 10.0.100:80
usage '2001:db8::100' service add tcp 2001:db8::100:80
usage '2001:db8::g' service add tcp '[2001:db8::g]:80'
usage '' service add tcp '[2001:db8::1:80'
usage 'www.example' service add tcp www.example:80
usage 'did you mean scheduler' service add tcp $VIP:81 sheduler rr
usage 'scheduler' service add tcp $VIP:81 scheduler
usage 'scheduler' service add tcp $VIP:81 scheduler rr scheduler rr
usage 'extra' service del $S extra
usage '' service set
usage 'zero' service add tcp $VIP:81 table-size zero
usage 'colour' service add tcp $VIP:81 hash colour
usage 'refuse, open' service add tcp $VIP:81 on-dead never
usage '2678400' service add tcp $VIP:81 tcp_established 2678401
usage '' server add $S
usage 'zwölf' server add $S zwölf
usage '10.0.0.12/24' server add $S 10.0.0.12/24
usage 'weight' server add $S 10.0.0.12 weight
usage '-1' server add $S 10.0.0.12 weight -1
usage 'two' server add $S 10.0.0.12 weight two
usage '' server set $S 10.0.0.11
usage '' server drain $S
usage '' device add
usage '#eth0' device add '#eth0'
usage 'ASCII' device add ethé
usage "name" device add --help
usage 'options come before' service show -j
usage 'options come before' connection show --json
usage 'lbctl -j show' -j save
usage 'value is missing' config set conn_max
usage '10.0.0.1.]0;owned' server add $S $'10.0.0.1\e]0;owned\a'
is "what is quoted does not write to the terminal" \
	"$({ lb server add $S $'10.0.0.1\e]0;owned\a' 2>&1 || true; } |
		grep -c $'[\e\a]' || true)" 0
usage '' config set
usage '' config set conn_max
usage 'did you mean conn_max' config set conn_maxx 1
usage 'many' config set conn_max many
usage 'extra' connection count extra
usage '' connection del
usage '10.0.0.0/33' connection show client 10.0.0.0/33
usage 'SLEEPING' connection show state SLEEPING
usage 'NONE' connection show state NONE
usage '' apply
usage 'extra' save "$TMPDIR/file" extra
usage 'force' save --force

refused 'scheduler.*mh' service add tcp $VIP:81 scheduler best
refused 'exist' service add $S scheduler rr
refused "$VIP:81|no such service|not" service del tcp $VIP:81
refused "$VIP:81|no such service|not" service set tcp $VIP:81 scheduler rr
refused '' service add tcp 224.0.0.1:80
refused '' service add tcp 0.0.0.0:80
refused '' service add tcp '[::]:80'
refused '' service add tcp '[ff02::1]:80'
refused 'prime' service add tcp $VIP:81 scheduler mh table-size 65536
refused '655373|table-size|range' service add tcp $VIP:81 table-size 655374
refused '10.0.0.11.*already' server add $S 10.0.0.11
refused 'server|no such' server del $S 10.0.0.12
refused 'server|no such' server set $S 10.0.0.12 weight 3
refused 'server|no such' server drain $S 10.0.0.12
refused 'service|no such' server add tcp $VIP:81 10.0.0.12
refused '' server add $S 224.0.0.1
refused '' server add $S 0.0.0.0
refused '' device del eth9
refused 'nowhere' apply /nowhere
refused 'nowhere' save /nowhere/file
refused '/tmp' save /tmp
refused '' apply /tmp

either() { # REGEX WORD...: lbctl or the kernel may refuse it
	local status=0 out
	out=$(lb "${@:2}" 2>&1 >/dev/null) || status=$?
	matches "lbctl ${*:2}" "$status $out" "^[12] .*($1)"
}

either 'port|translate|8080' server add $S 10.0.0.12:8080
either '2001:db8::11|IPv6|IPv4|family' server add $S 2001:db8::11
either '10.0.0.11|IPv6|IPv4|family' server add tcp "[$VIP6]:80" 10.0.0.11
either '214748364[78]' server add $S 10.0.0.12 weight 2147483648
either '2678400|range' config set udp 2678401
either '' config set udp 0
either 'too-long' device add a-name-which-is-too-long
either '' config set probe_interval 3601
either '' config set hook_priority 5
either '' config set udp 5 tcp_close 0
unchanged "no wrong word"

# Times have units.
before=$(lb -j config show | json "config['udp']")
lb config set udp 15m
is "15m are 900 seconds" "$(lb -j config show | json "config['udp']")" 900
lb config set udp "$before"

# A server is off-link if its route has a gateway.
ip -n director route add 192.0.2.0/24 via 10.0.0.3
refused 'direct|connected|gateway|link' server add $S 192.0.2.1
unchanged "no off-link server"

# A server without a route is accepted with a warning, since its route may come
# later at boot. A VIP that no device has is accepted with a warning too, since
# nobody answers ARP for it.
ip -n director route del 192.0.2.0/24
warning=$(lb server add $S 192.0.2.1 2>&1)
matches "a server without a route" "$warning" '192\.0\.2\.1.*route'
lb server del $S 192.0.2.1
warning=$(lb service add tcp 10.0.0.200:80 2>&1)
matches "a VIP that the director does not have" "$warning" '10\.0\.0\.200'
lb service del tcp 10.0.0.200:80

# Routing rules are obeyed: a default route does not hide a network of another
# table.
lb service add tcp "[$VIP6]:82"
for pair in "-4 10.0.0.3 10.77.0.0/24 $S 10.77.0.1" \
	    "-6 2001:db8::3 2001:db8:77::/64 tcp [$VIP6]:82 2001:db8:77::1"; do
	read -r family gateway network server <<<"$pair"
	in_ns director ip "$family" -batch - <<-END
		route add default via $gateway
		route add $network dev eth0 table 77
		rule add pref 100 lookup main suppress_prefixlength 0
		rule add pref 200 lookup 77
	END
	is "a server whose network a rule finds ($family)" \
		"$(lb server add $server 2>&1)" ""
	lb server del $server
	in_ns director ip "$family" -batch - <<-END
		rule del pref 100
		rule del pref 200
		route flush table 77
	END
	matches "and one that no rule finds ($family)" \
		"$(lb server add $server 2>&1)" 'directly'
	ip -n director "$family" route del default
done
lb service del tcp "[$VIP6]:82"

# ---- messages

answers=$(in_ns director "$TOOLS/netlink-garbage" $VIP 80 10.0.0.11)
say "$answers"
is "no senseless message was accepted" \
	"$(grep '^accepted' <<<"$answers" || true)" ""
between "all were answered" "$(grep -c '^refused' <<<"$answers")" 80 200
is "each with a text, where the family was asked" \
	"$(grep -v ' generic: ' <<<"$answers" | grep ': $' || true)" ""
unchanged "no senseless message"

# ---- packets

GHOST=10.0.0.77 GHOST6=2001:db8::77

send() { # VIP KIND: sets $sent, one name a line, and $forwarded
	local ghost=$GHOST
	[[ $1 != *:* ]] || ghost=$GHOST6
	# ARP and neighbour discovery occur all the time, and are left out.
	capture forwarded rs1 eth0 "ether src $MAC_director and not arp and \
		not (icmp6 and ip6[40] >= 133 and ip6[40] <= 136)"
	sent=$(in_ns client "$TOOLS/malformed" eth0 $MAC_director "$ghost" \
		"$1" 80 "$2")
	forwarded=$(captured forwarded)
}

lines() { grep -c . <<<"$1" || true; }

for vip in $VIP $VIP6; do
	malformed=$(counter malformed)
	send $vip sound
	is "$vip: sound packets, if unusual, are forwarded" \
		"$(lines "$forwarded")" "$(lines "$sent")"
	[[ $(lines "$forwarded") == $(lines "$sent") ]] ||
		say "$sent" "$forwarded"
	is "$vip: and none of them is called malformed" \
		"$(counter malformed)" "$malformed"

	for kind in header transport embedded stray; do
		malformed=$(counter malformed)
		all=$(lb -j stats | json "sum(c['value'] for c in \
			stats['counters'] if c['name'] in ('malformed', \
			'icmp_unrelated', 'no_connection', 'no_service'))")
		send $vip $kind
		n=$(lines "$sent")
		between "$vip: $kind: $n kinds of packets were sent" "$n" 6 50
		is "$vip: $kind: none is forwarded" "$forwarded" ""
		now=$(lb -j stats | json "sum(c['value'] for c in \
			stats['counters'] if c['name'] in ('malformed', \
			'icmp_unrelated', 'no_connection', 'no_service'))")
		say "$vip $kind: malformed +$(($(counter malformed) - malformed))," \
			"told apart +$((now - all)) of $n"
		case $kind in
		transport)
			between "$vip: $kind: each was counted as malformed" \
				"$(counter malformed)" $((malformed + n)) \
				$((malformed + n)) ;;
		embedded|stray)
			between "$vip: $kind: each was counted" "$now" \
				$((all + n)) $((all + n)) ;;
		esac
	done

	martian=$(counter martian)
	send $vip martian
	is "$vip: martian: none is forwarded" "$forwarded" ""
	# The kernel itself drops some of the IPv6 packets, but never those from
	# :: and from the VIP.
	n=$(lines "$sent") least=$n
	[[ $vip != *:* ]] || least=4
	between "$vip: martian: each was counted" "$(counter martian)" \
		$((martian + least)) $((martian + n))
done
unchanged "no malformed packet"
for n in 1 2 3; do
	serve_http rs$n
done
for vip in $VIP $VIP6; do
	is "$vip: and the director serves" "$(get_vip 3 $vip | tally)" "rs1=3"
done

finish
