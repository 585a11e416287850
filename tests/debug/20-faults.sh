#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Memory is short: each operation of faults.table meets the failure of its first
# allocation, of its second, and so on until no more fail. The same happens to
# packets, by both doors, and to the loading of the module. Each failure is
# reported or counted, leaves all as it was, and leaks nothing. Then allocations
# for packets and for the module's own work fail by chance, which is the
# kernel's and no SEED repeats.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# kernels: kasan gcov
# doors: prerouting
# timeout: 600
# progress: yes
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

TABLE=$TOP/tests/debug/faults.table
SHIM=$TMPDIR/fail-nth.so
FAULTS=/sys/kernel/debug
# A sample has each allocation up to this one, then ever fewer.
EACH=5

gcc -O2 -shared -fPIC -o "$SHIM" "$TOP/tests/debug/fail-nth.c"
cd "$TMPDIR"

# ---- which allocations fail

# All of them, also those that may sleep, and those of a single page.
every_allocation() {
	local knob
	for knob in failslab fail_page_alloc; do
		# The trace of a failure would be taken for a complaint.
		echo 0 >$FAULTS/$knob/verbose
		echo 0 >$FAULTS/$knob/probability
		echo N >$FAULTS/$knob/ignore-gfp-wait
	done
	echo N >$FAULTS/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$FAULTS/fail_page_alloc/min-order
	only_between 0 0xffffffffffffffff
}

only_between() { # START END: allocations with this code in their call chain
	local knob
	for knob in failslab fail_page_alloc; do
		echo "$1" >$FAULTS/$knob/require-start
		echo "$2" >$FAULTS/$knob/require-end
		echo 32 >$FAULTS/$knob/stacktrace-depth
	done
}

not_between() { # START END
	local knob
	for knob in failslab fail_page_alloc; do
		echo "$1" >$FAULTS/$knob/reject-start
		echo "$2" >$FAULTS/$knob/reject-end
	done
}

module_range() { # the START and END of its text
	local start size
	start=$(</sys/module/drlb/sections/.text)
	size=$(awk '$1 == "drlb" { print $2 }' /proc/modules)
	printf '%s 0x%x\n' $start $((start + size))
}

module_function_range() { # NAME
	local base at size
	base=$(</sys/module/drlb/sections/.text)
	read -r at size < <(nm -S "$MODULE" |
		awk -v name="$1" '$4 == name { print "0x" $1, "0x" $2 }')
	printf '0x%x 0x%x\n' $((base + at)) $((base + at + size))
}

# Netlink's own allocations and the like are not tested, and would be slow.
only_the_module() {
	local start end
	read -r start end < <(module_range)
	only_between $start $end
}

function_range() { # NAME: the START and END of a function of the kernel's own
	awk -v name="$1" '
		start && $1 != start { print "0x" start, "0x" $1; exit }
		$3 == name { start = $1 }' /proc/kallsyms
}

inject() { # N COMMAND...: sets $status, $said, $left and $sent, see fail-nth.c
	status=0
	echo -1 >left
	said=$(in_ns director env LD_PRELOAD="$SHIM" FAIL_NTH="$1" \
		FAIL_NTH_LEFT="$TMPDIR/left" "${@:2}" 2>&1) || status=$?
	read -r left sent < <(cat left)
}

# ---- the results

failed_in_all=0 spared=()

begin() {
	n=1 tried=0 told=0 survived=0 lost=0
	problems=()
}

wrong() { # WORD...
	problems+=("allocation $n: $*; status $status: $said;")
}

# Succeeds if an allocation has failed, so that there may be another one.
next() {
	[[ $left == 0 ]] || return 1
	tried=$((tried + 1))
	case $how in
	sample) n=$((n + 1 + n / EACH)) ;;
	*) n=$((n + 1)) ;;
	esac
	((n < 3000)) || wrong "there is no end"
}

