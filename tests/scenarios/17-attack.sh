#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Floods and forgeries, from the network and from a real server. The director's
# use of resources is bounded, clients are served meanwhile, and forged packets
# do not end a connection. tests/SECURITY says what follows from this.
#
#     client --- router ---LAN--- director, rs1, rs2, rs3
#
# doors: both
# timeout: 400
#
# Addresses and names have no spaces; awk has its own $; functions are called by
# name.
# shellcheck disable=SC2016,SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

CONN_MAX=400 HALF_OPEN=100 FLOOD=600
FRAGMENTS=262144	# limit in bytes, which one fragment may exceed
ERRORS=50		# ICMP errors a second, and the burst
EACH_CPU=$(($(nproc) - 1))	# excess if all check a limit at the same time
NOBODY=02:00:00:00:00:77

under_attack 80 8080
for vip in $VIP $VIP6; do
	three=("$(of $vip 11)" "$(of $vip 12)" "$(of $vip 13)")
	service tcp "$(at $vip 80)" "scheduler rr" "${three[@]}"
	service udp "$(at $vip 80)" "scheduler rr" "${three[@]}"
	service tcp "$(at $vip 8080)" "scheduler mh" "${three[@]}"
	service udp "$(at $vip 8081)" "scheduler rr"
done
check "the servers are up" servers_up
lb config set conn_max $CONN_MAX tcp_unproven_max $HALF_OPEN
# Netfilter reassembles fragments before the director sees them, with limits of
# its own for IPv6. No fragment may time out here.
fragments_may_take() { # VIP BYTES
	local key=net.ipv4.ipfrag
	[[ $1 != *:* ]] || key=net.netfilter.nf_conntrack_frag6
	sysctls director ${key}_low_thresh=0 ${key}_high_thresh=$2
}
for vip in $VIP $VIP6; do
	fragments_may_take $vip $FRAGMENTS
done
sysctls director net.ipv4.ipfrag_time=600 \
	net.netfilter.nf_conntrack_frag6_timeout=600
# The limit holds for all namespaces together, in later kernels for each.
for ns in director ''; do
	${ns:+in_ns $ns} sysctl -qw net.ipv4.icmp_msgs_per_sec=$ERRORS \
		net.ipv4.icmp_msgs_burst=$ERRORS 2>/dev/null || true
done

# The kernel may log lines of its own, for example about SYN cookies.
log_lines=$(dmesg | wc -l)

# ---- a forged RST, followed by silence. Without an earlier overload nothing
# adopts the lost connections

held_ports() { # VIP PORT
	connections "' '.join(str(c['client_port']) for c in connections if \
		c['vip'] == '$1' and c['vip_port'] == $2)"
}

held_are() { # VIP PORT MEMBER: of each connection, sorted
	connections "' '.join(sorted(c['$3'] for c in connections if \
		c['vip'] == '$1' and c['vip_port'] == $2))"
}

forge() { # VIP PORT KIND: for all held connections
	local client=198.51.100.3
	[[ $1 != *:* ]] || client=2001:db8:c::3
	# shellcheck disable=SC2046 # words
	in_ns rs3 "$TOOLS/forge" eth0 $MAC_director $client $1 $2 $3 \
		$(held_ports $1 $2)
}

time_left() { # min|max: in milliseconds, of all connections
	connections "$1(c['expires_ms'] for c in connections)"
}

none_left() { [[ $(lb connection count) == 0 ]]; }

for vip in $VIP $VIP6; do
	hold victims 3 $vip 80
	forge $vip 80 rst
	between "$vip: a forged RST leaves ten seconds" "$(time_left max)" 1 10000
	eventually "$vip: who is idle for longer is lost" 20 none_left
	unknown=$(counter no_connection)
	is "$vip: the clients cannot go on" "$(use_held victims)" "alive 0 same 0"
	between "$vip: the director does not know them" \
		$(($(counter no_connection) - unknown)) 3 100
	release victims
done

# ---- floods

forged_net() {
	if [[ $1 == *:* ]]; then
		echo 2001:db8:bad::/48
	else
		echo 198.18.0.0/15
	fi
}

forged() { lb -j connection count client "$(forged_net $1)" | json count; }

waiting_bytes() { # of fragments
	in_ns director awk '$1 == "FRAG:" { print $5 }' /proc/net/sockstat
}

