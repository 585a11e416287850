#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# HTTP through the VIP: every scheduler, both families, and the frames on their
# way.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
#     request: client -> director -> rsN          reply: rsN -> client
#
# doors: both
# timeout: 300
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

three_servers
for n in 1 2 3; do
	serve_http rs$n
done
# Frames as a wire would carry them: real checksums, no super-frames.
offloads off client director rs1 rs2 rs3

check_frames() { # VIP REQUESTS
	local vip=$1 sent got="" n service

	capture client client eth0 "host $vip and tcp port 80"
	for n in 1 2 3; do
		capture rs$n rs$n eth0 "dst host $vip and tcp dst port 80"
	done
	is "$vip: rr spreads evenly" \
		"$(curl_vip "$2" "$vip" | tally)" "rs1=2 rs2=2 rs3=2"
	sent=$(captured client)
	grep " sport=80 " <<<"$sent" >"$TMPDIR/replies"
	sent=$(grep " dport=80 " <<<"$sent")
	for n in 1 2 3; do
		captured rs$n >"$TMPDIR/rs$n"
		got+=$(<"$TMPDIR/rs$n")$'\n'
		local mac=MAC_rs$n
		between "$vip: replies reach the client from rs$n's MAC address" \
			"$(grep -c "smac=${!mac} " "$TMPDIR/replies")" 4 100
		between "$vip: requests reach rs$n" "$(wc -l <"$TMPDIR/rs$n")" 8 100
		is "$vip: all of rs$n's from the director's MAC to its own" \
			"$(grep -vc "dmac=${!mac} smac=$MAC_director " \
				"$TMPDIR/rs$n" || true)" 0
	done
	is "$vip: no reply crosses the director" \
		"$(grep -c "smac=$MAC_director" "$TMPDIR/replies" || true)" 0
	got=$(sed '/^$/d' <<<"$got")
	is "$vip: as many frames arrive as were sent to the director" \
		"$(wc -l <<<"$got")" "$(grep -c "dmac=$MAC_director" <<<"$sent")"
	is "$vip: unchanged but for TTL and header checksum" \
		"$(grep -o 'rest=[^ ]*' <<<"$got" | sort | sha1sum)" \
		"$(grep -o 'rest=[^ ]*' <<<"$sent" | sort | sha1sum)"
	is "$vip: TTL is one less" "$(grep -o ' ttl=[^ ]*' <<<"$got" | sort -u)" \
		"$(grep -o ' ttl=[^ ]*' <<<"$sent" | sort -u |
			awk -F= '{ print $1 "=" $2 - 1 }')"
	is "$vip: every checksum is right" \
		"$(grep -c 'sum=bad' <<<"$got" || true)" 0
	service="svc('$vip', 80)"
	is "$vip: packets were counted" "$(services "${service}['packets']")" \
		"$(wc -l <<<"$got")"
	is "$vip: bytes were counted" "$(services "${service}['bytes']")" \
		"$(grep -o 'iplen=[0-9]*' <<<"$got" |
			awk -F= '{ n += $2 } END { print n }')"
	is "$vip: connections were counted" \
		"$(services "${service}['connections']")" "$2"
}

for vip in $VIP $VIP6; do
	rs1=$(of $vip 11) rs2=$(of $vip 12) rs3=$(of $vip 13)
	s=$(at $vip 80)

	service tcp "$s" "scheduler rr" "$rs1" "$rs2" "$rs3"
	check "$vip: the servers are up" servers_up
	check_frames $vip 6

	lb service set tcp "$s" scheduler wrr
	lb server set tcp "$s" "$rs1" weight 6
	lb server set tcp "$s" "$rs2" weight 4
	lb server set tcp "$s" "$rs3" weight 2
	is "$vip: wrr, one cycle" "$(curl_vip 6 $vip | tally)" \
		"rs1=3 rs2=2 rs3=1"
	is "$vip: wrr, two cycles" "$(curl_vip 12 $vip | tally)" \
		"rs1=6 rs2=4 rs3=2"

	lb service del tcp "$s"
	service tcp "$s" "scheduler wlc" "$rs1 weight 2" "$rs2" "$rs3"
	servers_up
	hold first 8 $vip 80
	is "$vip: wlc, by weight" "$(held first)" "rs1=4 rs2=2 rs3=2"
	is "$vip: active connections are known" \
		"$(services "[r['active'] for r in svc('$vip', 80)['servers']]")" \
		"[4, 2, 2]"
	lb server set tcp "$s" "$rs1" weight 1
	lb server drain tcp "$s" "$rs2"
	lb server drain tcp "$s" "$rs3"
	hold second 6 $vip 80
	is "$vip: wlc, drained servers get none" "$(held second)" "rs1=6"
	lb server set tcp "$s" "$rs2" weight 1
	lb server set tcp "$s" "$rs3" weight 1
	hold third 8 $vip 80
	is "$vip: wlc, the busy server gets none" "$(held third)" "rs2=4 rs3=4"
	is "$vip: the first connections go on" "$(use_held first)" \
		"alive 8 same 8"
	for name in first second third; do
		release $name
	done

	lb service del tcp "$s"
	service tcp "$s" "scheduler mh" "$rs1" "$rs2" "$rs3"
	servers_up
	before=$(ask tcp $vip 80 -n 40 --sport 20000 --ports)
	share=$(cut -d' ' -f2 <<<"$before" | tally)
	say "mh: $share"
	is "$vip: mh uses all servers" "$(wc -w <<<"$share")" 3
	is "$vip: mh answers every connection" \
		"$(grep -c ' rs[123]$' <<<"$before")" 40
	lb service del tcp "$s"
	service tcp "$s" "scheduler mh" "$rs3" "$rs1" "$rs2"
	servers_up
	is "$vip: mh does not depend on the order of servers" \
		"$(ask tcp $vip 80 -n 40 --sport 20000 --ports)" "$before"
	lb service set tcp "$s" hash source table-size 251
	is "$vip: mh by source address, one server" \
		"$(curl_vip 9 $vip | sort -u | wc -l)" 1
	lb service del tcp "$s"
done

finish