verdict() { # TEXT [LEAST]
	is "$1: the failure of $tried of $((n - 1)) allocations" \
		"${problems[*]:0:4}" ""
	((tried >= ${2-0})) || fail "$1: $2 allocations at least"
	((tried > 0)) || spared+=("$1")
	say "$told told, $survived survived, $lost answers lost; $SECONDS s"
	failed_in_all=$((failed_in_all + tried))
}

# If the command was carried out and only its answer got lost, lbctl says so.
answer_lost() {
	[[ $status -ne 0 && $said == *"answers of the kernel were lost"* ]]
}

no_memory() {
	[[ $said == *"Cannot allocate memory"* || $said == *"out of memory"* ]] ||
		answer_lost
}

number_of() { # COMMAND
	sed -n '/^enum drlb_cmd {/,/^}/s/^\tDRLB_CMD_\([A-Z_]*\),$/\1/p' \
		"$TOP/kmod/uapi/drlb.h" | grep -nx "$1" | cut -d: -f1
}

sends_it() { # commands begin with 0, grep's numbers with 1 for UNSPEC
	[[ $command == - || " $sent " == *" $(($(number_of $command) - 1)) "* ]]
}

# ---- how an operation is tested, see HOW in faults.table

prepare() {
	[[ $how != fresh ]] ||
		ip -n director neigh flush to "${words[5]}" 2>/dev/null || true
}

change() {
	local before after now
	local -a problems

	begin
	before=$($state)
	prepare
	inject 0 "${words[@]}"
	after=$($state)
	sends_it || wrong "it does not send $command, but $sent"
	[[ $after != "$before" ]] || wrong "nothing happened even without it"
	$restore
	[[ $($state) == "$before" ]] || wrong "cannot be undone"

	while :; do
		prepare
		inject $n "${words[@]}"
		now=$($state)
		if [[ $status -eq 0 ]]; then
			[[ $now == "$after" ]] || wrong "not done: $now"
			[[ $left -gt 0 ]] || survived=$((survived + 1))
		elif answer_lost && [[ $now == "$after" ]]; then
			lost=$((lost + 1))
		else
			told=$((told + 1))
			[[ $now == "$before" ]] || made_in_part ||
				wrong "half done: $now"
			no_memory || wrong "another error"
			[[ $left -eq 0 ]] || wrong "it fails by itself"
		fi
		[[ $now == "$before" ]] || $restore
		next || break
	done
	verdict "${words[*]}"
}

sample() { change; }
fresh() { change; }
parts() { change; }

# Prints each object on a line of its own, with all that belongs to it.
objects_of() { # CONFIGURATION...
	printf '%s\n' "$@" | awk '
		/^ / { object = object "; " $0; next }
		object { print object }
		{ object = $0 }
		END { print object }' | sort -u
}

# Succeeds if each object is changed or is not, lbctl says so, and the same
# command then changes those that are left.
made_in_part() {
	local status said=$said left sent

	[[ $how == parts && $said == *"the others are active"* ]] || return
	[[ $(objects_of "$now" | wc -l) -eq $(objects_of "$before" | wc -l) ]] || return
	[[ -z $(comm -23 <(objects_of "$now") \
		<(objects_of "$before" "$after")) ]] || return
	inject 0 "${words[@]}"
	[[ $status -eq 0 && $($state) == "$after" ]]
}

show() {
	local wanted
	local -a problems

	begin
	inject 0 "${words[@]}"
	sends_it || wrong "it does not send $command, but $sent"
	wanted=$said
	while :; do
		inject $n "${words[@]}"
		if [[ $status -ne 0 ]]; then
			told=$((told + 1))
			[[ $left -eq 0 ]] || wrong "it fails by itself"
			no_memory || wrong "another error"
		else
			[[ $said == "$wanted" ]] || wrong "not all"
			[[ $left -gt 0 ]] || survived=$((survived + 1))
		fi
		next || break
	done
	verdict "${words[*]}"
}

