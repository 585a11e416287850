# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cost of a packet by the number of connections.

. "${BASH_SOURCE[0]%/*}/lib.sh"

counts=(1000 10000 100000 1000000 10000000)
sample=20000

floor() {
	local count

	row=floor
	drop_all
	send udp4 0 0 $sample $sample
	for count in "${counts[@]}"; do
		figure connections floor "$count" "$cost"
	done
	drop_none
}

# Each number adds to the last one, as far as there is memory: a connection
# needs less than 128 bytes.
host_up
counts_instructions
floor
drlb_load
{ drlb_services; echo "device lan0"; } | lbctl apply -
have=0
sent=0
for count in "${counts[@]}"; do
	progress "$count connections"
	free=$(awk '$1 == "MemAvailable:" { printf "%.0f", $2 * 1024 }' /proc/meminfo)
	((free > (count - have) * 128)) ||
		die "no memory for $count connections"
	row=new
	send udp4 0 "$have" $((count - have)) $((count - have))
	figure connections new "$count" "$cost"
	# Waits until the table has grown: meanwhile there are two to look into.
	sleep 10
	row=established
	send udp4 0 0 "$count" $sample
	send udp4 0 0 "$count" $sample
	figure connections established "$count" "$cost"
	have=$count
	drlb_check "$sent" "$have"
done
drlb_unload
