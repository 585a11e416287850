#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything about a director changes on one processor. On the other one packets
# of all kinds are sent, all that can be shown is read, and a tap holds clones
# of the packets. Afterwards the director serves, and all counts are right.
#
#     client   director ---LAN2--- far       VIPs 10.0.0.100, .101 and
#        |        |                          2001:db8::100, ::101 on all
#        +--LAN---+---- rs1, rs2, rs3, many  but the client
#
#     many and far are a real server at each of many addresses
#
# kernels: kasan lockdep kcsan gcov
# doors: both
# cpus: 2
# seconds: 120
# timeout: 240
# progress: yes
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

SECS=${SECS:-120}
SEED=${SEED:-1}
RATE=1500	# more packets would leave too little time for the changes
BASE=$TMPDIR/base
export DIRECTOR_SETUP=$TMPDIR/setup MODULE

for name in traffic tap; do
	gcc -O2 -o "$TMPDIR/$name" "$TOP/tests/debug/$name.c"
done

topology flat
switch lan2
namespace many far attic
lan_host many 40
plug far eth0 02:00:00:00:01:40 lan2
plug director eth1 02:00:00:00:00:22 lan2
sysctls director net.ipv6.conf.all.keep_addr_on_down=1
for n in {41..57}; do
	echo "address add 10.0.0.$n/24 dev eth0"
	echo "address add 2001:db8::$n/64 dev eth0 nodad"
done | ip -n many -batch -
for n in {40..57}; do
	echo "address add 10.0.1.$n/24 dev eth0"
	echo "address add 2001:db8:1::$n/64 dev eth0 nodad"
done | ip -n far -batch -
for host in rs1 rs2 rs3 many far; do
	real_server $host $VIP $VIP6 $VIPB $VIPB6
done
for n in 1 2 3; do
	serve_http rs$n rs$n 80 8080
done

# The addresses and routes of the director's devices. The clients' networks lead
# to the client, so that ICMP errors are sent.
cat >"$DIRECTOR_SETUP" <<END
link set lo up
link set eth0 mtu 1500 up
link set eth1 mtu 1500 up
address replace 10.0.0.2/24 dev eth0
address replace 10.0.1.2/24 dev eth1
address replace 2001:db8::2/64 dev eth0 nodad
address replace 2001:db8:1::2/64 dev eth1 nodad
address replace $VIP/32 dev eth0
address replace $VIPB/32 dev eth0
address replace $VIP6/128 dev eth0 nodad
address replace $VIPB6/128 dev eth0 nodad
route replace 198.18.0.0/15 via 10.0.0.3
route replace 2001:db8:bad::/48 via 2001:db8::3
END
in_ns director ip -batch "$DIRECTOR_SETUP"
# The device for frames with a tag, while it exists.
in_ns director ip link add link eth0 name eth0.7 up type vlan id 7

kernel_memory() {
	awk '/^(SUnreclaim|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' \
		/proc/meminfo
}

memory_is_back() { (($(kernel_memory) < memory + 8192)); }

rmmod drlb
memory=$(kernel_memory)
insmod "$MODULE"

hooks_stay attic

# ---- the base: all schedulers, tournaments among them

members() { # PREFIX FIRST LAST
	local n
	for ((n = $2; n <= $3; n++)); do
		echo "    server $1$n"
	done
}

real4=$(members 10.0.0. 11 13) real6=$(members 2001:db8:: 11 13)
{
	[[ $DOOR != ingress ]] || echo "device eth0"
	cat <<-END
		service tcp $VIP:80 scheduler wlc
		$real4
		$(members 10.0.0. 40 57)
		$(members 10.0.1. 40 51)
		service tcp $VIP:8080 scheduler rr
		$real4
		    server 10.0.0.2
		service tcp $VIP:443 scheduler mh table-size 251
		$(members 10.0.0. 40 47)
		service udp $VIP:53 scheduler wrr
		$(members 10.0.0. 40 43)
		$(members 10.0.1. 40 43)
		service udp $VIP:* scheduler wlc
		$(members 10.0.0. 40 57)
		service tcp $VIPB:80 scheduler wrr
		$(members 10.0.0. 40 44)
		service tcp [$VIP6]:80 scheduler wlc
		$real6
		$(members 2001:db8:: 40 57)
		service tcp [$VIP6]:8080 scheduler mh table-size 251
		$real6
		$(members 2001:db8:1:: 40 44)
		service udp [$VIP6]:53 scheduler rr
		$(members 2001:db8:: 40 44)
		service udp [$VIPB6]:* scheduler wlc
		$(members 2001:db8:1:: 40 57)
	END
} >"$BASE"
lb apply "$BASE"
check "the servers are up" servers_up

# ---- the churn

