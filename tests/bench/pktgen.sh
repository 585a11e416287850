# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# This generator against the kernel's own: above their floors, they should
# agree. pktgen shares its packets unless told otherwise, so writing to one at
# PRE_ROUTING takes a clone.
#
# A floor depends on how it drops: the rows drop-* show by how much.

. "${BASH_SOURCE[0]%/*}/lib.sh"

flows=4096
count=20000
new=4000

set_to() { # FILE WORDS
	echo "$2" >"/proc/net/pktgen/$1" || die "pktgen refuses: $2"
}

# Instructions a packet, by its clock, which includes the timer's interrupts.
pktgen() { # COLUMN OPTION...
	local column=$1 option before after wanted=$count usec
	shift

	[[ $expected != no ]] || wanted=0
	set_to kpktgend_0 rem_device_all
	set_to kpktgend_0 "add_device lan0"
	for option in "xmit_mode netif_receive" "count $count" "pkt_size 60" \
		      "delay 0" "dst ${VIP[udp4]}" "dst_mac 02:00:00:00:00:02" \
		      "src_min 198.18.0.0" "src_max 198.18.15.255" \
		      "udp_dst_min 80" "udp_dst_max 80" \
		      "udp_src_min 1024" "udp_src_max 1024" \
		      "flows $flows" "flowlen 1" "$@"; do
		set_to lan0 "$option"
	done
	before=$(transmitted lan0)
	set_to pgctrl start
	after=$(transmitted lan0)
	[[ $((after - before)) -eq $wanted ]] ||
		die "$row: of $count packets $((after - before)) were sent on"
	usec=$(sed -n 's/.*OK: \([0-9]*\)(.*/\1/p' /proc/net/pktgen/lan0)
	[[ $usec ]] || die "pktgen: $(tail -n 2 /proc/net/pktgen/lan0)"
	figure pktgen "$row" "$column" "$(ratio $((usec * 1000)) "$count")"
}

# Sends once to make the connections. Each generator has new flows of its own,
# for which the table need not grow: with 65,536 buckets it has room.
measure() {
	progress "$row"
	send udp4 0 0 $flows $flows
	send udp4 0 0 $flows $count
	figure pktgen "$row" "drlb-gen" "$cost"
	pktgen "pktgen !SHARED" "flag !SHARED"
	pktgen "pktgen !SHARED" "flag !SHARED"
	pktgen "pktgen" "flag SHARED"
	send udp4 0 50000 22000 22000
	sleep 2
	send udp4 0 100000 $new $new
	figure pktgen "$row" "new, drlb-gen" "$cost"
	count=$new pktgen "new, pktgen !SHARED" "flag !SHARED" \
		"src_min 198.18.64.0" "src_max 198.18.159.255"
}

# All packets must be dropped.
measure_drop() { # ROW
	row=$1 expected=no
	measure
	expected=
}

tc_drop() { # ROW FILTER...
	tc qdisc add dev lan0 clsact
	tc filter add dev lan0 ingress protocol ip "${@:2}" action drop
	measure_drop "$1"
	tc qdisc del dev lan0 clsact
}

host_up
counts_instructions
modprobe pktgen
row=floor
drop_all
measure
pktgen "pktgen, random source" "flag SHARED" "flag IPSRC_RND"
pktgen "pktgen, no timestamp" "flag SHARED" "flag NO_TIMESTAMP"
drop_none
nft -f - <<-END
	table netdev bench {
		chain ingress {
			type filter hook ingress device lan0 priority 0
			ip daddr ${VIP[udp4]} udp dport 80 drop
		}
	}
END
measure_drop drop-nft-rule
nft delete table netdev bench
tc_drop drop-tc-matchall matchall
tc_drop drop-tc-flower flower dst_ip "${VIP[udp4]}" ip_proto udp dst_port 80
row=nft-fwd
nft -f - <<-'END'
	table netdev bench {
		chain ingress {
			type filter hook ingress device lan0 priority 0
			fwd to lan0
		}
	}
END
measure
nft delete table netdev bench
for row in drlb-prerouting drlb-ingress; do
	drlb_load
	drlb_services | lbctl apply -
	[[ $row != *ingress ]] || lbctl device add lan0
	measure
	drlb_unload
done
row=ipvs-20
ipvs_load 20
measure
ipvs_unload
