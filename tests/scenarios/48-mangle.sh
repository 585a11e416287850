#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Behind mangle, by hook_priority: rules there that mark, clamp the segment size
# or count see the packets of connections, and conntrack knows them.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: prerouting
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

rmmod drlb
refute "the hook is not behind destination NAT" \
	insmod "$MODULE" hook_priority=-100
check "it may be behind mangle" insmod "$MODULE" hook_priority=-101
is "which is shown" "$(lb config show | grep -c "hook_priority.*-101")" 1

seen() { # packets that the rule with a counter has seen
	in_ns director nft -j list table inet mangle |
		grep -o '"packets": [0-9]*' | cut -d' ' -f2
}

for vip in $VIP $VIP6; do
	ip=ip s="fwmark 5"
	[[ $vip != *:* ]] || ip=ip6 s="fwmark 5 inet6"
	in_ns director nft -f - <<-END
		table inet mangle {
			chain mangle {
				type filter hook prerouting priority mangle;
				$ip daddr $vip counter
				$ip daddr $vip tcp flags syn tcp option maxseg size set 1000
				$ip daddr $vip tcp dport 80 meta mark set 5
			}
		}
	END
	lb service add $s scheduler rr
	for n in 11 12 13; do
		lb server add $s "$(of $vip $n)"
	done
	lb service add tcp "$(at $vip 80)"
	lb server add tcp "$(at $vip 80)" "$(of $vip 11)"
	check "$vip: the servers are up" servers_up

	capture syns rs2 eth0 "dst host $vip and tcp[tcpflags] & tcp-syn != 0 or
		(ip6 and dst host $vip and ip6[6] = 6 and ip6[53] & 2 != 0)"
	is "$vip: the mark goes before the address" "$(get_vip 6 $vip | tally)" \
		"rs1=2 rs2=2 rs3=2"
	is "$vip: the segment size is clamped" \
		"$(captured syns >/dev/null; tcpdump -nr "$TMPDIR/syns.pcap" \
		2>/dev/null | grep -o "mss [0-9]*" | sort -u)" "mss 1000"

	hold some 3 $vip 80
	before=$(seen)
	use_held some >/dev/null
	between "$vip: packets of known connections are seen, too" \
		$(($(seen) - before)) 6 60
	is "$vip: and conntrack" "$(use_held some)" "alive 3 same 3"
	release some
	in_ns director nft delete table inet mangle
	lb service flush
done

finish
