#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of connections that nobody can take (on-empty), whose server is
# removed (on-removed), and that nobody here knows (pickup).
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
# timeout: 200
#
# Addresses and names have no spaces; functions are called by name.
# Functions read the variables of the loop.
# shellcheck disable=SC2031,SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

three_servers
for n in 1 2 3; do
	serve_http rs$n
done

begin() { # OPTIONS [SERVER...]: the service anew, without connections
	lb service del tcp $s 2>/dev/null || true
	lb connection del all >/dev/null
	service tcp $s "$@"
	check "$vip: $1: the servers are up" servers_up
}

answers() { # COMMAND...: what the VIP sends the client meanwhile
	capture answers client eth0 "src host $vip"
	"$@" >/dev/null
	captured answers | grep -o "flags=[^ ]*\|icmp=[13]/[0-9]*" | sort -u | xargs
}

attempt() { # a connection that may get no answer
	in_ns client curl -s -m 2 "http://$s/"
}

for vip in $VIP $VIP6; do
	s=$(at $vip 80) rs1=$(of $vip 11) rs2=$(of $vip 12)

	# ---- nobody can take it

	begin "scheduler rr"
	refused=$(counter no_server)
	is "$vip: by default it is refused" "$(ask tcp $vip 80)" refused
	matches "$vip: by a reset, as of a closed port" \
		"$(answers ask tcp $vip 80)" "flags=[^ ]*R[^ ]*$"
	is "$vip: both are counted" "$(counter no_server)" $((refused + 2))

	lb service set tcp $s on-empty drop
	is "$vip: drop: there is no answer" "$(answers attempt || true)" ""
	serve_http director
	lb service set tcp $s on-empty local
	is "$vip: local: the director answers" "$(ask tcp $vip 80)" director
	lb server add tcp $s $rs1
	check "$vip: the server is up" servers_up
	is "$vip: unless there is a server" "$(ask tcp $vip 80)" rs1
	lb server drain tcp $s $rs1
	is "$vip: with a weight" "$(ask tcp $vip 80)" director
	server=$(cat "$TMPDIR/www-director/pid")
	kill $server
	wait_for 20 process_ended $server

	lb service add udp "$(at $vip 53)" scheduler rr ops on-empty local
	serve_udp director director $vip 53
	is "$vip: local: datagrams one by one, too" \
		"$(ask udp $vip 53 -n 2 | tally)" director=2
	lb service del udp "$(at $vip 53)"

	# ---- its server is removed

	begin "scheduler rr on-removed keep" $rs1 $rs2
	hold kept 4 $vip 80
	is "$vip: keep: both have connections" "$(held kept)" "rs1=2 rs2=2"
	lb server del tcp $s $rs1
	gone=$(counter server_gone)
	pid=hold_kept
	kill -USR1 "${!pid}"
	waits() { (($(counter server_gone) > gone)); }
	eventually "$vip: keep: their packets wait" 20 waits
	lb server add tcp $s $rs1
	check "$vip: keep: the server is back" servers_up
	eventually "$vip: keep: a request that waited is answered" 20 \
		test_rounds kept 1
	is "$vip: keep: none is lost" "$(use_held kept)" "alive 4 same 4"
	is "$vip: keep: new ones did not wait" \
		"$(lb server del tcp $s $rs1; get_vip 2 $vip | tally)" "rs2=2"
	release kept

	begin "scheduler rr on-removed reschedule" $rs1
	hold moved 2 $vip 80
	lb server add tcp $s $rs2
	check "$vip: reschedule: the other one is up" servers_up
	before=$(counter rescheduled)
	lb server del tcp $s $rs1
	use_held moved >/dev/null
	is "$vip: reschedule: they went to the other one" \
		"$(counter rescheduled)" $((before + 2))
	is "$vip: reschedule: which did not know them" "$(use_held moved)" \
		"alive 0 same 0"
	release moved

	begin "scheduler rr" $rs1
	hold lost 2 $vip 80
	lb server add tcp $s $rs2
	check "$vip: reset: the other one is up" servers_up
	before=$(counter rescheduled)
	lb server del tcp $s $rs1
	is "$vip: reset: they end" "$(use_held lost)" "alive 0 same 0"
	is "$vip: reset: and go nowhere else" "$(counter rescheduled)" $before
	release lost

	# ---- nobody knows it

	for words in "rr auto 0" "rr on 3" "mh auto 3" "mh off 0"; do
		read -r scheduler pickup alive <<<"$words"
		begin "scheduler $scheduler pickup $pickup" $rs1
		hold unknown 3 $vip 80
		lb connection del all >/dev/null
		adopted=$(counter adopted)
		is "$vip: $scheduler, pickup $pickup: of three unknown ones" \
			"$(use_held unknown)" "alive $alive same $alive"
		is "$vip: $scheduler, pickup $pickup: that is counted" \
			$(($(counter adopted) - adopted)) $alive
		release unknown
	done

	# ---- configuration

	lb service set tcp $s on-empty drop on-removed keep pickup on
	is "$vip: they are saved" \
		"$(lb save | grep -c "on-empty drop on-removed keep pickup on$")" 1
	is "$vip: applied anew they are the same" \
		"$(lb save >"$TMPDIR/conf"; lb service flush; lb apply "$TMPDIR/conf"
		lb save | cmp - "$TMPDIR/conf" && echo same)" same
	is "$vip: and shown" "$(services "[svc('$vip', 80)[n] for n in \
		('on_empty', 'on_removed', 'pickup')]")" "['drop', 'keep', 'on']"
	lb service del tcp $s
done

finish
