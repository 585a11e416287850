# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The short form: drlb alone, at both doors.

. "${BASH_SOURCE[0]%/*}/lib.sh"

flows=2400
more=640

floor() { # KIND
	row=floor
	drop_all
	send "$1" $ACK 0 $flows $flows
	base[$1]=$cost
	drop_none
}

put() { # KIND COLUMN
	figure quick "$row" "$1 $2" \
		"$(awk -v a="$cost" -v b="${base[$1]}" 'BEGIN { printf "%.1f", a - b }')"
}

flags() { # KIND
	new=0 later=0
	[[ $1 != tcp* ]] || new=$SYN later=$ACK
}

# Sends each kind's first packets, which make entries, and then those that are
# measured: new flows, and packets of known ones.
measure() {
	local kind

	sent=0
	# New flows are measured without the growth of the table, whose time
	# varies: with 9,600 entries it has room for these.
	for kind in "${kinds[@]}"; do
		flags "$kind"
		send "$kind" $new 0 $flows $flows
	done
	sleep 2
	for kind in "${kinds[@]}"; do
		flags "$kind"
		send "$kind" $new $flows $more $more
		put "$kind" new
		# These are the handshake's ACK, and the packet that proves its
		# client.
		send "$kind" $later 0 $flows $flows
		send "$kind" $later 0 $flows $flows
		send "$kind" $later 0 $flows $flows
		put "$kind" established
	done
	drlb_check "$sent" $(((flows + more) * ${#kinds[@]}))
}

# The same services, but persistent. Each flow is of a client of its own.
persistent() {
	drlb_services | sed '/^service/ s/$/ persistent 604800/'
	echo "config persistent_unproven_max 20000000"
}

# One service a family for a mark, which a rule sets on all packets.
marked() {
	local kind family n

	drlb_limits
	drlb_udp 604800
	for kind in udp4 udp6; do
		family=inet
		[[ $kind == *4 ]] || family=inet6
		echo "service fwmark 5 $family scheduler wlc"
		for n in 1 2 3 4; do
			echo "    server $(server $kind $n)"
		done
	done
}

declare -A base=()

host_up
counts_instructions
for kind in "${kinds[@]}"; do
	floor "$kind"
done
for row in drlb-prerouting drlb-ingress; do
	progress "$row"
	drlb_load
	drlb_services | lbctl apply -
	[[ $row != *ingress ]] || lbctl device add lan0
	measure
	# The cost of a flood when there may be no more entries.
	lbctl config set conn_max 1
	for kind in "${kinds[@]}"; do
		flags "$kind"
		send "$kind" $new $((flows + more)) $more $more
		put "$kind" hashed
	done
	drlb_unload
done

row=drlb-persistent
progress $row
drlb_load
persistent | lbctl apply -
lbctl device add lan0
measure
drlb_unload

row=drlb-fwmark
progress $row
drlb_load
marked | lbctl apply -
nft -f - <<-'END'
	table inet bench {
		chain marks {
			type filter hook prerouting priority raw;
			meta mark set 5
		}
	}
END
measure
nft delete table inet bench
drlb_unload
