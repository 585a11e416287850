#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Real traffic for as long as one likes, while everything changes that may
# change unnoticed: no request fails, each packet is accounted for, and no
# memory is left behind.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# A round lasts a minute, or a sixth of the time. It has short and long HTTP
# connections, uploads, DNS, iperf3 by TCP and UDP, packets that are not
# forwarded, and the churn of kind "calm" (see tests/debug/churn), which must
# break nothing at all. Each third round also has the churn of kind "server",
# which moves connections: then requests may fail, but no packet may be missing
# from the counts. Each round ends when its connections have expired.
#
# when: asked
# kernels: 6.12 6.1
# doors: both
# cpus: 2
# progress: yes
# seconds: 300
# timeout: 240
# boot: slab_nomerge
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

SECS=${SECS:-300}
SEED=${SEED:-1}
ROUNDS=$((SECS / 60 > 6 ? 6 : SECS / 60 > 2 ? SECS / 60 : 2))
LENGTH=$((SECS / ROUNDS))
BASE=$TMPDIR/base
export DIRECTOR_SETUP=/dev/null MODULE

# Each server runs one test at a time. A test that has lost its client keeps it
# busy for two minutes.
iperf=()
iperf_servers() {
	local n

	if [[ ${#iperf[@]} -gt 0 ]]; then
		kill "${iperf[@]}" || complain "an iperf server had ended"
		wait "${iperf[@]}" || true
	fi
	iperf=()
	for n in 1 2 3; do
		spawn rs$n "$TMPDIR/iperf-tcp$n" iperf3 -s -p 5201
		iperf+=("$spawned")
		# Without -B it would answer datagrams from the address of the
		# route.
		spawn rs$n "$TMPDIR/iperf-udp$n" iperf3 -s -p 5202 -B $VIP
		iperf+=("$spawned")
	done
}

# A server that gets no processor for seconds must not lose what it received.
sysctl -qw net.core.rmem_max=16777216 net.core.rmem_default=16777216

topology flat
vip_on_director $VIP $VIP6
hooks_stay lan
# Without offloads each frame is one packet.
offloads off client director rs1 rs2 rs3
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
	spawn rs$n "$TMPDIR/dns$n" dnsmasq --keep-in-foreground --user=root \
		--conf-file=/dev/null --pid-file= --no-resolv --no-hosts \
		--address=/#/192.0.2.$n --log-facility=-
done
iperf_servers

{
	[[ $DOOR != ingress ]] || echo "device eth0"
	cat <<-END
		service tcp $VIP:80 scheduler wlc
		    server 10.0.0.11
		    server 10.0.0.12
		    server 10.0.0.13
		service tcp [$VIP6]:80 scheduler wrr
		    server 2001:db8::11
		    server 2001:db8::12
		    server 2001:db8::13
		service udp $VIP:53 scheduler rr
		    server 10.0.0.11
		    server 10.0.0.12
		    server 10.0.0.13
	END
} >"$BASE"
# All connections of a test, by either protocol, must have the same server. So
# no weight of these servers may change meanwhile, and the churn does not know
# their services. Closed connections are to expire before the round ends.
{
	echo "config tcp_established 60"
	for state in tcp_{syn_recv,ack_recv,fin_wait,time_wait,close} udp{_new,}; do
		echo "config $state 5"
	done
	cat "$BASE"
	for service in tcp\ $VIP:{5201,5202} udp\ $VIP:5202; do
		cat <<-END
			service $service scheduler mh hash source table-size 251
			    server 10.0.0.11
			    server 10.0.0.12
			    server 10.0.0.13
		END
	done
} >"$BASE.moved"
# These services are for tests/tools/drops, and forward nothing.
{
	cat "$BASE.moved"
	for vip in $VIP $VIP6; do
		cat <<-END
			service tcp $(at $vip 81) scheduler rr
			service tcp $(at $vip 82) scheduler rr
			    server $(of $vip 11)
		END
	done
} >"$BASE.all"
lb apply "$BASE.all"
check "the servers are up" servers_up

# ---- counters at the endpoints: packets and bytes from the IP header on, of
# each service, of ICMP errors, and of the rest, which is not balanced

counted_at() { # NAMESPACE
	in_ns "$1" nft -f - <<-END
		table netdev soak {
			counter http { }
			counter http6 { }
			counter dns { }
			counter iperf { }
			counter iperf_tcp { }
			counter iperf_udp { }
			counter other { }
			counter resets { }
			chain ingress {
				type filter hook ingress device eth0 priority -500;
				tcp flags & rst == rst counter name resets
				ip daddr $VIP tcp dport 80 counter name http accept
				ip6 daddr $VIP6 tcp dport 80 counter name http6 accept
				ip daddr $VIP udp dport 53 counter name dns accept
				ip daddr $VIP tcp dport 5201 counter name iperf accept
				ip daddr $VIP tcp dport 5202 counter name iperf_tcp accept
				ip daddr $VIP udp dport 5202 counter name iperf_udp accept
				ip daddr $VIP icmp type { destination-unreachable, time-exceeded, parameter-problem } counter name other
				ip6 daddr $VIP6 icmpv6 type < 128 counter name other
				ip daddr $VIP meta l4proto { tcp, udp } counter name other
				ip6 daddr $VIP6 meta l4proto { tcp, udp } counter name other
			}
		}
	END
}
for host in director rs1 rs2 rs3; do
	counted_at $host
done

endpoint() { # NAME NAMESPACE...: "packets bytes", all together
	local ns
	for ns in "${@:2}"; do
		in_ns "$ns" nft list counter netdev soak "$1"
	done | awk '$1 == "packets" { p += $2; b += $4 } END { print p, b }'
}

# The services of these counters
declare -A served_as=(
	[http]="$VIP 80 tcp"
	[http6]="$VIP6 80 tcp"
	[dns]="$VIP 53 udp"
	[iperf]="$VIP 5201 tcp"
	[iperf_tcp]="$VIP 5202 tcp"
	[iperf_udp]="$VIP 5202 udp"
)

entered() {
	local name
	for name in "${!served_as[@]}" other; do
		endpoint $name director
	done | awk '{ p += $1 } END { print p }'
}

# Packets that were forwarded, and those that were dropped or left to the local
# stack, according to what a counter is about.
left="(sum(c['value'] for c in stats['counters']
	if c['about'].startswith('dropped')
	or c['about'].endswith('left to the local stack'))
	+ sum(s['packets'] for s in services))"
accounted() { json_ask "$left" lb -j show; }

settled() { # until no packet comes any more
	local before=-1 now
	while now=$(entered) && [[ $now != "$before" ]]; do
		before=$now
		sleep 2
	done
}

served() { # VIP PORT PROTOCOL: "packets bytes"
	services "'{packets} {bytes}'.format(**svc('$1', $2, '$3'))"
}

# ---- memory

objects() { # in drlb's own connection caches, without free ones
	local cache sum=0
	for cache in /sys/kernel/slab/drlb_conn*; do
		echo 1 >$cache/shrink
		sum=$((sum + $(cut -d' ' -f1 $cache/objects)))
	done
	echo $sum
}
empty() { [[ $(lb connection count) == 0 && $(objects) == 0 ]]; }

least() { # NUMBER...
	printf '%s\n' "$@" | sort -n | head -n 1
}

meminfo() { awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo; }

# Prints the size of each of the kernel's caches in kB.
caches() { awk 'NR > 2 { print $1, int($3 * $4 / 1024) }' /proc/slabinfo; }

# ---- a round

upload() { # until the file "end" exists; a line with the status of each answer
	local n
	for ((n = 0; ; n++)); do
		curl -sS --max-time $((30 * SLOW)) -o /dev/null -w '%{http_code}\n' \
			-T "$TMPDIR/upload" "http://$VIP/files/$1" 2>&1
		[[ ! -e $TMPDIR/end ]] || return 0
	done
}
export -f upload
export VIP TMPDIR SLOW

head -c 1000000 /dev/urandom >"$TMPDIR/upload"
for _ in {1..1000}; do
	echo 'www.example.com A'
done >"$TMPDIR/questions"

start() { # NAME COMMAND...: a client
	spawn client "$TMPDIR/$1" "${@:2}"
	clients+=("$spawned")
}

actor() { # NAME SEED
	local about=$BASE
	[[ ! $moving ]] || about=$BASE.moved
	spawn director "$TMPDIR/$1.log" "$TOP/tests/debug/churn" "$1" \
		"calm$moving" $LENGTH "$2" "$about" "$TMPDIR/$1"
	actors+=("$spawned")
}

requests() { # NAME
	sed -n 's/^ *\([0-9]*\) requests in .*/\1/p' "$TMPDIR/$1"
}

declare -A total=([short]=0 [long]=0 [short6]=0 [upload]=0 [dns]=0
	[iperf]=0 [iperf_udp]=0 [churn]=0 [drops]=0)
wrong=
moving=	# whether this round moves connections
moved=0	# until then, in SECONDS, effects of such a round are seen

complain() { wrong+="round $round: $*"$'\n'; }
# For faults that are allowed while connections are moved.
complain_at_rest() { [[ $moving ]] || complain "$@"; }

# Reports requests of wrk that failed.
judge_wrk() { # NAME
	local n
	n=$(requests "$1")
	[[ $n -gt 0 ]] || complain "$1: no requests: $(<"$TMPDIR/$1")"
	total[$1]=$((total[$1] + n))
	! grep -qE 'Socket errors|Non-2xx' "$TMPDIR/$1" || complain_at_rest \
		"$1: $(grep -E 'Socket errors|Non-2xx' "$TMPDIR/$1")"
}

judge_upload() {
	local n
	n=$(grep -c '^20[14]$' "$TMPDIR/upload.log" || true)
	total[upload]=$((total[upload] + n))
	[[ $n -gt 0 ]] || complain "no upload"
	! grep -qv '^20[14]$' "$TMPDIR/upload.log" || complain_at_rest \
		"uploads: $(grep -v '^20[14]$' "$TMPDIR/upload.log")"
}

judge_dns() {
	local n
	n=$(sed -n 's/^ *Queries completed: *\([0-9]*\).*/\1/p' "$TMPDIR/dns")
	[[ $n -gt 0 ]] || complain "no DNS: $(<"$TMPDIR/dns")"
	total[dns]=$((total[dns] + n))
	grep -q '^ *Queries lost: *0 ' "$TMPDIR/dns" ||
		complain_at_rest "DNS: $(grep 'Queries lost' "$TMPDIR/dns")"
	grep -q '^ *Response codes: *NOERROR [0-9]* (100.00%)' "$TMPDIR/dns" ||
		complain "DNS: $(grep 'Response codes' "$TMPDIR/dns")"
}

# The total is in kB that arrived. No datagram may be lost.
judge_iperf() { # NAME
	local sum="end['sum_received']" n lost
	[[ $1 == iperf ]] || sum="end['sum']"
	n=$(json "int(${sum}['bytes'] / 1000)" <"$TMPDIR/$1" 2>/dev/null) || n=0
	[[ $n -gt 0 ]] ||
		complain_at_rest "$1: nothing arrived: $(<"$TMPDIR/$1")"
	total[$1]=$((total[$1] + n))
	lost=$(json "$sum.get('lost_packets', 0)" <"$TMPDIR/$1" 2>/dev/null) ||
		lost=all
	[[ $lost == 0 ]] || complain_at_rest "$1: $lost lost"
}

# The calm rows alone are never refused.
judge_churn() { # ACTOR
	local what good bad why
	[[ ! -s $TMPDIR/$1.log ]] || complain "$1: $(<"$TMPDIR/$1.log")"
	while read -r what good bad why; do
		total[churn]=$((total[churn] + good))
		((good > 0)) ||
			complain_at_rest "$what never succeeded: $why"
		[[ $bad == 0 ]] || complain_at_rest "$what: $bad failed: $why"
	done <"$TMPDIR/$1"
}

# Prints "NAME NUMBER", a line each.
all_counters() {
	stats "' '.join('{name} {value}'.format(**c) for c in stats['counters'])" |
		xargs -n 2
}

resets() { endpoint resets director | cut -d' ' -f1; }

# Real traffic adds nothing to these counters, but for a last segment that comes
# after its connection has expired. It adds nothing to others either, but to
# those that are no fault. A server that lost connections in the round before
# repeats data whose arrival nobody confirmed, and the client resets the
# connection, which it does not know: such a reset has no entry, and goes by the
# hash if mh is the scheduler just then.
judge_drops() { # BEGIN: of the round, in SECONDS
	local name due got now before reset

	all_counters >"$TMPDIR/now"
	reset=$(($(resets) - resets_before))
	while read -r name now before due; do
		got=$((now - before))
		total[drops]=$((total[drops] + due))
		case $name in
		local_node|adopted|rescheduled)	continue ;;
		no_connection)	[[ $got -lt $due ]] || continue ;;
		stateless)
			(($1 < moved && got <= reset)) && continue ;;
		esac
		[[ $got == "$due" ]] ||
			complain "$name: counted $got, sent $due, and $reset resets"
	done < <(awk '
		FILENAME ~ /now$/ { now[$1] = $2; next }
		FILENAME ~ /counters$/ { before[$1] = $2; next }
		{ due[$1] += $2 }
		END { for (n in now) print n, now[n], before[n], due[n] + 0 }' \
		"$TMPDIR"/{now,counters,drops,drops6})
}