errors_sent() { # ICMP and ICMPv6, unreachable
	in_ns director awk '
		$1 == "Icmp:" && !column {
			for (column = 2; $column != "OutDestUnreachs"; column++);
			next
		}
		$1 == "Icmp:" || $1 == "Icmp6OutDestUnreachs" {
			sum += $1 == "Icmp:" ? $column : $2
		}
		END { print sum }' /proc/net/snmp /proc/net/snmp6
}

spawn_flood() { # VIP PORT KIND
	local tool=flood
	[[ $3 != syn ]] || tool=syn-flood
	spawn router "$TMPDIR/flood" "$TOOLS/$tool" eth0 $MAC_director $1 $2 \
		$FLOOD ${3#syn}
}

# MIN to MAX packets of the flood become entries. COUNTER counts the others.
flood() { # KIND VIP PORT COUNTER MIN MAX
	local kind=$1 vip=$2 what="$2: $1 flood to $3" before now took=$SECONDS
	before=$(counter $4)
	spawn_flood $vip $3 $kind
	is "$what: clients are served meanwhile" \
		"$(get_vip 3 $vip | grep -c '^rs[123]$' || true)" 3
	wait $spawned
	is "$what: all was sent" "$(<"$TMPDIR/flood")" $FLOOD
	took=$((SECONDS - took))
	between "$what: entries" "$(forged $vip)" $5 $6
	between "$what: within conn_max" "$(stats "stats['connections']")" \
		0 $((CONN_MAX + EACH_CPU))
	between "$what: within tcp_unproven_max" "$(stats "stats['unproven_tcp']")" \
		0 $((HALF_OPEN + EACH_CPU))
	now=$(counter $4)
	say "$what: $took s, $4 +$((now - before))"
	# A handshake's ACK may go by the hash as its SYN did, and packets of
	# clients are counted too.
	between "$what: the rest is $4" $((now - before)) $((FLOOD - $6)) \
		$((2 * FLOOD + 100))
	is "$what: connections go on" "$(use_held before)" "alive 3 same 3"
	lb connection del client "$(forged_net $vip)" >/dev/null
}

for vip in $VIP $VIP6; do
	hold before 3 $vip 80
	errors=$(errors_sent) start=$SECONDS
	flood udp $vip 8081 no_server 0 0
	between "$vip: who floods what nobody serves gets few errors" \
		$(($(errors_sent) - errors)) 1 \
		$((ERRORS * (SECONDS - start + 2)))
	flood ack $vip 80 no_connection 0 0
	flood icmp $vip 80 icmp_unrelated 0 0
	spawn_flood $vip 80 fragment
	is "$vip: fragments: clients are served meanwhile" \
		"$(get_vip 3 $vip | grep -c '^rs[123]$' || true)" 3
	wait $spawned
	is "$vip: fragments: no entry" "$(forged $vip)" 0
	# The kernel shows no memory of IPv6 fragments. But once there is room,
	# the rest completes the datagrams that waited, and these make entries.
	[[ $vip == *:* ]] ||
		between "$vip: fragments: they take no more than they may" \
			"$(waiting_bytes)" 1 $((FRAGMENTS + 4096))
	fragments_may_take $vip $((FRAGMENTS * 16))
	in_ns router "$TOOLS/flood" eth0 $MAC_director $vip 80 $FLOOD rest \
		>/dev/null
	between "$vip: fragments: they wait within their limit" \
		"$(forged $vip)" $((FRAGMENTS / 8192)) $((FRAGMENTS / 1000 + 1))
	lb connection del client "$(forged_net $vip)" >/dev/null
	is "$vip: fragments: connections go on" "$(use_held before)" \
		"alive 3 same 3"
	release before
done
is "nothing so far was overload" "$(counter stateless) $(counter adopted)" "0 0"

# ---- a firewall in front of the director

hook="type filter hook prerouting priority raw"
table=inet
if [[ $DOOR == ingress ]]; then
	hook="type filter hook ingress device eth0 priority -300" table=netdev
fi
in_ns director nft -f - <<END
table $table guard {
	chain guard {
		$hook
		meta protocol ip ip saddr 198.18.0.0/15 counter drop
		meta protocol ip6 ip6 saddr 2001:db8:bad::/48 counter drop
	}
}
END
for vip in $VIP $VIP6; do
	in_ns router "$TOOLS/syn-flood" eth0 $MAC_director $vip 80 20 >/dev/null
	is "$vip: a firewall before drlb keeps a flood from it" \
		"$(forged $vip)" 0
done
is "it has seen all of that" "$(in_ns director nft list table $table guard |
	grep -c 'counter packets 20 ')" 2
