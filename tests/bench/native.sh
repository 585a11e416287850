# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Nanoseconds of an established flow's packet, in User-mode Linux: unlike counts
# of instructions, they include cache misses.
#
# Others share the machine underneath, so there are many short samples, each
# with one of the floor next to it, in several rounds, and the median counts:
# the least would be that of a moment when nobody else used the cache, which not
# every row meets. All samples are in $RESULTS/samples: row, column,
# nanoseconds, packets.
#
# The floor is the generator's own hook at ingress, which drops. It also shows
# when the processor is slower than it can be, for seconds on end: by a half,
# when another thread is on the same core. Measurements at that time cannot be
# compared.

. "${BASH_SOURCE[0]%/*}/lib.sh"

rounds=2
# Seconds to wait for the processor, in total.
patience=600
visits=3
peers=(nft drlb ipvs-12 ipvs-20)
measured=(udp4 tcp4 udp6)
columns=(4096 100000 1000000)

rows_of() { # PEER
	case $1 in
	nft)	echo nft-fwd ;;
	drlb)	echo drlb-prerouting drlb-ingress ;;
	*)	echo "$1" ;;
	esac
}

peer_up() { # PEER
	case $1 in
	ipvs-*)	ipvs_load "${1#*-}"
		dmesg | grep 'IPVS: Connection hash table' | tail -n 1 |
			grep -q "size=$((1 << ${1#*-}))," ||
			die "IPVS has not 2^${1#*-} buckets" ;;
	drlb)	drlb_load
		drlb_services | lbctl apply - ;;
	nft)	nft -f - <<-'END' ;;
			table netdev bench {
				chain ingress {
					type filter hook ingress device lan0 priority 0
					fwd to lan0
				}
			}
		END
	esac
}

peer_down() { # PEER
	case $1 in
	ipvs-*)	ipvs_unload ;;
	drlb)	drlb_unload ;;
	nft)	nft delete table netdev bench ;;
	esac
}

row_up() {
	case $row in
	drlb-ingress)	lbctl device add lan0 ;;
	esac
}

row_down() {
	case $row in
	drlb-ingress)	lbctl device del lan0 ;;
	esac
}

# Chains of 250 take minutes to fill, so they are filled only once.
is_slow() { # PEER FLOWS
	[[ $1 == ipvs-12 && $2 -gt 100000 ]]
}

packets() { # FLOWS
	is_slow "$row" "$1" && echo 10000 || echo 200000
}

take() { # ROW COLUMN
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "${result[middle_ns]}" \
		"${result[middle_sent]}" >>"$RESULTS/samples"
}

declare -A fastest=()

# Repeats the sample of the floor until it is at most 20 % above the best one.
floor() { # KIND WORD...
	local now

	while true; do
		gen mode=cost "${@:2}" sink=2
		now=$((1000 * result[middle_ns] / result[middle_sent]))
		((now >= ${fastest[$1]:=$now})) || fastest[$1]=$now
		((5 * now > 6 * fastest[$1] && patience > 0)) || return 0
		patience=$((patience - 1))
		sleep 1
	done
}

# Like send(), but reads the device's counter only at the end of all samples:
# here a program takes longer to start than a sample.
visit() { # KIND FLAGS FLOWS
	local STEP before after count words

	row_up
	count=$(packets "$3")
	words="$(words "$1" "$2") flows=$3 count=$count"
	before=$(transmitted lan0)
	for STEP in "${steps[@]}"; do
		floor "$1" "$words"
		take floor "$1 $3"
		gen mode=cost "$words"
		take "$row" "$1 $3"
	done
	after=$(transmitted lan0)
	count=$((count * ${#steps[@]}))
	[[ $((after - before)) -eq $count ]] ||
		die "$row: of $count packets ($1, $3 flows) $((after - before))" \
		    "were sent on"
	sent=$((sent + count))
	row_down
}

# There are as many connections as that, and no more.
ipvs_check() { # PROTOCOL CONNECTIONS
	local found

	found=$(ipvs_connections "$1")
	[[ $found -eq $2 ]] || die "$row: IPVS has $found connections, not $2"
}

measure() { # PEER KIND
	local peer=$1 kind=$2 known=0 flows new=0 later=0 protocol i

	[[ $kind != tcp* ]] || new=$SYN later=$ACK
	read -ra rows < <(rows_of "$peer")
	sent=0
	for flows in "${columns[@]}"; do
		! is_slow "$peer" "$flows" || [[ $round$kind == 1udp4 ]] ||
			continue
		row=${rows[-1]}
		if [[ $peer != nft ]]; then
			row_up
			send "$kind" $new "$known" $((flows - known)) \
				$((flows - known))
			# The ACK of the handshake and the packet that proves
			# its client cost more.
			for ((i = 0; i < 2 && later; i++)); do
				send "$kind" $later 0 "$flows" "$flows"
			done
			row_down
			known=$flows
			# A growing table moves its entries meanwhile.
			sleep 1
		fi
		for ((i = 0; i < visits; i++)); do
			for row in "${rows[@]}"; do
				visit "$kind" $later "$flows"
			done
		done
		case $peer in
		ipvs-*)	protocol=${kind%?}
			ipvs_check "${protocol^^}" "$flows" ;;
		drlb)	drlb_check "$sent" "$flows" ;;
		esac
	done
}

# Prints the median of each, in the order of their first samples.
figures() {
	awk -F '\t' '
		{
			cell = $1 FS $2
			if (!(cell in number))
				number[cell] = ++n
			printf "%d\t%s\t%.2f\n", number[cell], cell, $3 / $4
		}' "$RESULTS/samples" | sort -t $'\t' -k 1,1n -k 4,4n |
	awk -F '\t' '
		function put() {
			if (n)
				printf "native\t%s\t%.1f\n", cell,
				       cost[int((n + 1) / 2)]
			n = 0
		}
		$1 != number {
			put()
			number = $1
			cell = $2 FS $3
		}
		{ cost[++n] = $4 }
		END { put() }' >"$RESULTS/figures"
}

rm -f "$RESULTS/samples"
host_up
for ((round = 1; round <= rounds; round++)); do
	for kind in "${measured[@]}"; do
		for peer in "${peers[@]}"; do
			progress "round $round of $rounds, $kind, $peer"
			peer_up "$peer"
			measure "$peer" "$kind"
			peer_down "$peer"
		done
	done
done
figures
