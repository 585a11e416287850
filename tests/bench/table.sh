# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The main table: the cost of a packet, next to other ways of forwarding it.

. "${BASH_SOURCE[0]%/*}/lib.sh"

rows=(floor nft-fwd nft-hash tc-pedit forward ipvs ipvs-20 drlb-prerouting
      drlb-ingress)
few=4096
many=100000
sample=20000

match() { # KIND: for nft
	local ip=ip

	[[ $1 == *4 ]] || ip=ip6
	echo "$ip daddr ${VIP[$1]} ${1%?} dport 80"
}

nft_hash() { # KIND
	local ip=ip

	[[ $1 == *4 ]] || ip=ip6
	nft -f - <<-END
		table netdev bench {
			chain ingress {
				type filter hook ingress device lan0 priority 0
				$(match "$1") ether daddr set jhash $ip saddr . ${1%?} sport mod 4 map { 0: $(server_mac 17), 1: $(server_mac 18), 2: $(server_mac 19), 3: $(server_mac 20) } fwd to lan0
			}
		}
	END
}

tc_pedit() { # KIND
	local protocol=ip

	[[ $1 == *4 ]] || protocol=ipv6
	tc qdisc add dev lan0 clsact
	tc filter add dev lan0 ingress protocol $protocol flower \
		dst_ip "${VIP[$1]}" ip_proto "${1%?}" dst_port 80 \
		action pedit ex munge eth dst set "$(server_mac 17)" pipe \
		action mirred egress redirect dev lan0
}

ingress_chain() { # POLICY [RULE]
	nft -f - <<-END
		table netdev bench {
			chain ingress {
				type filter hook ingress device lan0 priority 0
				policy $1
				${2-}
			}
		}
	END
}

row_up() { # KIND
	target=VIP egress=lan0 expected=
	case $row in
	floor)		expected=no
			ingress_chain drop ;;
	nft-fwd)	ingress_chain accept "fwd to lan0" ;;
	nft-hash)	nft_hash "$1" ;;
	tc-pedit)	tc_pedit "$1" ;;
	forward)	target=FAR egress=lan1 ;;
	ipvs)		ipvs_load 12 ;;
	ipvs-20)	ipvs_load 20 ;;
	drlb-*)		drlb_load
			drlb_services | lbctl apply -
			[[ $row != *ingress ]] || lbctl device add lan0 ;;
	esac
}

row_down() {
	case $row in
	floor|nft-*)	nft delete table netdev bench ;;
	tc-pedit)	tc qdisc del dev lan0 clsact ;;
	ipvs*)		ipvs_unload ;;
	drlb-*)		drlb_unload ;;
	esac
}

# True if a first packet costs more than the next ones.
has_state() {
	[[ $row == @(ipvs|drlb)* || ($row == forward && $ct == active) ]]
}

put() { # COLUMN: the last cost
	figure table "$row" "$1 $ct" "$cost"
}

# Measures after the handshake's ACK and the packet that proves its client.
established() { # KIND FLAGS FLOWS
	send "$1" "$2" 0 "$3" $sample
	send "$1" "$2" 0 "$3" $sample
	send "$1" "$2" 0 "$3" $sample
	put "$1 $3"
}

measure() { # KIND
	local new=0 later=0

	[[ $1 != tcp* ]] || new=$SYN later=$ACK
	sent=0
	if ! has_state; then
		established "$1" $later $few
		established "$1" $later $many
		send "$1" $new $many $sample $sample
		put "$1 new"
		return
	fi
	send "$1" $new 0 $few $few
	established "$1" $later $few
	send "$1" $new $few $((many - few)) $((many - few))
	put "$1 new"
	established "$1" $later $many
	[[ $row != drlb* ]] || drlb_check "$sent" $many
}

host_up
counts_instructions
for row in "${rows[@]}"; do
	for ct in idle active; do
		# Neither should reach conntrack, which this shows.
		for kind in "${kinds[@]}"; do
			progress "$row, conntrack $ct, $kind"
			row_up "$kind"
			[[ $ct == idle ]] || conntrack_active
			measure "$kind"
			[[ $ct == idle ]] || conntrack_idle
			row_down
		done
	done
done
