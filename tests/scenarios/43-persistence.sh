#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All connections of a client of a persistent service go to one server.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# The client has the addresses .3, .65 and .66, ::3, ::65 and ::66.
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
for n in 65 66; do
	# Not those that a program gets which does not ask for one.
	in_ns client ip address add 10.0.0.$n/24 dev eth0
	in_ns client ip address add 2001:db8::$n/64 dev eth0 nodad \
		preferred_lft 0
done
for n in 1 2 3; do
	serve_http rs$n rs$n 80 8080
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done

from() { # NUMBER COUNT [PORT]: servers of connections of this address
	ask tcp $vip "${3:-80}" -n "$2" --source "$(of $vip $1)"
}

clients() { # EXPRESSION: over the list `clients`
	json_ask "(lambda clients: $1)(connections)" \
		lb -j connection show persistent vip $vip
}

number() { lb connection count persistent vip $vip "$@"; }
none_left() { [[ $(number) == 0 ]]; }
one_left() { [[ $(number) == 1 ]]; }

servers_have() { # sum of a counter over the servers
	services "sum(r['$1'] for r in svc('$vip', 80)['servers'])"
}

begin() { # OPTION...: the service anew, without clients
	lb service del tcp $s 2>/dev/null || true
	lb connection del all >/dev/null
	lb connection del persistent >/dev/null
	service tcp $s "scheduler rr $*" $rs1 $rs2 $rs3
	check "$vip: $*: the servers are up" servers_up
}

for vip in $VIP $VIP6; do
	s=$(at $vip 80) rs1=$(of $vip 11) rs2=$(of $vip 12) rs3=$(of $vip 13)
	net=26 longer=33
	[[ $vip != *:* ]] || net=122 longer=129

	# ---- a client

	begin persistent
	is "$vip: a client has one server" "$(from 3 6 | tally)" "rs1=6"
	is "$vip: another one the next server" "$(from 65 6 | tally)" "rs2=6"
	is "$vip: they are listed" \
		"$(clients "sorted((c['client'], c['client_port'], c['vip_port'], \
		c['server'], c['state']) for c in clients)")" \
		"[('$(of $vip 3)', 0, 80, '$rs1', 'PERSISTENT'), \
('$(of $vip 65)', 0, 80, '$rs2', 'PERSISTENT')]"
	is "$vip: for five minutes" \
		"$(clients "all(290000 < c['expires_ms'] <= 300000 for c in clients)")" \
		True
	is "$vip: and counted apart from connections" \
		"$(number) $(servers_have clients) $(lb connection count vip $vip)" \
		"2 2 12"
	is "$vip: one can be found" "$(number client "$(of $vip 65)")" 1
	matches "$vip: a person sees them" "$(lb connection show persistent)" \
		"tcp +$(of $vip 65) .*$rs2 +PERSISTENT "
	matches "$vip: and how many a server has" "$(lb show)" \
		"CLIENTS +CONNECTIONS"

	lb connection del persistent client "$(of $vip 3)" >/dev/null
	is "$vip: one that is deleted is scheduled anew" \
		"$(from 3 3 | tally)" "rs3=3"

	# ---- options

	saved="service tcp $s scheduler rr persistent"
	is "$vip: they are saved" "$(lb save | grep "^service")" "$saved 300"
	lb service set tcp $s persistent 31d mask $net quiesced move
	is "$vip: all of them" "$(lb save | grep "^service")" \
		"$saved 2678400 mask $net quiesced move"
	is "$vip: applied they are the same" \
		"$(lb save >"$TMPDIR/conf"; lb apply "$TMPDIR/conf"; lb save |
		cmp - "$TMPDIR/conf" && echo same)" same
	refute "$vip: persistence ends at 31 days" \
		lb service set tcp $s persistent 2678401
	matches "$vip: a mask cannot be longer than an address" \
		"$(lb service set tcp $s mask "$longer" 2>&1 || true)" "mask|prefix"
	refute "$vip: nor can it be empty" lb service set tcp $s mask 0.0.0.0
	is "$vip: the option is not the number of clients" \
		"$(services "[svc('$vip', 80)[n] for n in ('persistent', 'clients')]")" \
		"[2678400, 2]"
	lb service set tcp $s persistent off
	eventually "$vip: without persistence clients are forgotten" 30 none_left

	# ---- a network

	begin persistent 1h mask $net
	is "$vip: a network is one client" \
		"$({ from 65 3; from 66 3; } | tally)" "rs1=6"
	is "$vip: others are not" "$(from 3 3 | tally)" "rs2=3"
	is "$vip: it is listed" "$(number client "$(of $vip 64)")" "$([[ $vip == *:* ]] &&
		echo 0 || echo 1)"

	# ---- time

	begin persistent 2
	hold early 1 $vip 80
	from 65 1 >/dev/null
	is "$vip: there are two clients" "$(number)" 2
	lb connection del client "$(of $vip 65)" >/dev/null
	eventually "$vip: the time ends" 30 one_left
	is "$vip: but not while the client has a connection" \
		"$(clients "[(c['server'], c['expires_ms']) for c in clients]")" \
		"[('$rs1', 0)]"
	is "$vip: with which new ones go" "$(from 3 2 | tally)" "rs1=2"
	release early
	lb connection del vip $vip >/dev/null
	eventually "$vip: with the last connection it ends" 30 none_left

	# ---- a server that goes

	begin persistent 1h
	is "$vip: a client begins" "$(from 3 2 | tally)" "rs1=2"
	lb server drain tcp $s $rs1
	is "$vip: it stays with a drained server" "$(from 3 2 | tally)" "rs1=2"
	is "$vip: to which no new client goes" "$(from 65 2 | tally)" "rs2=2"
	lb service set tcp $s quiesced move
	is "$vip: with \"quiesced move\" it does not" "$(from 3 2 | tally)" "rs3=2"
	lb server set tcp $s $rs1 weight 1
	is "$vip: nor does it come back" "$(from 3 2 | tally)" "rs3=2"
	lb server del tcp $s $rs3
	is "$vip: nor stay with a removed one" "$(from 3 1 | tally | cut -c1-3)" \
		"$(clients "[c['server'] for c in clients \
		if c['client'] == '$(of $vip 3)'][0]" | sed 's/.*\(.\)$/rs\1/')"
	eventually "$vip: which has no clients soon" 30 test \
		"$(number server $rs3)" = 0

	# ---- a service that returns

	begin persistent 1h
	from 3 1 >/dev/null
	is "$vip: before" "$(from 65 2 | tally)" "rs2=2"
	lb service del tcp $s
	service tcp $s "scheduler rr persistent 1h" $rs1 $rs2 $rs3
	is "$vip: a service that returns has its clients" \
		"$(from 65 2 | tally)" "rs2=2"

	# ---- any port

	begin persistent
	lb service del tcp $s
	service tcp "$(at $vip '*')" "scheduler rr persistent" $rs1 $rs2 $rs3
	is "$vip: any port: all ports have one server" \
		"$({ from 3 3; from 3 3 8080; } | uniq | wc -l)" 1
	is "$vip: and the client has no port" \
		"$(clients "[c['vip_port'] for c in clients]")" "[0]"
	lb service del tcp "$(at $vip '*')"

	# ---- one-packet scheduling

	service udp "$(at $vip 53)" "scheduler rr ops persistent 1h" $rs1 $rs2 $rs3
	check "$vip: ops: the servers are up" servers_up
	is "$vip: ops: a client has one server" \
		"$(ask udp $vip 53 -n 6 --sport 5300 | uniq | wc -l)" 1
	is "$vip: ops: there are no connections, but a client" \
		"$(lb connection count udp vip $vip) $(number udp)" "0 1"
	is "$vip: ops: its second datagram proves it" \
		"$(number udp state PERSISTENT)" 1
	lb service del udp "$(at $vip 53)"
