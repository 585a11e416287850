#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A SYN flood of ten times the half-open limit, and a full table: established
# connections lose nothing, new ones succeed, and the overload is shown.
#
#     client --- router ---LAN--- director, rs1, rs2, rs3
#
# doors: both
# timeout: 300
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

HALF_OPEN=200
# Processors that check a limit at the same time may each exceed it by one.
EACH_CPU=$(($(nproc) - 1))

under_attack 80

overloaded() { # True | False
	[[ $(stats "stats['overloaded']") == "$1" ]]
}

acks() { # VIP COUNT: of connections that do not exist
	in_ns router "$TOOLS/flood" eth0 $MAC_director $1 80 $2 ack >/dev/null
}

forwarded() { # VIP
	services "svc('$1', 80)['packets']"
}

datagrams() { # VIP: of 90 flows
	in_ns router "$TOOLS/flood" eth0 $MAC_director $1 80 90 udp >/dev/null
}

shares() { # VIP
	services "[r['packets'] for r in svc('$1', 80, 'udp')['servers']]"
}

adopts_none() { # VIP
	local before
	lb connection del all >/dev/null
	before=$(counter adopted)
	acks $1 5
	[[ $(counter adopted) == "$before" ]]
}

empty() { [[ $(lb connection count) == 0 ]]; }

# ---- TCP in mid-stream. After overload it may belong to a connection without
# an entry, for as long as such a connection may be idle: tcp_established is
# shortened for that, and lengthened afterwards

for vip in $VIP $VIP6; do
	s=$(at $vip 80)
	service tcp "$s" "scheduler rr" "$(of $vip 11)" "$(of $vip 12)" \
		"$(of $vip 13)"
	check "$vip: the servers are there" servers_up
	acks $vip 5
	is "$vip: without overload none is adopted" "$(counter adopted)" 0
	lb config set tcp_established 900 conn_max 1 tcp_unproven_max $HALF_OPEN
	hold last 2 $vip 80
	lb config set conn_max 100000
	lb connection del all >/dev/null
	before=$(forwarded $vip)
	in_ns router "$TOOLS/flood" eth0 $MAC_director $vip 80 5 icmp >/dev/null
	is "$vip: after overload ICMP errors go where their packets would" \
		"$(($(forwarded $vip) - before)) $(lb connection count)" "5 0"
	acks $vip $((HALF_OPEN * 2))
	between "$vip: after overload ACKs make half-open connections at the most" \
		"$(stats "stats['unproven_tcp']")" $HALF_OPEN $((HALF_OPEN + EACH_CPU))
	between "$vip: which are adopted" "$(counter adopted)" \
		$HALF_OPEN $((HALF_OPEN + EACH_CPU))
	lb config set tcp_established $((5 * SLOW))
	eventually "$vip: until a connection without an entry would be over" 60 \
		adopts_none $vip
	release last

	# Any datagram may be the first of a flow.
	service udp "$s" "scheduler rr" "$(of $vip 11)" "$(of $vip 12)" \
		"$(of $vip 13)"
	lb config set conn_max 1
	hold filler 1 $vip 80
	datagrams $vip
	hashed=$(shares $vip)
	lb config set conn_max 100000
	lb connection del all >/dev/null
	datagrams $vip
	is "$vip: datagrams of flows without an entry stay with their servers" \
		"$(shares $vip) $(lb connection count udp)" \
		"$(json_ask "[2 * n for n in $hashed]" echo {}) 90"
	release filler
	lb service del udp "$s"
	lb connection del all >/dev/null
	lb service del tcp "$s"
	lb stats zero
done
# On slow kernels a flood takes longer than a minute, the usual lifetime of its
# first entries.
lb config set tcp_established 900 tcp_syn_recv $((60 * SLOW))