checked() {
	local before
	before=$($state)
	show
	is "which changes nothing" "$($state)" "$before"
}

attached() {
	[[ $(json_ask "[x['attached'] for x in devices if x['name'] == 'eth7']" \
		lb -j device show) == "[True]" ]]
}

warnings() { dmesg | grep -c 'drlb cannot attach' || true; }

appear() {
	local before
	local -a problems

	begin
	while :; do
		before=$(warnings)
		inject $n "${words[@]}"
		if [[ $status -ne 0 ]]; then
			told=$((told + 1))
			wrong "the device is kept from coming"
		elif attached; then
			survived=$((survived + 1))
		else
			told=$((told + 1))
			[[ $left -eq 0 ]] || wrong "not attached"
			(($(warnings) == before + 1)) || wrong "no warning"
		fi
		$restore
		next || break
	done
	attached && wrong "it is gone, but attached"
	verdict "${words[*]}" 1
}

use() {
	local -a problems

	begin
	while :; do
		inject $n "${words[@]}"
		if [[ $status -ne 0 ]]; then
			told=$((told + 1))
			[[ $left -eq 0 ]] || wrong "it fails by itself"
		else
			[[ $left -gt 0 ]] || survived=$((survived + 1))
			# The namespace has all that one can have when it ends.
			in_ns faulty lbctl apply config 2>/dev/null ||
				wrong "no use"
			in_ns faulty ip link add eth7 type dummy
		fi
		ip netns del faulty 2>/dev/null || true
		next || break
	done
	verdict "${words[*]}" 3
}

# ---- states

S="tcp $VIP:80" S6="tcp [$VIP6]:80"

saved() { lb save; }
saved_again() { lb apply "$TMPDIR/config" 2>/dev/null; }

configured() {
	saved_again
	lb save >config
	state=saved restore=saved_again
}

# The first service registers the hooks, and the last one unregisters them.
empty() {
	: >config
	configured
}

one() {
	echo "service $S scheduler rr" >config
	configured
}

some() {
	cat >config <<-END
		device eth7
		service $S scheduler rr
		    server 10.0.0.11
		    server 10.0.0.12
		service $S6 scheduler wrr
		    server 2001:db8::11
	END
	# Applying this file changes existing services in one step.
	sed -e '/^service tcp 10/s/rr/wlc/' -e 's/10.0.0.11/10.0.0.13/' \
		-e 's/10.0.0.12/& weight 9/' -e 's/2001:db8::11/2001:db8::12/' \
		config >wanted
	configured
	servers_up
	restore=some_again
}

some_again() {
	local name
	for name in eth7 eth8; do
		ip -n director link del $name 2>/dev/null || true
	done
	saved_again
}

other() {
	some
	ip -n director link add eth8 type dummy
	restore=renamed_back
}

renamed_back() { ip -n director link set eth7 name eth8; }

# Many servers in one service, for mh's table and wlc's tournament.
many() { # FILE SCHEDULER SERVERS WEIGHT
	local i
	{
		echo "service $S scheduler $2"
		for ((i = 1; i <= $3; i++)); do
			echo "    server 172.16.0.$i weight $(($4 + i % 3))"
		done
	} >"$1"
}

large() {
	cp large config
	configured
}

flood_only() { in_ns client "$TOOLS/syn-flood" eth0 $MAC_director $VIP 80 10; }
flood_again() { { lb connection del all; flood_only; } >/dev/null; }
counted() { lb connection count; }

# Connections that last as long as the test.
lasting() {
	some
	echo "config tcp_syn_recv 36000" >>config
	configured
}

flood() {
	lasting
	flood_again
	# All entries are a flood's: no answers come that could change the
	# count.
	state=counted restore=flood_again
}

zero_again() {
	lb stats zero
	flood_again
}

packets() { services "sum(s['packets'] for s in services)"; }