done

# ---- unproven clients

# After this new clients go by the hash: they may be some that got no template.
for vip in $VIP $VIP6; do
	s=$(at $vip 80) rs1=$(of $vip 11) rs2=$(of $vip 12) rs3=$(of $vip 13)
	begin persistent 1h
	lb config set persistent_unproven_max 2
	in_ns client "$TOOLS/forge" eth0 $MAC_director "$(of $vip 90)" $vip 80 syn 7000
	is "$vip: a SYN proves nothing" \
		"$(clients "[(c['state'], c['expires_ms'] <= 60000) for c in clients]")" \
		"[('PERSISTENT_NEW', True)]"
	is "$vip: and counts as unproven" "$(stats "stats['unproven_persistent']")" 1
	in_ns client "$TOOLS/forge" eth0 $MAC_director "$(of $vip 90)" $vip 80 \
		ack,ack 7000
	is "$vip: a connection that is proven proves its client" \
		"$(clients "[(c['state'], c['expires_ms'] > 3590000) for c in clients]")" \
		"[('PERSISTENT', True)]"
	for n in 91 92 93 94 95 96; do
		in_ns client "$TOOLS/forge" eth0 $MAC_director "$(of $vip $n)" $vip 80 \
			syn 7000
	done
	between "$vip: the unproven have a limit" "$(number state PERSISTENT_NEW)" \
		2 $((1 + $(nproc)))
	from 65 6 >"$TMPDIR/past"
	is "$vip: past it a client has one server, too" \
		"$(uniq "$TMPDIR/past" | wc -l)" 1
	lb config set persistent_unproven_max 100000
	is "$vip: and keeps it when there is room again" \
		"$(from 65 2 | uniq)" "$(uniq "$TMPDIR/past")"
	is "$vip: with a template" "$(number client "$(of $vip 65)")" 1
	lb service del tcp $s
done

finish
