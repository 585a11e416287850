#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The director is a bridge with a guest behind it, as with virtual machines and
# containers, and br_netfilter shows bridged frames to netfilter. The director
# balances only packets in frames for its own address: another director may have
# sent packets for the VIP to the guest.
#
#     client   director = br0 ----- guest     VIPs 10.0.0.100 and
#        |        |                            2001:db8::100
#        +--LAN---+---- rs1, rs2, rs3
#
# doors: both
#
# Addresses and names have no spaces.
# shellcheck disable=SC2086

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

GUEST=02:00:00:00:00:22

modprobe br_netfilter
topology flat
sysctls lan net.bridge.bridge-nf-call-{ip,ip6,arp}tables=0
namespace guest
in_ns director ip -batch - <<-END
	address flush dev eth0
	link add br0 type bridge mcast_snooping 0
	link set br0 address $MAC_director
	link set eth0 master br0
	link set br0 up
	address add 10.0.0.2/24 dev br0
	address add 2001:db8::2/64 dev br0 nodad
	address add $VIP/32 dev br0
	address add $VIP6/128 dev br0 nodad
	link add guest0 type veth peer name eth0 address $GUEST netns guest
	link set guest0 master br0 up
END
ip -n guest link set eth0 up
director_devices br0
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done
for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler rr" "$(of $vip 11)" \
		"$(of $vip 12)" "$(of $vip 13)"
done
check "the servers are up" servers_up

for shown in 0 1; do
	sysctls director net.bridge.bridge-nf-call-{ip,ip6}tables=$shown
	for vip in $VIP $VIP6; do
		what="$vip, bridge-nf-call $shown"
		is "$what: all servers serve" "$(get_vip 9 $vip | tally)" \
			"rs1=3 rs2=3 rs3=3"
		lb connection del all >/dev/null
		lb stats zero
		capture guest guest eth0 "tcp and dst host $vip"
		in_ns client "$TOOLS/syn-flood" eth0 $GUEST $vip 80 10 >/dev/null
		is "$what: what is for the guest gets there" \
			"$(captured guest | grep -c "dmac=$GUEST " || true)" 10
		is "$what: and to no server" \
			"$(services "sum(s['packets'] for s in services)")" 0
		is "$what: nor is there an entry" "$(lb connection count)" 0
	done
done

finish
