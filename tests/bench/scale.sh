# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Two processors against one, in time: the same packets, with flows of its own
# for each processor. The floor's ratio is the best that the host allows.

. "${BASH_SOURCE[0]%/*}/lib.sh"

flows=4096
count=100000
rounds=7

# Prints packets a microsecond, of all processors together.
rate() { # CPUS
	local before after

	before=$(transmitted lan0)
	gen mode=rate "$(words udp4 0)" first=0 flows=$flows "cpus=$1" \
		count=$count
	after=$(transmitted lan0)
	[[ $expected == no || $((after - before)) -eq $((count * $1)) ]] ||
		die "$row: $((after - before)) of $((count * $1)) were sent on"
	awk '$1 == "sent" { sent = $2 }
	     $1 == "ns" { rate += 1000 * sent / $2 }
	     END { printf "%.4f\n", rate }' /proc/drlb-gen
}

# The best of several turns counts, since others use this host as well.
measure() {
	local n one two

	progress "$row"
	gen mode=rate "$(words udp4 0)" first=0 flows=$flows cpus=1 count=$flows
	for ((n = 0; n < rounds; n++)); do
		one=$(rate 1)
		two=$(rate 2)
		echo "$one $two"
	done >"$RESULTS/$row.rates"
	awk '$1 > one { one = $1 }
	     $2 > two { two = $2 }
	     END { print one, two, two / one }' "$RESULTS/$row.rates" |
	while read -r one two times; do
		figure scale "$row" "packets/us, one" "$one"
		figure scale "$row" "packets/us, two" "$two"
		figure scale "$row" "ratio" "$times"
	done
}

[[ $(nproc) -ge 2 ]] || die "one processor only"
host_up
row=drop
drop_all
measure
drop_none
for row in drlb-ingress drlb-prerouting; do
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
