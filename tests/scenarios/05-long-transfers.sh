#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Long downloads and uploads while servers are added, re-weighted and drained.
# GRO is on, so frames larger than the MTU arrive.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
# timeout: 300
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

three_servers
dd if=/dev/urandom of="$TMPDIR/blob" bs=1M count=24 status=none
for n in 1 2 3; do
	serve_http rs$n
	ln "$TMPDIR/blob" "$TMPDIR/www-rs$n/files/blob"
done
for ns in client director rs1 rs2 rs3; do
	in_ns $ns ethtool -K eth0 gro on tso on
done

# The transfers last until hurry(), however slow or fast the machine is.
start_download() { # URL
	# shellcheck disable=SC2016 # for the other shell
	spawn client "$TMPDIR/down.err" bash -c 'set -o pipefail; cd "$0" &&
		curl -sS -g --max-time $((400 * SLOW)) "$1" |
			"$2/trickle" hurry >down
		echo $? >down.status' "$TMPDIR" "$1" "$TOOLS"
}

start_upload() { # URL
	# shellcheck disable=SC2016 # for the other shell
	spawn client "$TMPDIR/up.err" bash -c 'cd "$0" &&
		"$2/trickle" hurry <blob |
			curl -sS -g --max-time $((400 * SLOW)) -T - "$1"
		echo $? >up.status' "$TMPDIR" "$1" "$TOOLS"
}

hurry() { touch "$TMPDIR/hurry"; }

ended() { # NAME
	wait_for 200 test -s "$TMPDIR/$1.status" &&
		grep -qx 0 "$TMPDIR/$1.status"
}

both_under_way() { [[ ! -e $TMPDIR/down.status && ! -e $TMPDIR/up.status ]]; }

established() { # VIP: "client-port server" of each
	connections "'; '.join(sorted(f\"{c['client_port']} {c['server']}\"
		for c in connections if c['vip'] == '$1'
		and c['state'] == 'ESTABLISHED'))"
}

two_established() { [[ $(established "$1") == *";"* ]]; }

for vip in $VIP $VIP6; do
	s=$(at $vip 80)
	rs1=$(of $vip 11) rs2=$(of $vip 12) rs3=$(of $vip 13)
	rm -f "$TMPDIR"/www-rs?/files/up
	service tcp "$s" "scheduler wrr" "$rs1" "$rs2"
	check "$vip: the servers are up" servers_up

	# A burst first: super-frames arrive and leave, and nothing is too big.
	# On slow machines TCP builds them of two segments.
	for n in 1 2; do
		capture big$n rs$n eth0 "dst host $vip and greater 1600"
	done
	for n in 1 2; do
		check "$vip: an upload at full speed" in_ns client curl -sS -g \
			--max-time $((100 * SLOW)) -T "$TMPDIR/blob" "http://$s/files/burst$n"
	done
	for n in 1 2; do
		check "$vip: one of them arrives whole at rs$n" \
			cmp "$TMPDIR/blob" "$(ls "$TMPDIR/www-rs$n"/files/burst?)"
		between "$vip: rs$n got super-frames from the director" \
			"$(captured big$n | grep -c "smac=$MAC_director")" 1 100000
		rm "$TMPDIR/www-rs$n"/files/burst?
	done
	between "$vip: bytes on the wire were counted" \
		"$(services "svc('$vip', 80)['bytes']")" \
		$((2 * 24 * 1048576)) $((2 * 26 * 1048576))
	between "$vip: packets as the wire would have them" \
		"$(services "svc('$vip', 80)['packets']")" \
		$((2 * 24 * 1048576 / 1460)) $((2 * 24 * 1048576 / 500))

	rm -f "$TMPDIR"/{hurry,down,down.status,up.status}
	start_download "http://$s/files/blob"
	wait_for 30 test -s "$TMPDIR/down"
	start_upload "http://$s/files/up"
	check "$vip: a download and an upload are under way" \
		wait_for 30 two_established $vip
	before=$(established $vip)
	say "$before"

	lb server add tcp "$s" "$rs3"
	servers_up
	lb server set tcp "$s" "$rs1" weight 1
	lb server set tcp "$s" "$rs2" weight 2
	lb server set tcp "$s" "$rs3" weight 3
	is "$vip: new weights hold for new connections" \
		"$(get_vip 6 $vip | tally)" "rs1=1 rs2=2 rs3=3"
	is "$vip: the old ones stay" "$(established $vip)" "$before"
	lb server drain tcp "$s" "$rs1"
	lb server drain tcp "$s" "$rs2"
	is "$vip: drained servers get no new connections" \
		"$(get_vip 6 $vip | tally)" "rs3=6"
	is "$vip: and keep those they have" "$(established $vip)" "$before"
	is "$vip: shown as active ones" "$(services "[r['active'] for r in \
		svc('$vip', 80)['servers'] if r['weight'] == 0]")" "[1, 1]"
	check "$vip: both transfers are still under way" \
		both_under_way
	hurry

	check "$vip: the download ends well" ended down
	check "$vip: the upload ends well" ended up
	check "$vip: the download is whole" cmp "$TMPDIR/blob" "$TMPDIR/down"
	check "$vip: the upload is whole" \
		cmp "$TMPDIR/blob" "$(ls "$TMPDIR"/www-rs?/files/up)"
	lb service del tcp "$s"
done
is "nothing was too big for the director" "$(counter too_big)" 0

finish
