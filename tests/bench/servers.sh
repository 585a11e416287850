# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cost of a new flow by the number of servers, for each scheduler.

. "${BASH_SOURCE[0]%/*}/lib.sh"

# The growth of the table, whose time varies, is not part of it: with 8,192
# buckets there is room for these.
flows=5000
more=1000
counts=(1 4 10 100 1000)

floor() {
	local count

	row=floor
	drop_all
	send udp4 0 0 $flows $flows
	for count in "${counts[@]}"; do
		figure servers floor "$count" "$cost"
	done
	drop_none
}

host_up
counts_instructions
many_up 1000
floor

for scheduler in rr wrr lc wlc sed nq fo ovf twos sh dh mh; do
	row=$scheduler
	for count in "${counts[@]}"; do
		progress "$scheduler, $count servers"
		drlb_load
		drlb_many $scheduler "$count" | lbctl apply - 2>"$RESULTS/apply.log" ||
			die "$(tail -n 5 "$RESULTS/apply.log")"
		sent=0
		send udp4 0 0 $flows $flows
		sleep 2
		send udp4 0 $flows $more $more
		figure servers "$row" "$count" "$cost"
		drlb_check "$sent" $((flows + more))
		drlb_unload
	done
done

row=ipvs-wlc
modprobe -a ip_vs ip_vs_wlc
for count in "${counts[@]}"; do
	progress "IPVS wlc, $count servers"
	{
		echo "-A -u ${VIP[udp4]}:80 -s wlc"
		for ((i = 1; i <= count; i++)); do
			echo "-a -u ${VIP[udp4]}:80 -r $(many $i):80 -g -w $((1 + i % 3))"
		done
	} | ipvsadm -R
	send udp4 0 0 $flows $flows
	send udp4 0 $flows $more $more
	figure servers "$row" "$count" "$cost"
	ipvs_unload
	modprobe -a ip_vs ip_vs_wlc
done
ipvs_unload