in_ns director nft delete table $table guard

# ---- floods that make entries

for vip in $VIP $VIP6; do
	lb connection del all >/dev/null
	hold before 3 $vip 80
	flood syn $vip 80 stateless $((HALF_OPEN - 10)) $HALF_OPEN
	# After the overload any of these ACKs may belong to a connection
	# without an entry.
	flood ack $vip 80 stateless $((HALF_OPEN - 10)) $HALF_OPEN
	flood ack $vip 8080 stateless $((HALF_OPEN - 10)) $HALF_OPEN
	flood handshake $vip 80 stateless $HALF_OPEN $CONN_MAX
	flood udp $vip 80 stateless $((CONN_MAX / 2)) $CONN_MAX
	release before
	is "$vip: all is well after it" "$(get_vip 9 $vip | tally)" \
		"rs1=3 rs2=3 rs3=3"
done

# ---- forgeries, from a real server's device

packets() { # VIP PORT: of each server
	services "[r['packets'] for r in svc('$1', $2)['servers']]"
}

survives() { # VIP PORT KIND STATE NEXT
	local what="$1: forged $3 for port $2"
	forge $1 $2 $3
	is "$what: state" "$(held_are $1 $2 state)" "$4 $4 $4"
	is "$what: the clients go on with their servers" \
		"$(use_held victims)" "alive 3 same 3"
	is "$what: then" "$(held_are $1 $2 state)" "$5 $5 $5"
}

believed() { # VIP
	local server
	for server in 11 12 13; do
		ip -n director route get "$(of $1 $server)" | grep -q 'mtu 1300' ||
			return
	done
}

redirected() {
	local server=10.0.0.11
	in_ns router "$TOOLS/stray-icmp" eth0 $MAC_director $VIP 10.0.0.12 \
		via $server
	ip -n director route get $server | grep -q 'via 10.0.0.12'
}

lb config set conn_max 10000 tcp_unproven_max 1000
lb connection del all >/dev/null
ES=ESTABLISHED
for vip in $VIP $VIP6; do
	lb connection del all >/dev/null
	hold victims 3 $vip 80
	is "$vip: three connections" "$(held_are $vip 80 state)" "$ES $ES $ES"

	survives $vip 80 syn $ES $ES
	survives $vip 80 syn+ack,none $ES $ES
	survives $vip 80 rst CLOSE $ES
	between "$vip: their time is that of others again" \
		"$(time_left min)" 600000 900000

	before=$(packets $vip 80)
	left=$(time_left max)
	sleep 2
	forge $vip 80 unreachable,too-big
	is "$vip: forged ICMP errors: two to each server" \
		"$(packets $vip 80)" "$(json_ask "[n + 2 for n in $before]" echo {})"
	between "$vip: they give no connection time" \
		"$(time_left max)" 1 $((left - 1000))
	is "$vip: the clients go on with their servers" \
		"$(use_held victims)" "alive 3 same 3"

	survives $vip 80 fin FIN_WAIT FIN_WAIT
	between "$vip: their time is that after a FIN" "$(time_left max)" \
		60000 120000
	release victims

	# Linux keeps an exception to the server's route then, for ten minutes.
	for server in 11 12 13; do
		in_ns router "$TOOLS/stray-icmp" eth0 $MAC_director $vip \
			"$(of $vip 1)" to "$(of $vip $server)"
	done
	check "$vip: forged path MTUs to the servers are believed" \
		wait_for 20 believed $vip
	sleep $((2 * SLOW))
	is "$vip: the servers are on the LAN as before" \
		"$(services "{r['state'] for r in svc('$vip', 80)['servers']}")" \
		"{'up'}"
	if [[ $vip == "$VIP" ]]; then
		# Linux turns the exception with the path MTU into a route by
		# another next hop. It may have to resolve that first, so the
		# redirect is repeated.
		check "$vip: a forged redirect of a server is believed" \
			wait_for 20 redirected
		sleep $((2 * SLOW))
		is "$vip: the servers are where they were" \
			"$(services "{r['state'] for r in \
				svc('$vip', 80)['servers']}")" "{'up'}"
	fi
	hold victims 3 $vip 80
	is "$vip: and serve" "$(use_held victims)" "alive 3 same 3"
	release victims

	# A SYN from a server opens no connection: it is not forwarded.
	hold victims 3 $vip 8080
	survives $vip 8080 fin,syn FIN_WAIT FIN_WAIT
	lb connection del all >/dev/null
	is "$vip: mh: the clients go on without any entry" \
		"$(use_held victims)" "alive 3 same 3"
	release victims
