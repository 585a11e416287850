# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# How the time of an established flow's packet is spent with few flows, and with
# more than the cache holds: User-mode Linux is sampled while it sends. This
# includes the shares of the generator and of the host.

. "${BASH_SOURCE[0]%/*}/lib.sh"

profile() { # FLOWS
	local name=$row-$1 sent=0 STEP share where i

	touch "$RESULTS/$name.sample"
	for ((i = 0; ; i++)); do
		[[ ! -e $RESULTS/$name.ips ]] || break
		[[ $i -lt 1000 ]] || die "$name: nobody takes samples"
		STEP=${steps[i % ${#steps[@]}]}
		send udp4 0 0 "$1" 2000000
	done
	"${BASH_SOURCE[0]%/*}/uml/functions" /proc/kallsyms "$RESULTS/$name.ips" \
		>"$RESULTS/$name"
	while read -r share where; do
		figure native-profile "$where" "$row, $1 flows" "$share"
	done <"$RESULTS/$name"
}

few_and_many() {
	progress "$row"
	send udp4 0 0 4096 4096
	profile 4096
	send udp4 0 4096 995904 995904
	# A growing table moves its entries meanwhile.
	sleep 2
	profile 1000000
}

host_up
row=drlb
drlb_load
drlb_services | lbctl apply -
lbctl device add lan0
few_and_many
drlb_unload
row=ipvs
ipvs_load 20
few_and_many
ipvs_unload