start_traffic() { # SECONDS
	spawn client "$TMPDIR/sent" taskset -c 1 "$TMPDIR/traffic" eth0 "$1" \
		$RATE "$SEED" $MAC_director/{$VIP,$VIP,$VIPB,$VIP6,$VIP6,$VIPB6} \
		02:00:00:00:00:05/10.0.0.105
	traffic=$spawned
}

stop_traffic() {
	kill -TERM $traffic 2>/dev/null || true
	wait $traffic || fail "the sender ends well" "$?" "$(<"$TMPDIR/sent")"
	say "packets sent: $(tr '\n' ' ' <"$TMPDIR/sent")"
	is "there were packets of each kind, on each way" \
		"$(awk '$2 == 0 { print $1 }' "$TMPDIR/sent")" ""
}

actor() { # NAME KINDS SECONDS SEED
	local cpu=0
	[[ $1 != reader ]] || cpu=1
	spawn director "$TMPDIR/$1.log" taskset -c $cpu "$TOP/tests/debug/churn" \
		"$1" "$2" "$3" "$4" "$BASE" "$TMPDIR/$1"
}

# Prints the number of all frames that were sent to servers.
delivered() {
	{
		in_ns lan cat /proc/net/dev
		in_ns lan2 cat /proc/net/dev
	} | awk '/^ *(rs[123]|many|far)-eth0:/ { sum += $11 } END { print sum }'
}