traffic() {
	lasting
	zero_again
	state=packets restore=zero_again
}

# ---- the table

need_none() {
	cat <<-END
		lbctl device del eth7
		lbctl config set conn_max 77 udp 5
		lbctl -o service show
		lbctl -j device show
		lbctl help service
		lbctl stats
		lbctl stats zero
	END
}

run_table() {
	local row command how was=
	local -a rows words

	mapfile -t rows < <(grep -v '^#' "$TABLE")
	for row in "${rows[@]}"; do
		read -r command now how line <<<"$row"
		[[ $command == "-" ]] || commands+=("$command")
		read -ra words <<<"$line"
		[[ $now == "$was" ]] || {
			$now
			was=$now
		}
		$how
	done
}

topology flat
vip_on_director $VIP $VIP6
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done
many large "mh table-size 1021" 200 1
many larger wlc 220 1
many least wlc 40 1
modprobe -a dummy tun 8021q
every_allocation
only_the_module
commands=()
run_table
is "operations that need no memory at all" "$(printf '%s\n' "${spared[@]}")" \
	"$(need_none)"
is "every command is in the table" \
	"$(printf '%s\n' "${commands[@]}" | sort -u | paste -sd' ')" \
	"$(sed -n 's/^\tDRLB_CMD_\([A-Z_]*\),$/\1/p' "$TOP/kmod/uapi/drlb.h" |
		grep -vxE 'UNSPEC|EVENT' | sort | paste -sd' ')"

# ---- packets: a TAP device receives them in the context of the writing process

TAP=02:00:00:00:00:aa
how=packet

# Each packet is forwarded, or counted with the one reason why it is not. Other
# counters tell how it was forwarded, or what led to the reason.
one_thing() { # OUTCOME
	local word things=0

	for word in ${1//+/ }; do
		case $word in
		local_node|rescheduled|adopted|stateless|nothing) ;;
		*=*) return 1 ;;
		*) things=$((things + 1)) ;;
		esac
	done
	[[ $things -eq 1 ]]
}

# Judges a line of fail-packet, which is in the variables of packet().
heard() { # OUTCOME "OUTCOMES"
	said="$left left, $outcome, $entries connections"
	last=$left
	[[ $left =~ ^[0-9]+$ && $entries =~ ^[01]$ ]] || wrong "what"
	one_thing "$outcome" || wrong "not one thing"
	if [[ $n == 0 ]]; then
		[[ $1 == any || $outcome == "$1" ]] || wrong "not $1"
	elif [[ $left == 0 ]]; then
		tried=$((tried + 1))
		met[$outcome]=y
		[[ " $1 ${2//\?/} " == *" $outcome "* || $2 == any ]] ||
			wrong "none of $2"
	fi
}

# OUTCOME is that of a packet for which there is memory. OUTCOMES are those
# without: each of them must occur, and no other but OUTCOME, since a cache may
# make do with a smaller page. An outcome with a ? need not occur; "any" stands
# for all; "-" means that no memory is needed. A cache does not need a page each
# time, so an allocation may be passed over: there are three rounds to meet all
# outcomes.
packet() { # VIP KIND OUTCOME "OUTCOMES" [PREPARATION...]
	local client=203.0.113.9 outcome entries word status=0 last missed
	local -A met=()
	local -a problems

	[[ $1 != *:* ]] || client=2001:db8:7::9
	begin
	for _ in 1 2 3; do
		last=none
		while read -r n left outcome entries; do
			heard "$3" "$4"
		done < <(in_ns director "$TOOLS/fail-packet" tap0 $TAP $1 \
			$client $2 "${@:5}" 2>&1)
		[[ $last =~ ^[1-9] ]] || wrong "it comes to no end"
		missed=
		for word in $4; do
			[[ $word == *\? || $word == - || $word == any ||
			   ${met[$word]-} ]] || missed+=" never $word"
		done
		[[ $missed ]] || break
	done
	n=all said=
	[[ ! $missed ]] || wrong "${missed# }"
	[[ $4 != - || $tried == 0 ]] || wrong "it needs memory"
	[[ $4 != any || $tried != 0 ]] || wrong "it needs no memory"
	is "a packet: $*: no memory, $tried times" "${problems[*]:0:4}" ""
	say "${!met[*]}; $SECONDS s"
	failed_in_all=$((failed_in_all + tried))
}