judge_counters() {
	local name packets=0 errors got wanted

	wanted=$(entered)
	got=$(accounted)
	[[ $got == "$wanted" ]] ||
		complain "$wanted packets entered, $got are accounted for"
	for name in "${!served_as[@]}"; do
		got=$(served ${served_as[$name]})
		wanted=$(endpoint $name rs1 rs2 rs3)
		packets=$((packets + ${wanted% *}))
		[[ $got == "$wanted" ]] ||
			complain "$name: counted $got, the servers got $wanted"
	done
	errors=$(endpoint other rs1 rs2 rs3)
	[[ $errors == "0 0" ]] || complain "other packets at the servers: $errors"
	total[packets]=$packets
}

# Reading the counters takes a while, and no packet may come meanwhile.
judge_counters_at_rest() {
	local before=$wrong seen

	for _ in 1 2 3 4 5; do
		settled
		seen=$(entered)
		wrong=$before
		judge_counters
		[[ $(entered) != "$seen" ]] || return 0
	done
	complain "there is no end of packets"
}

play() {
	# A test may wait for ever for data that another server got.
	local pid limit="timeout $((LENGTH + 60 * SLOW))"

	clients=() actors=()
	rm -f "$TMPDIR/end"
	all_counters >"$TMPDIR/counters"
	resets_before=$(resets)
	start short wrk -t1 -c4 -d "${LENGTH}s" --timeout 30s \
		-H 'Connection: close' "http://$VIP/"
	start long wrk -t1 -c8 -d "${LENGTH}s" --timeout 30s \
		"http://[$VIP6]/keep"
	start short6 wrk -t1 -c2 -d "${LENGTH}s" --timeout 30s \
		-H 'Connection: close' "http://[$VIP6]/"
	start dns dnsperf -s $VIP -d "$TMPDIR/questions" -l $LENGTH -c 8 \
		-Q 200 -t 30 -b 4096
	start upload.log bash -c "upload file"
	start iperf $limit iperf3 -c $VIP -p 5201 -t $LENGTH -b 4M --json
	start iperf_udp $limit iperf3 -c $VIP -p 5202 -t $LENGTH -b 500K -u --json
	start drops "$TOOLS/drops" eth0 $MAC_director 10.0.0.3 $VIP \
		$LENGTH $((SEED + 2 * round))
	start drops6 "$TOOLS/drops" eth0 $MAC_director 2001:db8::3 $VIP6 \
		$LENGTH $((SEED + 2 * round + 1))
	actor control $((SEED + 2 * round))
	actor network $((SEED + 2 * round + 1))
	for pid in "${actors[@]}"; do
		wait $pid || complain "the churn ended with status $?"
	done
	touch "$TMPDIR/end"
	for pid in "${clients[@]}"; do
		wait $pid || complain_at_rest "a client ended with status $?"
	done
	: | tee "$TMPDIR"/www-*/access.log
}

