# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cost of a packet by the number of services. It is for the last one.

. "${BASH_SOURCE[0]%/*}/lib.sh"

# The growth of the table, whose time varies, is not part of it: with 8,192
# buckets there is room for these.
flows=5000
more=1000

floor() {
	local kind n

	row=floor
	drop_all
	for kind in udp4 udp6; do
		send $kind 0 0 $flows $flows
		for n in new established; do
			figure services floor "$kind $n" "$cost"
		done
	done
	drop_none
}

# Each service has one server, since only the search for the service counts.
config() { # COUNT
	local kind vip server i

	drlb_limits
	echo "device lan0"
	for kind in udp4 udp6; do
		vip=$(bracketed "${VIP[$kind]}")
		server=$(server $kind 1)
		for ((i = 0; i < $1; i++)); do
			echo "service udp $vip:$((10000 + i)) scheduler rr"
			echo "server $server"
		done
	done
}

host_up
counts_instructions
floor
for count in 1 10 100 1000 10000; do
	row=$count
	progress "$count services"
	drlb_load
	config $count | lbctl apply - 2>"$RESULTS/apply.log" ||
		die "$(tail -n 5 "$RESULTS/apply.log")"
	sent=0
	port=$((9999 + count))
	for kind in udp4 udp6; do
		send $kind 0 0 $flows $flows
		sleep 2
		send $kind 0 $flows $more $more
		figure services "$row" "$kind new" "$cost"
		send $kind 0 0 $flows $flows
		figure services "$row" "$kind established" "$cost"
	done
	drlb_check "$sent" $((2 * (flows + more)))
	drlb_unload
done
