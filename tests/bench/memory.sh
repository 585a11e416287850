# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The memory of a connection: a million of them, according to the kernel.

. "${BASH_SOURCE[0]%/*}/lib.sh"

count=1000000

# Prints slabs and large kmallocs; vmalloc; and, less exactly, all used memory.
books() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 == "Slab:" || $1 == "VmallocUsed:" || $1 == "Percpu:" { used += $2 }
	     $1 == "MemFree:" { free = $2 }
	     END { printf "%.0f %.0f\n", used * 1024, free * 1024 }' /proc/meminfo
}

# Waits until the figures are the same twice: memory that is freed late, as an
# old table's, has been freed then.
at_rest() {
	local last=0 now tries

	now=$(books)
	for ((tries = 0; tries < 30; tries++)); do
		((${now% *} / 65536 != ${last% *} / 65536)) || break
		sleep 2
		last=$now
		now=$(books)
	done
	echo "$now"
}

fill() { # KIND
	local before after used free

	progress "$row, $1"
	before=$(at_rest)
	send "$1" 0 0 $count $count
	after=$(at_rest)
	used=$((${after% *} - ${before% *}))
	free=$((${before#* } - ${after#* }))
	figure memory "$row" "$1" "$(ratio $used $count)"
	figure memory "$row" "$1, by free memory" "$(ratio $free $count)"
}

host_up
for kind in udp4 udp6; do
	row=drlb
	drlb_load
	{ drlb_services; echo "device lan0"; } |
		lbctl apply -
	sent=0
	fill $kind
	drlb_check "$sent" $count
	drlb_unload

	# A table with chains of 250 would take no less memory, only longer.
	row=ipvs-20
	ipvs_load 20
	fill $kind
	[[ $(ipvs_connections UDP) -eq $count ]] ||
		die "IPVS has not as many connections"
	ipvs_unload
done
