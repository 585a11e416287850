# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# How long a packet waits while a million connections go: one frame each 200
# microseconds, of an established TCP connection to another service. The
# connections of a removed server stay until they expire, in drlb as in IPVS,
# since it may come back.

. "${BASH_SOURCE[0]%/*}/lib.sh"

count=1000000
flows=64

# The machine's clock counts its instructions, so idling costs no time here.
watch_for() { # COLUMN SECONDS
	local before after

	progress "$row, $1"
	before=$(transmitted lan0)
	gen mode=pause "$(words tcp4 $ACK)" first=0 flows=$flows \
		interval_us=200 ms=$(($2 * 1000))
	after=$(transmitted lan0)
	[[ $((after - before)) -eq ${result[sent]} &&
	   ${result[sent]} -ge $(($2 * 1000)) ]] ||
		die "$row: of ${result[sent]} packets in $2 s" \
		    "$((after - before)) were sent on"
	figure pause "$row" "$1" "$(ratio "${result[late_ns]}" 1000)"
	progress "$row, $1: $(ratio "${result[late_ns]}" 1000) us," \
		"$(ratio "${result[late_at]}" 1000000) ms after the start"
}

# Fills services of both kinds, the one for UDP with the one server 10.0.0.11.
establish() {
	send tcp4 $SYN 0 $flows $flows
	send tcp4 $ACK 0 $flows $flows
	send tcp4 $ACK 0 $flows $flows
}

drlb_up() { # UDP-TIMEOUT
	drlb_load
	{
		drlb_limits
		drlb_udp "$1"
		echo "device lan0"
		echo "service tcp ${VIP[tcp4]}:80"
		echo "server $(server tcp4 1)"
		echo "service udp ${VIP[udp4]}:80"
		echo "server $(server udp4 1)"
	} | lbctl apply -
	establish
	send udp4 0 0 $count $count
}

ipvs_up() { # UDP-TIMEOUT
	modprobe ip_vs conn_tab_bits=20
	modprobe ip_vs_wlc
	ipvsadm --set 604800 604800 "$1"
	ipvsadm -A -t "${VIP[tcp4]}:80" -s wlc
	ipvsadm -a -t "${VIP[tcp4]}:80" -r "$(server tcp4 1)" -g
	ipvsadm -A -u "${VIP[udp4]}:80" -s wlc
	ipvsadm -a -u "${VIP[udp4]}:80" -r "$(server udp4 1)" -g
	establish
	send udp4 0 0 $count $count
}

connections() {
	case $row in
	drlb)	lbctl connection count udp ;;
	ipvs)	ipvs_connections UDP ;;
	esac
}

remove() {
	case $row in
	drlb)	lbctl server add udp "${VIP[udp4]}:80" "$(server udp4 2)"
		lbctl server del udp "${VIP[udp4]}:80" "$(server udp4 1)" ;;
	ipvs)	ipvsadm -a -u "${VIP[udp4]}:80" -r "$(server udp4 2)" -g
		ipvsadm -d -u "${VIP[udp4]}:80" -r "$(server udp4 1)" ;;
	esac
}

host_up
counts_instructions
for row in drlb ipvs; do
	"${row}_up" 86400
	# This also reads the command from the disk, while there is time.
	[[ $(connections) -eq $count ]] || die "$row: $(connections) connections"
	watch_for "nothing" 3
	# The removal happens while packets come, as soon as they do.
	{ sleep 1; remove; : >"$RESULTS/removed"; } &
	watch_for "server removed" 60
	wait $!
	[[ -e $RESULTS/removed ]] || die "$row: the server was not removed"
	rm "$RESULTS/removed"
	"${row}_unload"

	"${row}_up" 30
	[[ $(connections) -eq $count ]] || die "$row: $(connections) connections"
	watch_for "all expire" 60
	[[ $(connections) -eq 0 ]] ||
		die "$row: $(connections) connections have not expired"
	"${row}_unload"
done
