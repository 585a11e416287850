# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The short form: drlb alone, at both doors.

. "${BASH_SOURCE[0]%/*}/lib.sh"

flows=2000

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
	sent=0
	for kind in "${kinds[@]}"; do
		new=0 later=0
		[[ $kind != tcp* ]] || new=$SYN later=$ACK
		send "$kind" $new 0 $flows $flows
		put "$kind" new
		send "$kind" $later 0 $flows $flows
		send "$kind" $later 0 $flows $flows
		put "$kind" established
	done
	drlb_check "$sent" $((flows * ${#kinds[@]}))
	drlb_unload
done
