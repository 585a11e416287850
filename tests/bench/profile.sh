# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The instructions of a packet, function by function: one packet is stepped
# through. They are those from netif_receive_skb() on, without the generator.

. "${BASH_SOURCE[0]%/*}/lib.sh"

flows=1000

profile() { # NAME KIND FLAGS FIRST [FLOWS]
	local count function

	gen mode=trace "$(words "$2" "$3")" "first=$4" "flows=${5:-$flows}" \
		"count=$flows"
	awk '$1 == "in" { count[$2]++ }
	     END { for (f in count) print count[f], f }' /proc/drlb-gen |
		sort -rn >"$RESULTS/profile"
	[[ -s $RESULTS/profile ]] || die "$1: no instruction was seen"
	figure profile total "$1" \
		"$(awk '{ sum += $1 } END { print sum }' "$RESULTS/profile")"
	while read -r count function; do
		figure profile "$function" "$1" "$count"
	done <"$RESULTS/profile"
}

host_up
counts_instructions
row=drop
drop_all
profile "drop" udp4 0 0
drop_none
row=drlb
drlb_load
drlb_services | lbctl apply -
send tcp4 $SYN 0 $flows $flows
send tcp4 $ACK 0 $flows $flows
send tcp4 $ACK 0 $flows $flows
profile "PRE_ROUTING tcp4" tcp4 $ACK 0
lbctl device add lan0
profile "ingress tcp4" tcp4 $ACK 0
send udp4 0 0 $flows $flows
profile "ingress udp4" udp4 0 0
send udp6 0 0 $flows $flows
profile "ingress udp6" udp6 0 0
# There is one flow more than those that are sent before the stepping.
profile "ingress udp4 new" udp4 0 100000 $((flows + 1))
drlb_unload
many_up 1000
for count in 4 1000; do
	for scheduler in wlc mh; do
		drlb_load
		drlb_many $scheduler $count | lbctl apply -
		send udp4 0 0 $((4 * flows)) $((4 * flows))
		sleep 2
		profile "new, $scheduler, $count servers" udp4 0 100000 $((flows + 1))
		drlb_unload
	done
done
