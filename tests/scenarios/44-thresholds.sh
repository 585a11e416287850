#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A server with as many connections as its upper threshold is full: new ones go
# to others until it has fewer than its lower one. Connections that it has, and
# persistent clients, stay.
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

topology flat
director_devices eth0
vip_on_director $VIP $VIP6
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done

begin() { # OPTIONS SERVER...: the service anew, without connections
	lb service del tcp $s 2>/dev/null || true
	lb connection del all >/dev/null
	service tcp $s "$@"
	check "$vip: $1: the servers are up" servers_up
}

becomes() { # SERVER STATE
	eventually "$vip: $1 is $2" 20 server_is $vip 80 $1 "$2"
}

for vip in $VIP $VIP6; do
	s=$(at $vip 80) rs1=$(of $vip 11) rs2=$(of $vip 12) rs3=$(of $vip 13)

	for scheduler in rr wrr lc sed; do
		begin "scheduler $scheduler" "$rs1 upper 2" "$rs2 upper 3" "$rs3"
		hold many 12 $vip 80
		is "$vip: $scheduler: a full server gets no more" "$(held many)" \
			"rs1=2 rs2=3 rs3=7"
		is "$vip: $scheduler: and serves those that it has" \
			"$(use_held many)" "alive 12 same 12"
		release many
	done

	begin "scheduler mh" "$rs1 upper 1" "$rs2 upper 1" "$rs3"
	is "$vip: mh: nor by the hash" \
		"$(ask tcp $vip 80 -n 12 --sport 20000 | tally)" \
		"rs1=1 rs2=1 rs3=10"

	# ---- the state

	begin "scheduler rr" "$rs1 upper 4 lower 2" "$rs2"
	spawn director "$TMPDIR/monitor" lbctl monitor
	monitor=$spawned
	wait_for 20 listens $monitor
	hold some 8 $vip 80
	is "$vip: both have four" "$(held some)" "rs1=4 rs2=4"
	becomes $rs1 full
	eventually "$vip: an event tells it" 20 \
		grep -q "server $rs1 of .*full" "$TMPDIR/monitor"
	is "$vip: the next ones go to the other" "$(get_vip 3 $vip | tally)" "rs2=3"
	lb connection del server $rs1 client-port "$(connections \
		"[c['client_port'] for c in connections if c['server'] == '$rs1'][0]")" \
		>/dev/null
	lb connection del server $rs1 client-port "$(connections \
		"[c['client_port'] for c in connections if c['server'] == '$rs1'][0]")" \
		>/dev/null
	is "$vip: it has two" "$(lb connection count server $rs1)" 2
	is "$vip: and is full still" "$(get_vip 3 $vip | tally)" "rs2=3"
	lb connection del server $rs1 >/dev/null
	becomes $rs1 up
	is "$vip: with fewer than two it is not" "$(get_vip 2 $vip | tally)" \
		"rs1=1 rs2=1"
	release some

	# ---- all are full

	begin "scheduler rr" "$rs1 upper 1" "$rs2 upper 1"
	hold two 2 $vip 80
	matches "$vip: if all are full a connection is refused" \
		"$(ask tcp $vip 80)" "refused|unreachable"
	is "$vip: present ones go on" "$(use_held two)" "alive 2 same 2"
	lb server set tcp $s $rs2 upper 0
	is "$vip: without the threshold it is not full" \
		"$(get_vip 2 $vip | tally)" "rs2=2"
	release two

	# ---- clients that stay

	begin "scheduler rr persistent" "$rs1 upper 1" "$rs2"
	lb connection del persistent >/dev/null
	hold mine 3 $vip 80
	is "$vip: a persistent client stays with a full server" "$(held mine)" \
		"rs1=3"
	release mine

	# ---- configuration

	begin "scheduler rr" "$rs1 upper 10 lower 5" "$rs2 weight 3"
	is "$vip: they are saved" "$(lb save | grep -c "upper 10 lower 5$")" 1
	is "$vip: another option leaves them" \
		"$(lb server set tcp $s $rs1 weight 2; lb save |
		grep -c "server $rs1 weight 2 upper 10 lower 5$")" 1
	matches "$vip: the lower one is not above" \
		"$(lb server set tcp $s $rs1 lower 11 2>&1 || true)" "above the upper"
	is "$vip: applied anew they are the same" \
		"$(lb save >"$TMPDIR/conf"; lb service flush; lb apply "$TMPDIR/conf"; \
		lb save | cmp - "$TMPDIR/conf" && echo same)" same
	lb service del tcp $s
	kill $monitor
done

finish
