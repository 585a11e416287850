#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The VIP is an internal address; the router translates one public address to
# it, one to one, and back.
#
#     client                   router                      director rs1 rs2 rs3
#       |    198.51.100.100 <=========> 10.0.0.100            |     |   |   |
#       +--- 2001:db8:c::100 <=======> 2001:db8::100 ---LAN---+-----+---+---+
#
# doors: both
# timeout: 150
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

PUBLIC=198.51.100.100 PUBLIC6=2001:db8:c::100

topology routed
director_devices eth0
vip_on_director $VIP $VIP6
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done

ip -n router address add $PUBLIC/32 dev wan0
ip -n router address add $PUBLIC6/128 dev wan0 nodad
in_ns router nft -f - <<END
table inet static_nat {
	chain in {
		type nat hook prerouting priority dstnat
		ip daddr $PUBLIC dnat ip to $VIP
		ip6 daddr $PUBLIC6 dnat ip6 to $VIP6
	}
	chain out {
		type nat hook postrouting priority srcnat
		oif wan0 ip saddr $VIP snat ip to $PUBLIC
		oif wan0 ip6 saddr $VIP6 snat ip6 to $PUBLIC6
	}
}
END

for pair in $PUBLIC,$VIP $PUBLIC6,$VIP6; do
	public=${pair%,*} vip=${pair#*,}
	s=$(at "$vip" 80)
	service tcp "$s" "scheduler rr" "$(of "$vip" 11)" "$(of "$vip" 12)" \
		"$(of "$vip" 13)"
	check "$vip: the servers are up" servers_up

	capture client client eth0 "tcp port 80"
	capture router router eth0 "tcp port 80"
	is "$public reaches all servers" "$(get_vip 12 "$public" | tally)" \
		"rs1=4 rs2=4 rs3=4"
	client=$(captured client) router=$(captured router)
	between "the client hears the public address" \
		"$(grep -c " src=$public " <<<"$client")" 36 200
	is "and only that" "$(grep -vc -e " src=$public " -e " dst=$public " \
		<<<"$client" || true)" 0
	between "the router asks the director for $vip" \
		"$(grep -c "dmac=$MAC_director .* dst=$vip " <<<"$router")" 48 200
	for n in 1 2 3; do
		mac=MAC_rs$n
		between "and hears rs$n itself" \
			"$(grep -c "smac=${!mac} .* src=$vip " <<<"$router")" 12 200
	done
	is "never the director" \
		"$(grep -c "smac=$MAC_director" <<<"$router" || true)" 0

	dd if=/dev/urandom of="$TMPDIR/blob" bs=1M count=4 status=none
	for n in 1 2 3; do
		cp "$TMPDIR/blob" "$TMPDIR/www-rs$n/files/blob"
	done
	in_ns client curl -sS -g --max-time $((60 * SLOW)) -o "$TMPDIR/got" \
		"http://$(at "$public" 80)/files/blob"
	check "$public: a download arrives whole" \
		cmp "$TMPDIR/got" "$TMPDIR/blob"
done
is "the servers see the clients' own addresses" \
	"$(cat "$TMPDIR"/www-rs?/access.log | cut -d' ' -f1 | sort -u | paste -sd' ')" \
	"198.51.100.3 2001:db8:c::3"

finish