done

# ---- frames for other hosts

lb connection del all >/dev/null
capture elsewhere director eth0 "ether dst $NOBODY"
in_ns router "$TOOLS/syn-flood" eth0 $NOBODY $VIP 80 10 >/dev/null
is "frames for others are seen by a promiscuous director" \
	"$(captured elsewhere | wc -l)" 10
is "and not taken" "$(forged $VIP)" 0

# ---- two directors that take each other for a server

in_ns rs3 ip address add 10.0.0.102/32 dev lo
in_ns director ip address add 10.0.0.102/32 dev eth0
lb service add tcp 10.0.0.102:80 scheduler rr
lb server add tcp 10.0.0.102:80 10.0.0.13
in_ns rs3 lbctl service add tcp 10.0.0.102:80 scheduler rr
in_ns rs3 lbctl server add tcp 10.0.0.102:80 10.0.0.2
wait_for 20 servers_are_up
capture circle director eth0 "tcp and dst host 10.0.0.102"
taken=$(in_ns rs3 lbctl -j stats | json "counter('from_server')")
in_ns router "$TOOLS/syn-flood" eth0 $MAC_director 10.0.0.102 80 1 >/dev/null
sleep $((2 * SLOW))
round=$(captured circle)
is "a packet goes to the other director, and no further" \
	"$(wc -l <<<"$round") $(sed -n '$s/.* ttl=\([0-9]*\).*/\1/p' <<<"$round")" \
	"2 63"
is "which counts it" "$(in_ns rs3 lbctl -j stats |
	json "counter('from_server') - $taken")" 1
in_ns rs3 lbctl service flush
lb service del tcp 10.0.0.102:80

# ---- forged ARP on the segment

in_ns director ip neighbour replace 10.0.0.11 lladdr $MAC_rs1 dev eth0 \
	nud permanent
in_ns rs3 "$TOOLS/forge" eth0 $MAC_director - 10.0.0.11 0 claim
sleep 1
is "a permanent neighbour entry is believed more than an ARP reply" \
	"$(services "srv('$VIP', 80, '10.0.0.11')['lladdr']")" $MAC_rs1
is "and its server serves" "$(get_vip 3 $VIP | tally)" "rs1=1 rs2=1 rs3=1"

# ---- the kernel's log, parameters and /proc

# Debug kernels also report races of their own.
. "$TOP/tests/vm/verdict.sh"
dmesg | sed "1,${log_lines}d" | only_our_races | only_our_lists >"$TMPDIR/talk"
is "the module itself has said nothing in all this" \
	"$(grep drlb "$TMPDIR/talk" || true)" ""
between "nor has it made the kernel talk" "$(wc -l <"$TMPDIR/talk")" 0 40
is "no parameter can be written to" \
	"$(find /sys/module/drlb/parameters -type f -perm /222)" ""
is "and nothing of it is in /proc but the list of modules" \
	"$(find /proc/fs /proc/net/ /proc/sys -iname '*drlb*' 2>/dev/null)" ""

# ---- what the module logs: that it cannot attach, at a limited rate

modprobe dummy
in_ns director ip link add full0 type dummy
# As many hooks as the kernel allows for a device, and none of them is drlb's.
{
	echo "table netdev full {"
	for n in {1..1024}; do
		echo "chain c$n { type filter hook ingress device full0" \
			"priority 0; }"
	done
	echo "}"
} | in_ns director nft -f -
matches "a device with all its hooks taken does not get the fast path" \
	"$(lb device add full0 2>&1 && echo added)" "as many netfilter hooks"
lb device add full1 2>/dev/null
log_lines=$(dmesg | wc -l) start=$SECONDS
for _ in {1..20}; do
	in_ns director ip -batch - <<-END
		link set full0 name full1
		link set full1 name full0
	END
done
between "that drlb cannot attach is logged at the kernel's usual rate" \
	"$(dmesg | sed "1,${log_lines}d" |
		grep -c 'full1: drlb cannot attach to the device$')" \
	1 $((10 * (1 + (SECONDS - start) / 5)))

finish
