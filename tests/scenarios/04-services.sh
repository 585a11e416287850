#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Several VIPs, ports and protocols on one cluster: which service takes which
# packets, and which ones the director keeps for itself.
#
#     client    director    rs1    rs2    rs3      .100 and .101, ::100 and
#        |         |         |      |      |       ::101 on the last four
#        +---------+---LAN---+------+------+
#
#     tcp .100:80    rs1 rs2 rs3        udp .100:53    rs1 rs2 rs3
#     tcp .100:8080  rs1                udp .101:*     rs1
#     tcp .101:*     rs2
#     tcp .101:80    rs3                tcp .100:2222  the director's own
#
# doors: both
# timeout: 240
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

topology flat
director_devices eth0
vip_on_director $VIP $VIP6 $VIPB $VIPB6
serve_http director director 2222
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6 $VIPB $VIPB6
	serve_http rs$n rs$n 80 8080 9999
	serve_udp rs$n rs$n $VIP 53 $VIP6 53 $VIPB 53 $VIPB6 53 $VIPB 5353 \
		$VIPB6 5353
done

for pair in $VIP,$VIPB $VIP6,$VIPB6; do
	a=${pair%,*} b=${pair#*,}
	rs1=$(of "$a" 11) rs2=$(of "$a" 12) rs3=$(of "$a" 13)

	service tcp "$(at "$a" 80)" "scheduler rr" "$rs1" "$rs2" "$rs3"
	service tcp "$(at "$a" 8080)" "scheduler rr" "$rs1"
	service tcp "$(at "$b" '*')" "scheduler rr" "$rs2"
	service tcp "$(at "$b" 80)" "scheduler rr" "$rs3"
	service udp "$(at "$a" 53)" "scheduler rr" "$rs1" "$rs2" "$rs3"
	service udp "$(at "$b" '*')" "scheduler rr" "$rs1"
	check "$a: the servers are up" servers_up

	is "$a:80 goes to all" "$(get_vip 6 "$a" | tally)" "rs1=2 rs2=2 rs3=2"
	is "$a:8080 to rs1" "$(PORT=8080 get_vip 3 "$a" | tally)" "rs1=3"
	is "$b:80, exact, to rs3" "$(get_vip 3 "$b" | tally)" "rs3=3"
	is "$b:8080, any port, to rs2" \
		"$(PORT=8080 get_vip 3 "$b" | tally)" "rs2=3"
	is "$b:9999, any port, to rs2" "$(ask tcp "$b" 9999 -n 3 | tally)" "rs2=3"
	is "the any-port service counted its own" \
		"$(services "[svc('$b', p)['connections'] for p in (0, 80)]")" \
		"[6, 3]"

	is "udp $a:53 goes to all" "$(ask udp "$a" 53 -n 12 --sport 20000 | tally)" \
		"rs1=4 rs2=4 rs3=4"
	is "a UDP flow stays where it is" \
		"$(ask udp "$a" 53 -n 9 -s --sport 5300 | uniq | wc -l)" 1
	is "udp $b:53, any port, to rs1" "$(ask udp "$b" 53 -n 3 | tally)" "rs1=3"
	is "udp $b:5353, any port, to rs1" \
		"$(ask udp "$b" 5353 -n 3 | tally)" "rs1=3"

	is "a port without a service is the director's" \
		"$(ask tcp "$a" 2222 -n 2 | tally)" "director=2"
	is "and refused when it has nothing there" \
		"$(ask tcp "$a" 2223)" "refused"
	capture echo client eth0 "icmp or icmp6"
	check "the director answers the VIP's echo requests" \
		in_ns client ping -c 3 -i 0.2 -W 5 "$a"
	replies=$(captured echo | grep -E ' icmp=(0|129)/0' || true)
	is "with its own MAC address" \
		"$(grep -c "smac=$MAC_director " <<<"$replies")" 3
	is "and alone" "$(wc -l <<<"$replies")" 3

	lb service del tcp "$(at "$b" 80)"
	is "without the exact service, any port takes $b:80" \
		"$(get_vip 3 "$b" | tally)" "rs2=3"
done

finish