spawn director "$TMPDIR/events" lbctl -j monitor
events=$spawned
spawn director "$TMPDIR/tap.log" taskset -c 1 "$TMPDIR/tap" 64 $MAC_director
tap=$spawned
start_traffic $((SECS * 4 + 600))
actors=(control network reader) pids=()
for ((n = 0; n < ${#actors[@]}; n++)); do
	actor ${actors[n]} "calm server any" "$SECS" $((SEED + n))
	pids+=("$spawned")
done

all_ended() {
	local pid
	for pid in "${pids[@]}"; do
		process_ended $pid || return
	done
}

# ARP alone causes fewer frames than the limit below.
least=1000000 samples=0 before=$(delivered)
while ! all_ended; do
	sleep 10
	now=$(delivered)
	((now - before >= least)) || least=$((now - before))
	say "$((now - before)) frames to servers in 10 s"
	before=$now samples=$((samples + 1))
done
for ((n = 0; n < ${#actors[@]}; n++)); do
	wait ${pids[n]} || fail "the churn comes to its end: ${actors[n]}" \
		"$(<"$TMPDIR/${actors[n]}.log")"
done
between "packets were forwarded all along" $least 200 10000000
say "at least $least in each of $samples times 10 s, $before in all"

# Each row of the churn's table was carried out, and succeeded at least once.
judge_actor() { # NAME TEXT
	local what good bad why never=
	is "$2nothing was wrong: $1" "$(<"$TMPDIR/$1.log")" ""
	while read -r what good bad why; do
		((good > 0)) || never+="$what: $why"$'\n'
		say "$what: $good succeeded, $bad did not${why:+: $why}"
	done <"$TMPDIR/$1"
	is "$2all that is in the table succeeded: $1" "$never" ""
}

for name in "${actors[@]}"; do
	judge_actor $name ""
done

kill $tap || true
wait $tap || fail "the tap ends well" "$(<"$TMPDIR/tap.log")"
is "what a tap holds is left as it came" \
	"$(sed '/^seen/d' "$TMPDIR/tap.log")" "changed 0"
between "it held some" "$(sed -n 's/^seen //p' "$TMPDIR/tap.log")" 1000 100000000

# ---- no count has drifted

unchurned() { # FILE: no traffic, all devices as they were, FILE applied
	stop_traffic
	in_ns director ip -force -batch "$DIRECTOR_SETUP" 2>/dev/null || true
	# ip gives up after ten rounds if the neighbours that drlb asks for come
	# back.
	ip -n director neigh flush dev eth0 || true
	ip -n director neigh flush dev eth1 || true
	lb apply "$1"
}

numbers="[stats[n] for n in ('unproven_tcp', 'unproven_udp', 'connections')]"

nothing_counted() {
	[[ $(services "sum(r['active'] + r['inactive']
		for s in services for r in s['servers'])") == 0 ]] &&
		[[ $(stats "$numbers") == "[0, 0, 0]" ]]
}

forgotten() { # TEXT
	lb connection del all >/dev/null
	wait_for 20 nothing_counted || true
	is "$1: without connections none is counted" "$(services "[
		(s['address'], s['port'], r['address'], r['active'], r['inactive'])
		for s in services for r in s['servers']
		if r['active'] or r['inactive']]") $(stats "$numbers")" \
		"[] [0, 0, 0]"
}

both() {
	printf '{"services":%s,"connections":%s}' \
		"$(lb -j service show | sed 's/^{"services":\(.*\)}$/\1/')" \
		"$(lb -j connection show | sed 's/^{"connections":\(.*\)}$/\1/')"
}

# Lists the servers whose counts differ from those of the listed connections. A
# connection whose port has no service belongs to the service for any port.
drift="(lambda ports, active: (lambda listed: [
	(s['address'], s['port'], r['address'], r['active'], r['inactive'],
	 listed[key + (True,)], listed[key + (False,)])
	for s in services for r in s['servers']
	for key in [(s['protocol'], s['address'], s['port'], r['address'])]
	if (r['active'], r['inactive']) !=
	   (listed[key + (True,)], listed[key + (False,)])])(
	__import__('collections').Counter(
		(c['protocol'], c['vip'],
		 c['vip_port'] if (c['protocol'], c['vip'], c['vip_port']) in ports
		 else 0, c['server'], c['state'] in active)
		for c in connections)))(
	{(s['protocol'], s['address'], s['port']) for s in services},
	('SYN_RECV', 'ACK_RECV', 'ESTABLISHED'))"
no_drift() { drifted=$(json_ask "$drift" both) && [[ $drifted == "[]" ]]; }

unchurned "$BASE"
forgotten "after all of the churn"

# With connections that live for long, by a churn that leaves each with its
# server or moves it.
{
	for state in tcp_{syn,ack}_recv tcp_{established,fin_wait,time_wait,close} \
		udp{_new,}; do
		echo "config $state 3600"
	done
	cat "$BASE"
} >"$BASE.long"
lb apply "$BASE.long"
start_traffic $((SECS * 4 + 600))
BASE=$BASE.long actor control "calm server" $((SECS / 6)) $((SEED + 2))
wait $spawned || fail "the second churn comes to its end"
judge_actor control "the second churn: "
unchurned "$BASE.long"
wait_for 20 no_drift || true
is "each server counts the connections that are listed" "$drifted" "[]"
listed=$(lb connection count)
between "there are some" "$listed" 100 1000000
unproven=0
for state in SYN_RECV ACK_RECV TIME_WAIT CLOSE; do
	unproven=$((unproven + $(lb connection count state $state)))
done
is "of which those of TCP that are not proven" \
	"$(stats "stats['unproven_tcp']")" $unproven
is "and of UDP" "$(stats "stats['unproven_udp']")" \
	"$(lb connection count state UDP_NEW)"
forgotten "after some churn"

# ---- a dump during which something changes says so

# The end of a dump is a message of its own, even if the rest fits into one. It
# is made when that one is read. Prints "interrupted" or "as it was".
dump_while() { # COMMAND WORD...: runs lbctl WORD... between the two messages
	in_ns director python3 -BES - "$TOP" "$@" <<-'END'
		import subprocess
		import sys
		sys.path.insert(0, sys.argv[1] + "/tests/tools")
		import genl

		commands = genl.Header(sys.argv[1] + "/kmod/uapi/drlb.h").values("drlb_cmd")
		s = genl.Socket()
		family = genl.number(genl.family_id("drlb", s)[1])
		s.send(genl.message(family, genl.REQUEST | genl.DUMP, 7,
		                    genl.header(commands[sys.argv[2]])))
		subprocess.run(["lbctl"] + sys.argv[3:], check=True,
		               stdout=subprocess.DEVNULL)
		flags, ended = 0, False
		while not ended:
		    for a in s.receive():
		        flags |= a.flags
		        ended |= a.kind == genl.DONE
		print("interrupted" if flags & 0x10 else "as it was")
	END
}

lb device add eth1 2>/dev/null || true
while read -r command wanted words; do
	is "$command, and $words meanwhile" "$(dump_while $command $words)" \
		"${wanted//_/ }"
done <<END
SERVICE_GET as_it_was version
SERVICE_GET interrupted server set tcp $VIP:80 10.0.0.11 weight 7
SERVICE_GET interrupted service del tcp $VIP:443
DEVICE_GET as_it_was version
DEVICE_GET interrupted device add other0
DEVICE_GET interrupted device del eth1
END
lb device del other0

# ---- it serves

lb service flush
for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler rr" "$(of $vip 11)" \
		"$(of $vip 12)" "$(of $vip 13)"
done
check "the servers are up again" servers_up
for vip in $VIP $VIP6; do
	is "$vip: all servers serve" "$(curl_vip 9 $vip | tally)" \
		"rs1=3 rs2=3 rs3=3"
done

# ---- nothing is left

check "who listened to events still does" kill $events
wait_for 10 process_ended $events
check "the module unloads" wait_for 10 rmmod drlb
is "its caches are gone" "$(grep -o '^drlb[^ ]*' /proc/slabinfo || true)" ""
if [[ ! -e /sys/kernel/debug/kmemleak ]]; then
	# kmemleak keeps memory back, and looks for leaks itself.
	eventually "its memory is back" 30 memory_is_back
	say "kB of kernel memory before $memory, now $(kernel_memory)"
fi

finish
