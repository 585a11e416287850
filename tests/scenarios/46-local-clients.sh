#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The director's own connections to a VIP are balanced, too, if their source is
# an address of its own.
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
hooks_stay director
for n in 1 2 3; do
	serve_http rs$n
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done
# The servers' answers come from an address that the director has, too.
sysctls director net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 \
	net.ipv4.conf.all.accept_local=1

here() { # tcp|udp PORT [OPTION...]: as a program on the director does
	in_ns director "$TOOLS/ask" $1 $vip "${@:2}"
}

for vip in $VIP $VIP6; do
	s=$(at $vip 80) u=$(at $vip 53) mine=$(of $vip 2)
	service tcp $s "scheduler rr" \
		"$(of $vip 11)" "$(of $vip 12)" "$(of $vip 13)"
	service udp $u "scheduler rr" \
		"$(of $vip 11)" "$(of $vip 12)" "$(of $vip 13)"
	check "$vip: the servers are up" servers_up

	is "$vip: from an address of its own it is a client" \
		"$(here tcp 80 -n 6 --source $mine | tally)" "rs1=2 rs2=2 rs3=2"
	is "$vip: with UDP, too" \
		"$(here udp 53 -n 6 --source $mine | tally)" "rs1=2 rs2=2 rs3=2"
	is "$vip: its connections are entries" \
		"$(lb connection count client $mine)" 12
	matches "$vip: from the VIP it reaches itself" "$(here tcp 80)" refused

	# ---- programs that choose no address

	if [[ $vip == *:* ]]; then
		in_ns director ip -6 route add local $vip dev eth0 table local \
			proto kernel src $mine
		in_ns director ip -6 route del local $vip table local metric 0
	else
		in_ns director ip route replace local $vip dev eth0 table local \
			proto kernel scope host src $mine
	fi
	is "$vip: the route gives the address to all programs" \
		"$(here tcp 80 -n 3 | tally)" "rs1=1 rs2=1 rs3=1"

	# ---- large packets, and segments that the stack leaves to the device

	head -c 3000000 /dev/urandom >"$TMPDIR/large"
	is "$vip: an upload is whole" "$(in_ns director curl -sS -m 60 \
		--interface $mine -T "$TMPDIR/large" "http://$s/files/large" \
		-w '%{http_code}')" 201
	is "$vip: on one of the servers" \
		"$(cat "$TMPDIR"/www-rs?/files/large | cmp - "$TMPDIR/large" &&
		rm "$TMPDIR"/www-rs?/files/large && echo whole)" whole
	is "$vip: large datagrams go out in fragments" \
		"$(here udp 53 -n 3 --source $mine --size 4000 | tally)" \
		"rs1=1 rs2=1 rs3=1"

	# ---- the director is a server, too

	serve_http director
	lb server add tcp $s $mine
	check "$vip: the local node is up" servers_up
	is "$vip: the local node has its share, without a loop" \
		"$(here tcp 80 -n 8 --source $mine | tally)" \
		"director=2 rs1=2 rs2=2 rs3=2"
	is "$vip: of other clients, too" "$(get_vip 8 $vip | tally)" \
		"director=2 rs1=2 rs2=2 rs3=2"

	# ---- marks of its own packets

	lb service flush
	s="fwmark 5"
	[[ $vip != *:* ]] || s="fwmark 5 inet6"
	lb service add $s scheduler rr
	for n in 11 12 13 2; do
		lb server add $s "$(of $vip $n)"
	done
	check "$vip: the servers of the mark are up" servers_up
	in_ns director nft -f - <<-END
		table inet marks {
			chain marks {
				type route hook output priority mangle;
				tcp dport 80 meta mark set 5
			}
		}
	END
	is "$vip: a mark that it sets itself" \
		"$(here tcp 80 -n 8 --source $mine | tally)" \
		"director=2 rs1=2 rs2=2 rs3=2"
	in_ns director nft delete table inet marks

	# ---- nobody is there

	lb service flush
	kill "$(cat "$TMPDIR/www-director/pid")"
	lb service add tcp "$(at $vip 80)"
	matches "$vip: without a server it is refused" \
		"$(here tcp 80 --source $mine)" "refused|unreachable|denied|lost"
	lb service flush
done

finish
