#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each scheduler gives connections to the servers that its description says. The
# others have scenarios and self-tests of their own: rr, wrr, wlc and mh.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
# timeout: 180
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

three_servers
for n in 1 2 3; do
	serve_http rs$n rs$n 80 8080
done

serve() { # SCHEDULER WEIGHT1 WEIGHT2 WEIGHT3: at $s, without old connections
	lb service del tcp "$s" 2>/dev/null || true
	lb connection del all >/dev/null
	service tcp "$s" "scheduler $1" "$rs1 weight $2" "$rs2 weight $3" \
		"$rs3 weight $4"
	servers_up
}

for vip in $VIP $VIP6; do
	s=$(at $vip 80) rs1=$(of $vip 11) rs2=$(of $vip 12) rs3=$(of $vip 13)

	serve lc 5 1 1
	hold lc 6 $vip 80
	is "$vip: lc: connections are even, weights or not" "$(held lc)" \
		"rs1=2 rs2=2 rs3=2"
	release lc

	serve sed 2 1 1
	hold sed 8 $vip 80
	is "$vip: sed: connections are as the weights" "$(held sed)" \
		"rs1=4 rs2=2 rs3=2"
	release sed

	serve sed 10 1 1
	hold sed 3 $vip 80
	is "$vip: sed: a small server waits for its share" "$(held sed)" "rs1=3"
	release sed

	serve nq 10 1 1
	hold nq 3 $vip 80
	is "$vip: nq: an idle server comes first" "$(held nq)" \
		"rs1=1 rs2=1 rs3=1"
	hold busy 3 $vip 80
	is "$vip: nq: when none is, it is sed" "$(held busy)" "rs1=3"
	release nq
	release busy

	serve fo 1 3 2
	is "$vip: fo: the server with the highest weight" \
		"$(get_vip 4 $vip | tally)" "rs2=4"
	lb server drain tcp "$s" "$rs2"
	is "$vip: fo: without it, that with the next one" \
		"$(get_vip 4 $vip | tally)" "rs3=4"

	serve ovf 1 2 3
	hold ovf 9 $vip 80
	is "$vip: ovf: each takes one more than its weight" "$(held ovf)" \
		"rs1=2 rs2=3 rs3=4"
	matches "$vip: ovf: the next connection is refused" \
		"$(ask tcp $vip 80)" "refused|unreachable"
	release ovf

	serve twos 1 1 2
	get_vip 60 $vip >"$TMPDIR/twos"
	is "$vip: twos: all requests succeed" "$(grep -c '^rs' "$TMPDIR/twos")" 60
	for n in 1 2 3; do
		between "$vip: twos: rs$n has a share" \
			"$(grep -c "^rs$n" "$TMPDIR/twos" || true)" 3 50
	done

	serve sh 1 1 1
	own=$(get_vip 8 $vip | tally)
	matches "$vip: sh: a client has one server" "$own" "^rs.=8$"
	lb server drain tcp "$s" "$(of $vip "1${own:2:1}")"
	other=$(get_vip 8 $vip | tally)
	matches "$vip: sh: without that one, it has another" \
		"$other, not $own" "^(rs.=8), not (rs.=8)$"
	refute "$vip: sh: it is not the same" test "$other" == "$own"
	lb server set tcp "$s" "$(of $vip "1${own:2:1}")" weight 1
	is "$vip: sh: it comes back to its server" \
		"$(get_vip 8 $vip | tally)" "$own"
	lb service set tcp "$s" hash source-port
	is "$vip: sh: by port, a client has all servers" \
		"$(get_vip 60 $vip | tally | wc -w)" 3

	serve dh 1 100 1
	own=$(get_vip 8 $vip | tally)
	matches "$vip: dh: a VIP has one server" "$own" "^rs.=8$"
	service tcp "$(at $vip 8080)" "scheduler dh" "$rs3" "$rs1" "$rs2"
	is "$vip: dh: another port of it has the same one" \
		"$(PORT=8080 get_vip 8 $vip | tally)" "$own"
	lb server drain tcp "$s" "$(of $vip "1${own:2:1}")"
	other=$(get_vip 8 $vip | tally)
	refute "$vip: dh: without that one, it has another" \
		test "$other" == "$own"
	matches "$vip: dh: it is one again" "$other" "^rs.=8$"
done

finish