# A server that has written all of its answer repeats it for a quarter of an
# hour. A connection that a program has closed is gone after two minutes
# (tcp_orphan_retries, ip-sysctl), and not every kernel can be asked to remove
# it earlier.
forget_connections() {
	local ns

	for ns in client rs1 rs2 rs3; do
		in_ns $ns ss --kill --no-header --tcp >/dev/null || true
	done
	moved=$((SECONDS + 180))
}

for ((round = 1; round <= ROUNDS; round++)); do
	moving='' begun=$SECONDS
	if ((round % 3 == 2)); then
		moving=" server"
		lb apply "$BASE.moved"
	fi
	play
	for name in short long short6; do
		judge_wrk $name
	done
	judge_upload
	judge_dns
	judge_iperf iperf
	judge_iperf iperf_udp
	judge_churn control
	judge_churn network
	lb apply "$BASE.all"
	if [[ $moving ]]; then
		iperf_servers
		forget_connections
	fi
	judge_counters_at_rest
	[[ $moving ]] || judge_drops $begun

	wait_for 90 empty || complain "connections left: $(objects) objects"
	sync
	slab[round]=$(meminfo SUnreclaim) available[round]=$(meminfo MemAvailable)
	say "round $round of $ROUNDS$moving: slab ${slab[round]} kB, available ${available[round]} kB, up to now: $(
		declare -p total | sed 's/^[^=]*=//')"
	say "wrong so far: ${wrong:-nothing}"
	[[ -e $TMPDIR/caches ]] || caches | sort >"$TMPDIR/caches"
done

for name in short long short6 upload dns iperf iperf_udp; do
	between "there were requests: $name" ${total[$name]} $ROUNDS 1000000000
	say "$name: ${total[$name]}, $((${total[$name]} / (ROUNDS * LENGTH))) a second"
done
say "$ROUNDS rounds, ${total[packets]} packets, ${total[churn]} changes"
say "SEED=$SEED"
say "caches that grew since the first round, in kB: $(caches | sort |
	join "$TMPDIR/caches" - | awk '$3 > $2 { print $3 - $2, $1 }' |
	sort -rn | head -n 5 | paste -sd,)"
is "all went well in each of $ROUNDS rounds" "$wrong" ""
between "there were packets for nobody" ${total[drops]} $((ROUNDS * LENGTH / 2)) \
	1000000000
# The first round allocates memory that stays. So the least of the first third
# of the rounds is compared with the least of the last third.
third=$(((ROUNDS + 2) / 3))
between "slab is flat" "$(least "${slab[@]: -third}")" 0 \
	$(($(least "${slab[@]:0:third}") + 2048))
# The available memory varies by 20 MB with the programs at work.
between "memory is flat" "${available[ROUNDS]}" $((available[1] - 40960)) \
	1000000000

finish