some
in_ns director ip -batch - <<-END
	tuntap add dev tap0 mode tap
	link set tap0 address $TAP up
	address add 203.0.113.1/24 dev tap0
	address add 2001:db8:7::1/64 dev tap0 nodad
	neigh add 203.0.113.9 lladdr 02:00:00:00:00:03 dev tap0 nud permanent
	neigh add 2001:db8:7::9 lladdr 02:00:00:00:00:03 dev tap0 nud permanent
	link add link tap0 name tap0.5 type vlan id 5
	link set tap0.5 up
	link set eth0 mtu 1400
END
sysctls director net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 \
	net.ipv4.icmp_msgs_per_sec=100000
{
	cat config
	for vip in $VIP $VIP6; do
		cat <<-END
			service udp $(at $vip 53) scheduler wlc
			    server $(of $vip 11)
			service tcp $(at $vip 8080) scheduler mh table-size 251
			    server $(of $vip 11)
			service tcp $(at $vip 81) scheduler rr
			service tcp $(at $vip 82) scheduler rr
			    server $(of $vip 2)
		END
	done
} >packets.conf
lb apply packets.conf
check "the servers are up for packets" servers_up
# No host has .99, which is asked for without end.
sysctls director net.ipv{4,6}.neigh.eth0.mcast_solicit=1000000
for vip in $VIP $VIP6; do
	lb service add udp "$(at $vip 54)"
done
# The director makes the segments itself, and headers stay where they are.
offloads off director
in_ns director ethtool -K eth0 tx-udp-segmentation off
in_ns director ethtool -K tap0 gro off

# These packets come by both doors.
packets_of() { # VIP
	packet $1 syn packets packets+stateless
	packet $1 udp:53 packets packets+stateless
	packet $1 known-udp:53 packets -
	packet $1 ack:8080 packets+adopted packets+adopted+stateless
	packet $1 syn:81 no_server no_server
	packet $1 syn:82 packets+local_node packets+local_node
	packet $1 ttl-syn ttl_exceeded ttl_exceeded
	packet $1 df-udp:53:1400 too_big too_big
	packet $1 udp:53 any any ip neigh flush dev eth0
	lb server add udp "$(at $1 54)" "$(of $1 99)"
	packet $1 udp:54 packets packets+stateless
	lb server del udp "$(at $1 54)" "$(of $1 99)"
	# A packet that IP sends has a route of its own.
	packet $1 frag-udp:53:1600 packets "packets+stateless no_memory"
	packet $1 gso-udp:53:3000 packets packets+stateless
	packet $1 gso-ack:8080:3000 packets+adopted packets+adopted+stateless
	packet $1 vlan-syn packets packets+stateless
	packet $1 error:53 packets -

	# A packet that a tap holds too is copied before it is written to.
	packet $1 tap-syn packets "packets+stateless no_memory"
	packet $1 tap-known-udp:53 packets no_memory
	packet $1 tap-vlan-syn packets "packets+stateless no_memory"
	packet $1 tap-error:53 packets no_memory
	packet $1 tap-frag-udp:53:2600 packets "packets+stateless no_memory"
}

# Headers in pages have to be pulled, for which the packet must be writable.
paged_prerouting() { # VIP
	packet $1 paged-syn packets packets+stateless
	packet $1 tap-paged-syn packets "no_memory packets+stateless"
	packet $1 tap-paged-known-udp:53 packets no_memory
	packet $1 tap-paged-error:53 packets no_memory
}

