#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# One-packet scheduling: each datagram of a client gets a server of its own,
# although all of them come from the same port, and there are no entries.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
#
# Addresses and names have no spaces; functions are called by name.
# Functions read the variables of the loop.
# shellcheck disable=SC2031,SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

three_servers
for n in 1 2 3; do
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done

flow() { # COUNT: datagrams from one port, one after the other
	ask udp $vip 53 -n $1 -s --sport 5300
}

counted() { # COUNTER: of the service
	services "svc('$vip', 53, 'udp')['$1']"
}

for vip in $VIP $VIP6; do
	s=$(at $vip 53)
	service udp $s "scheduler rr ops" \
		"$(of $vip 11)" "$(of $vip 12)" "$(of $vip 13)"
	check "$vip: the servers are up" servers_up

	is "$vip: each datagram goes to the next server" "$(flow 9 | tally)" \
		"rs1=3 rs2=3 rs3=3"
	is "$vip: there is no entry" \
		"$(lb connection count vip $vip) $(counted inactive)" "0 0"
	is "$vip: each one counts as a connection" \
		"$(counted connections) $(counted packets)" "9 9"

	serve_udp director director $vip 53
	lb server add udp $s "$(of $vip 2)"
	check "$vip: the local node is up" servers_up
	is "$vip: the director as a server has its share" "$(flow 8 | tally)" \
		"director=2 rs1=2 rs2=2 rs3=2"
	is "$vip: which is counted" "$(counted connections) $(counted packets)" "17 17"
	lb server del udp $s "$(of $vip 2)"

	lb server drain udp $s "$(of $vip 12)"
	is "$vip: a drained server gets none at once" "$(flow 6 | tally)" \
		"rs1=3 rs3=3"
	lb server set udp $s "$(of $vip 12)" weight 1

	is "$vip: it is saved" "$(lb save | grep -cF "$s scheduler rr ops")" 1
	is "$vip: and shown" "$(services "svc('$vip', 53, 'udp')['ops']")" True
	lb service set udp $s ops off
	is "$vip: without it a flow has one server" "$(flow 6 | uniq | wc -l)" 1
	is "$vip: and an entry" "$(lb connection count vip $vip)" 1
	is "$vip: off is not saved" "$(lb save | grep -c ops || true)" 0

	lb service set udp $s ops
	is "$vip: a flow that has an entry keeps it" "$(flow 6 | uniq | wc -l)" 1
	lb connection del vip $vip >/dev/null
	is "$vip: until that is deleted" "$(flow 6 | tally)" "rs1=2 rs2=2 rs3=2"

	matches "$vip: TCP cannot have it" \
		"$(lb service add tcp "$(at $vip 80)" ops 2>&1 || true)" \
		"one-packet scheduling is for UDP"
	lb service del udp $s
done

finish
