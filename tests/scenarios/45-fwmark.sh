#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A service for the packets with a mark, of any protocol and port: marks that
# rules set before the PRE_ROUTING door are heard there, and those set later
# (mangle, connection marks, keepalived's rules at LOCAL_IN) at LOCAL_IN.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
# timeout: 300
#
# Addresses and names have no spaces; functions are called by name.
# Functions read the variables of the loop.
# shellcheck disable=SC2031,SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

three_servers
hooks_stay director
in_ns client ip address add 10.0.0.65/24 dev eth0
in_ns client ip address add 2001:db8::65/64 dev eth0 nodad preferred_lft 0
for n in 1 2 3; do
	serve_http rs$n rs$n 80 8080
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done

rules() { # HOOK PRIORITY RULE...: the only ones of the director
	in_ns director nft -f - <<-END
		table inet marks
		delete table inet marks
		table inet marks {
			chain marks {
				type filter hook $1 priority $2;
				$(printf '%s\n' "${@:3}")
			}
		}
	END
}

mark() { # HOOK PRIORITY: on what is for the VIP's ports
	rules $1 $2 "$ip daddr $vip tcp dport { 80, 8080 } meta mark set 5" \
		"$ip daddr $vip udp dport 53 meta mark set 5"
}

no_marks() { in_ns director nft delete table inet marks; }

marked() { # EXPRESSION: over the service for the mark, as m
	services "[$1 for m in services if m.get('fwmark') == 5 \
		and m['family'] == '$family'][0]"
}

begin() { # OPTIONS: the service anew, without connections
	lb service del $s 2>/dev/null || true
	lb connection del all >/dev/null
	lb connection del persistent >/dev/null
	lb service add $s $1
	lb stats zero
	for n in 11 12 13; do
		lb server add $s "$(of $vip $n)"
	done
	check "$vip: $1: the servers are up" servers_up
}

from() { # NUMBER tcp|udp PORT [OPTION...]: an answer for this client
	ask $2 $vip $3 --source "$(of $vip $1)" "${@:4}"
}

input_hooks() { in_ns director nft list hooks $ip | grep -c drlb_hook_input; }