# If that fails at ingress, it is tried once more.
paged_ingress() { # VIP
	packet $1 bare-syn packets packets+stateless
	packet $1 tap-bare-syn packets packets+stateless
	packet $1 tap-bare-known-udp:53 packets packets
	packet $1 tap-paged-error:53 packets packets
}

long_prerouting() {
	packet $VIP tap-paged-opt-syn packets "no_memory packets+stateless"
	packet $VIP6 tap-paged-ext-syn packets "no_memory packets+stateless"
	packet $VIP6 paged-long-syn packets "no_memory packets+stateless"
	packet $VIP udp:53:1400 packets "packets+stateless no_memory"
}

long_ingress() {
	packet $VIP tap-bare-opt-syn packets packets+stateless
	packet $VIP6 tap-bare-ext-syn packets packets+stateless
	packet $VIP6 bare-long-syn packets packets+stateless
	packet $VIP udp:53:1400 packets no_memory
}

for DOOR in prerouting ingress; do
	director_devices tap0 tap0.5
	say "door: $DOOR"
	for vip in $VIP $VIP6; do
		packets_of $vip
		paged_$DOOR $vip
	done
	long_$DOOR
	packet $VIP opt-syn packets packets+stateless
	packet $VIP6 ext-syn packets packets+stateless
done
sysctls director net.ipv{4,6}.neigh.eth0.mcast_solicit=3
lb apply config
ip -n director link del tap0
ip -n director link set eth0 mtu 1500

# ---- packets by chance

every_allocation
check "the servers are up again" servers_up
lb server add $S 10.0.0.13

# Half of the connections get no entry: these are forwarded all the same.
for cache in drlb_conn4 drlb_conn6; do
	echo 1 >/sys/kernel/slab/$cache/failslab
done
echo Y >$FAULTS/failslab/cache-filter
echo 50 >$FAULTS/failslab/probability
echo -1 >$FAULTS/failslab/times
for vip in $VIP $VIP6; do
	before=$(counter stateless)
	is "$vip: connections succeed without an entry" \
		"$(curl_vip 30 $vip | grep -c '^rs[123]$' || true)" 30
	between "$vip: so did some" $(($(counter stateless) - before)) 5 100000
done
echo 0 >$FAULTS/failslab/probability
echo N >$FAULTS/failslab/cache-filter

# Now any allocation for packets may fail; nothing need succeed.
read -r start end < <(function_range handle_softirqs)
only_between "$start" "$end"
echo 10 >$FAULTS/failslab/probability
for vip in $VIP $VIP6; do
	say "$vip: $({ curl_vip 10 $vip -m 5 || true; } | tally)"
	in_ns client "$TOOLS/syn-flood" eth0 $MAC_director $vip 80 2000 \
		>/dev/null || true
done
echo 0 >$FAULTS/failslab/probability
only_between 0 0xffffffffffffffff
check "the servers are up afterwards" servers_up
for vip in $VIP $VIP6; do
	is "$vip: and serve" "$(curl_vip 9 $vip | grep -c '^rs[123]$' || true)" 9
done

# ---- the module's own work, by chance

TIMES=1000000

fail_by_chance() { # PERCENT START END
	only_between $2 $3
	echo $TIMES >$FAULTS/failslab/times
	echo $1 >$FAULTS/failslab/probability
}

# Ends the failures, and prints how many there were.
chance_ends() {
	echo 0 >$FAULTS/failslab/probability
	echo $((TIMES - $(<$FAULTS/failslab/times)))
	only_between 0 0xffffffffffffffff
}

