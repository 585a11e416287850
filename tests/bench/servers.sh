# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What a new flow costs by the number of servers, for each scheduler.

. "${BASH_SOURCE[0]%/*}/lib.sh"

flows=5000
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

address() { # NUMBER
	echo "10.16.$(($1 >> 8)).$(($1 & 255))"
}

# Weights differ, or wrr would be no more than rr.
config() { # SCHEDULER COUNT
	local i

	drlb_limits
	echo "device lan0"
	echo "service udp ${VIP[udp4]}:80 scheduler $1"
	for ((i = 1; i <= $2; i++)); do
		echo "server $(address $i) weight $((1 + i % 3))"
	done
}

host_up
counts_instructions
ip address add 10.16.255.254/16 dev lan0
for ((i = 1; i <= 1000; i++)); do
	neighbour lan0 "$(address $i)" "$(server_mac $((0x1000 + i)))"
done | ip -batch -
floor

for scheduler in rr wrr wlc mh; do
	row=$scheduler
	for count in "${counts[@]}"; do
		progress "$scheduler, $count servers"
		drlb_load
		config $scheduler "$count" | lbctl apply - 2>"$RESULTS/apply.log" ||
			die "$(tail -n 5 "$RESULTS/apply.log")"
		sent=0
		send udp4 0 0 $flows $flows
		figure servers "$row" "$count" "$cost"
		drlb_check "$sent" $flows
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
			echo "-a -u ${VIP[udp4]}:80 -r $(address $i):80 -g -w $((1 + i % 3))"
		done
	} | ipvsadm -R
	send udp4 0 0 $flows $flows
	figure servers "$row" "$count" "$cost"
	ipvs_unload
	modprobe -a ip_vs ip_vs_wlc
done
ipvs_unload