for vip in $VIP $VIP6; do
	s="fwmark 5" ip=ip family=inet
	[[ $vip != *:* ]] || s="fwmark 5 inet6" ip=ip6 family=inet6

	# ---- wherever the mark is set

	for place in "prerouting raw" "prerouting mangle" "input -1"; do
		begin "scheduler rr"
		mark $place
		is "$vip: $place: one service has all ports" "$({
			from 3 tcp 80 -n 3
			from 3 tcp 8080 -n 3
		} | tally)" "rs1=2 rs2=2 rs3=2"
		is "$vip: $place: and protocols" "$(from 3 udp 53 -n 6 | tally)" \
			"rs1=2 rs2=2 rs3=2"
		is "$vip: $place: a flow stays with its server" \
			"$(from 3 udp 53 -s -n 6 --sport 5300 | tally | cut -c4-)" "=6"
		is "$vip: $place: it counts them" \
			"$(marked "m['connections']") $(lb connection count service $s)" \
			"13 13"
		matches "$vip: $place: others are the director's own" \
			"$(ask tcp $vip 81)" refused

		hold here 6 $vip 80
		is "$vip: $place: connections" "$(held here)" "rs1=2 rs2=2 rs3=2"
		no_marks
		is "$vip: $place: need no mark any more" "$(use_held here)" \
			"alive 6 same 6"
		release here
		matches "$vip: $place: new ones do" \
			"$(ask tcp $vip 80 --sport 7000)" refused
	done

	# ---- a connection's mark

	begin "scheduler rr"
	rules prerouting -150 \
		"$ip daddr $vip tcp dport 80 ct state new ct mark set 5" \
		"meta mark set ct mark"
	is "$vip: a connection's mark" "$(get_vip 6 $vip | tally)" \
		"rs1=2 rs2=2 rs3=2"

	# ---- two families, and a service with an address

	lb service add tcp "$(at $vip 80)" scheduler rr
	lb server add tcp "$(at $vip 80)" "$(of $vip 11)"
	lb connection del all >/dev/null
	if [[ $DOOR == ingress ]]; then
		in_ns director nft -f - <<-END
			table netdev marks {
				chain marks {
					type filter hook ingress device eth0 priority -300;
					$ip daddr $vip meta mark set 5
				}
			}
		END
	else
		mark prerouting raw
	fi
	is "$vip: the mark is found first" "$(get_vip 6 $vip | tally)" \
		"rs1=2 rs2=2 rs3=2"
	lb service del tcp "$(at $vip 80)"
	in_ns director nft delete table netdev marks 2>/dev/null || true

	# ---- clients that stay, on all ports

	for place in "prerouting raw" "input -1"; do
		begin "scheduler rr persistent 60"
		mark $place
		first=$(from 3 tcp 80)
		is "$vip: $place: a client stays, whatever the port" "$({
			from 3 tcp 80 -n 3
			from 3 tcp 8080 -n 3
			from 3 udp 53 -n 3
		} | tally)" "$first=9"
		second=$(from 65 udp 53)
		is "$vip: $place: each with its own" "$({
			from 65 udp 53 -n 3
			from 65 tcp 80 -n 3
		} | tally)" "$second=6"
		is "$vip: $place: it is one client" \
			"$(lb connection count persistent service $s)" 2
		is "$vip: $place: and listed" \
			"$(json_ask "[(c['fwmark'], c['protocol'], c['vip'], c['server']) \
			for c in connections if c['client'] == '$(of $vip 65)']" \
			lb -j connection show persistent)" \
			"[(5, 'any', 'any', '$(of $vip 1${second#rs})')]"
		lb service set $s persistent off
	done

	# ---- the director is a server, too

	serve_http director director 80
	server=$(cat "$TMPDIR/www-director/pid")
	serve_udp director director $vip 53
	for place in "prerouting raw" "input -1"; do
		begin "scheduler rr"
		lb server add $s "$(of $vip 2)"
		mark $place
		hold local 8 $vip 80
		is "$vip: $place: the local node has its share" "$(held local)" \
			"director=2 rs1=2 rs2=2 rs3=2"
		is "$vip: $place: and keeps its connections" "$(use_held local)" \
			"alive 8 same 8"
		release local
		is "$vip: $place: they are counted once" \
			"$(marked "m['connections']")" 8
		lb service set $s ops
		is "$vip: $place: datagrams one by one, too" \
			"$(from 3 udp 53 -s -n 8 --sport 5300 | tally)" \
			"director=2 rs1=2 rs2=2 rs3=2"
		is "$vip: $place: they leave no entry" \
			"$(marked "m['connections']") $(lb connection count udp)" \
			"16 0"
		is "$vip: $place: TCP does" \
			"$(get_vip 4 $vip | tally) $(lb connection count tcp service $s)" \
			"director=1 rs1=1 rs2=1 rs3=1 12"
	done


	# ---- and its answers may get the mark of their connections

	begin "scheduler mh"
	for n in 11 12 13; do
		lb server del $s "$(of $vip $n)"
	done
	lb server add $s "$(of $vip 2)"
	mark input -1
	in_ns director nft -f - <<-END
		table inet answers {
			chain answers {
				type filter hook output priority mangle;
				$ip saddr $vip meta mark set 5
			}
		}
	END
	is "$vip: answers with the mark are none of its packets" "$({
		get_vip 3 $vip
		from 3 udp 53 -n 3
	} | tally) $(lb connection count client $vip)" "director=6 0"
	in_ns director nft delete table inet answers

	kill $server
	wait_for 20 process_ended $server

	# ---- without entries

	begin "scheduler rr"
	mark input -1
	lb config set conn_max 1
	hold few 6 $vip 80
	is "$vip: past the limit connections go on" "$(use_held few)" \
		"alive 6 same 6"
	is "$vip: with one entry" "$(lb connection count all)" 1
	release few
	lb config set conn_max 100000

	# ---- configuration

	is "$vip: it is saved" "$(lb save | grep "^service")" \
		"service ${s% inet} scheduler rr"
	is "$vip: applied anew it is the same" \
		"$(lb save >"$TMPDIR/conf"; lb service flush; lb apply "$TMPDIR/conf"
		lb save | cmp - "$TMPDIR/conf" && echo same)" same
	is "$vip: the mark may be hexadecimal" \
		"$(lb service show ${s/5/0x5} | grep -c "fwmark 5")" 1
	matches "$vip: it is there" "$(lb service add $s 2>&1 || true)" "exists"
	lb service del $s
done

# ---- the door

lb service add tcp 10.0.0.100:80
if [[ $(in_ns director nft list hooks ip) == *drlb_hook4* ]]; then
	is "without such services there is no LOCAL_IN door" \
		"$(input_hooks || true)" 0
	lb service add fwmark 7 inet6
	lb service add fwmark 7
	is "with the first one it is there" "$(input_hooks)" 1
	lb service del fwmark 7
	is "and stays" "$(input_hooks)" 1
	matches "the families are two services" "$(lb service show)" \
		"fwmark 7 inet6"
	lb service del fwmark 7 inet6
	is "until the last one has gone" "$(input_hooks || true)" 0
else
	say "This kernel does not list its hooks."
fi

for word in 0 0x0 -1 4294967296 x 0x 0x1ffffffff; do
	matches "$word is not a mark" "$(lb service add fwmark $word 2>&1 || true)" \
		"is not a mark|not an option|begins with"
done
lb service add fwmark 9
matches "the servers are of its family" \
	"$(lb server add fwmark 9 2001:db8::11 2>&1 || true)" "IPv4"

finish