# Removes a server's neighbour, or all, or a server's route, or has a neighbour
# asked again.
vips=("$VIP6" "$VIP")
flap() { # NUMBER
	local n=$((11 + $1 % 3)) address

	address=$(of ${vips[$1 % 2]} $n)
	case $(($1 / 6 % 4)) in
	0) ip -n director neigh del $address dev eth0 ;;
	1) ip -n director neigh flush dev eth0 ;;
	2) ip -n director neigh replace $address dev eth0 nud stale \
		lladdr 02:00:00:00:00:$n ;;
	3) ip -n director route add unreachable $address &&
		ip -n director route del unreachable $address ;;
	esac
} 2>/dev/null

# A work item looks up next hops, and events are sent from where they occur.
spawn director monitor lbctl monitor
monitor=$spawned
heard() { flap 0; grep -q '^server .*: up' monitor; }
eventually "events are told" 20 heard
saved >config
read -r start end < <(module_range)
fail_by_chance 30 $start $end
for ((i = 0; i < 300; i++)); do
	flap $i || true
	((TIMES - $(<$FAULTS/failslab/times) < 100)) || break
done
between "neighbours come and go: allocations that fail" "$(chance_ends)" \
	20 $TIMES
check "the servers are up after it" servers_up
is "and all is as configured" "$(saved)" "$(<config)"
for vip in $VIP $VIP6; do
	is "$vip: and serves" "$(curl_vip 9 $vip | grep -c '^rs[123]$' || true)" 9
done
check "who listens still does" kill -0 $monitor

# Listeners are told that an event could not be sent.
told() { flap 0; (($(grep -c 'events were lost' monitor) > before)); }
before=$(grep -c 'events were lost' monitor || true)
read -r start end < <(module_function_range drlb_nl_event)
fail_by_chance 100 $start $end
eventually "who listens hears that an event is lost" 20 told
between "that got no memory" "$(chance_ends)" 1 $TIMES
kill $monitor

# A work item enlarges tables, too. With 192 servers a table would need more
# than a page, and then the kernel itself complains.
many medium wlc 150 1
read -r start end < <(function_range rht_deferred_worker)
fail_by_chance 100 $start $end
check "a table that cannot grow takes all servers" lb apply medium
between "it could not" "$(chance_ends)" 1 $TIMES
is "they are there" "$(lb save | grep -c server)" 150
lb apply config 2>/dev/null
check "and those that were there are up again" servers_up

# ---- the module itself

gone() {
	! grep -q '^drlb ' /proc/modules && [[ ! -e /sys/module/drlb ]] &&
		[[ ! -e /sys/kernel/slab/drlb_conn4 ]] &&
		[[ ! -e /sys/kernel/slab/drlb_conn6 ]] &&
		! lb save >/dev/null 2>&1
}

load() { # [PARAMETER=VALUE]
	local -a problems

	begin
	rmmod drlb
	gone || wrong "something stays behind a module that was loaded"
	while :; do
		inject $n insmod "$MODULE" "$@"
		if [[ $status -ne 0 ]]; then
			told=$((told + 1))
			[[ $left -eq 0 ]] || wrong "it fails by itself"
			[[ $said == *"Cannot allocate memory"* ]] ||
				wrong "another error"
			gone || wrong "something stays behind"
		else
			[[ $left -gt 0 ]] || survived=$((survived + 1))
			lb save >/dev/null || wrong "no use"
			[[ $left -gt 0 ]] || rmmod drlb
		fi
		next || break
	done
	verdict "insmod $*" 10
}

# The loader's own allocations are not tested, only those of the module's init.
# The creation of caches is left out, since the kernel itself complains of its
# failure.
every_allocation
read -r start end < <(function_range do_one_initcall)
only_between "$start" "$end"
read -r start end < <(function_range __kmem_cache_create_args)
not_between "$start" "$end"
load
lb device add eth0
load ingress=eth7,eth8
lb apply config 2>/dev/null
check "the servers are up with the module that was loaded" servers_up
is "and serve" "$(curl_vip 9 $VIP | grep -c '^rs[123]$' || true)" 9
not_between 0 0

# Some operations need no memory at all, but most do.
between "allocations that failed" $failed_in_all 200 100000

finish