for vip in $VIP $VIP6; do
	s=$(at $vip 80)
	service tcp "$s" "scheduler rr" "$(of $vip 11)" "$(of $vip 12)" \
		"$(of $vip 13)"
	check "$vip: the servers are up" servers_up

	# ---- the flood

	lb config set tcp_unproven_max $HALF_OPEN conn_max 100000
	hold before 12 $vip 80
	is "$vip: connections before the flood" "$(held before)" \
		"rs1=4 rs2=4 rs3=4"
	check "$vip: no overload yet" overloaded False
	stateless=$(counter stateless)
	in_ns router "$TOOLS/syn-flood" eth0 $MAC_director $vip 80 \
		$((HALF_OPEN * 10)) >/dev/null
	open=$(stats "stats['unproven_tcp']")
	between "$vip: half-open connections stop at the limit" $open \
		$HALF_OPEN $((HALF_OPEN + EACH_CPU))
	between "$vip: the rest went by hash" "$(counter stateless)" \
		$((stateless + HALF_OPEN * 9 - 20)) \
		$((stateless + HALF_OPEN * 10 + 20))
	check "$vip: that is overload" overloaded True
	matches "$vip: lbctl show says so" "$(lb show)" "OVERLOADED"
	matches "$vip: and how far it is" "$(lb show)" \
		"Unproven TCP +$open of $HALF_OPEN"
	between "$vip: all servers got a share of the flood" "$(services \
		"min(r['packets'] for r in svc('$vip', 80)['servers'])")" \
		$((HALF_OPEN * 10 / 6)) $((HALF_OPEN * 10))
	is "$vip: established connections go on" "$(use_held before)" \
		"alive 12 same 12"
	hold during 12 $vip 80
	is "$vip: new ones succeed" "$(grep -c '^server rs' \
		"$TMPDIR/hold-during")" 12
	is "$vip: and go on" "$(use_held during)" "alive 12 same 12"
	is "$vip: short ones, too" \
		"$(get_vip 12 $vip | grep -c '^rs[123]$' || true)" 12
	lb connection del state SYN_RECV >/dev/null
	check "$vip: overload ends with the flood" overloaded False
	is "$vip: those from before are still well" "$(use_held before)" \
		"alive 12 same 12"
	is "$vip: so are those from during the flood" "$(use_held during)" \
		"alive 12 same 12"
	release before
	release during

	# ---- many entries, deleted by one command: more than a walk visits at
	# a time, but too few to resize the table, which would restart the walk

	lb config set tcp_unproven_max 100000
	most=0 left=0
	for _ in {1..6}; do
		in_ns router "$TOOLS/syn-flood" eth0 $MAC_director $vip 80 700 \
			>/dev/null
		open=$(stats "stats['unproven_tcp']")
		((open <= most)) || most=$open
		lb connection del state SYN_RECV >/dev/null
		left=$((left + $(stats "stats['unproven_tcp']")))
	done
	between "$vip: many half-open connections" $most 650 700
	is "$vip: are deleted, each of them" $left 0

	# ---- the full table

	lb connection del all >/dev/null
	check "$vip: an empty table" empty
	lb config set conn_max 20 tcp_unproven_max 20
	stateless=$(counter stateless)
	hold first 12 $vip 80
	hold more 24 $vip 80
	is "$vip: as many connections as there may be" \
		"$(stats "stats['connections']")" 20
	check "$vip: the table is full" overloaded True
	matches "$vip: lbctl show says so" "$(lb show)" \
		"Connections +20 of 20.*OVERLOADED"
	is "$vip: the others are there as well" \
		"$(grep -c '^server rs' "$TMPDIR/hold-more")" 24
	between "$vip: forwarded by hash" "$(counter stateless)" \
		$((stateless + 3 * 16)) $((stateless + 500))
	is "$vip: the first go on" "$(use_held first)" "alive 12 same 12"
	is "$vip: so do the others" "$(use_held more)" "alive 24 same 24"
	is "$vip: new ones succeed" \
		"$(get_vip 12 $vip | grep -c '^rs[123]$' || true)" 12
	lb config set conn_max 100000 tcp_unproven_max 10000
	check "$vip: a higher limit ends it" overloaded False
	release first
	is "$vip: the others still go on" "$(use_held more)" "alive 24 same 24"
	release more
	is "$vip: rr is back" "$(get_vip 9 $vip | tally)" "rs1=3 rs2=3 rs3=3"
	lb service del tcp "$s"
done

finish
