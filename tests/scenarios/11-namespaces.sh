#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two directors with the same VIP in two namespaces do not see each other, and
# a user namespace without rights in the director's cannot configure it.
#
#     client   director   rs1         client2   director2   rs9
#        |        |        |             |          |        |
#        +--LAN---+--------+             +---LAN2---+--------+
#
#     VIPs 10.0.0.100 and 2001:db8::100 on both sides
#
# doors: both
# timeout: 240
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

switch lan
switch lan2
namespace client director rs1 client2 director2 rs9
lan_host client 3
lan_host director 2
lan_host rs1 11
plug client2 eth0 $MAC_client lan2 10.0.0.3/24 2001:db8::3/64
plug director2 eth0 $MAC_director lan2 10.0.0.2/24 2001:db8::2/64 \
	$VIP/32 $VIP6/128
plug rs9 eth0 02:00:00:00:00:19 lan2 10.0.0.19/24 2001:db8::19/64
vip_on_director $VIP $VIP6
for host in rs1 rs9; do
	real_server $host $VIP $VIP6
	serve_http $host
done
lb2() { in_ns director2 lbctl "$@"; }
director_devices eth0
[[ $DOOR != ingress ]] || lb2 device add eth0
# Closed connections keep their entries for the whole test.
lb config set tcp_fin_wait 3600

from2() { # COUNT VIP
	in_ns client2 "$TOOLS/ask" tcp "$2" 80 -n "$1" --sport 5000
}
from1() { ask tcp "$2" 80 -n "$1" --sport 5000; }

is "the second namespace has no services at first" \
	"$(lb2 -j service show)" '{"services":[]}'
for vip in $VIP $VIP6; do
	service tcp "$(at $vip 80)" "scheduler mh" "$(of $vip 11)"
	is "$vip: without a service the second director refuses" \
		"$(from2 1 $vip)" "refused"
	lb2 service add tcp "$(at $vip 80)" scheduler rr
	lb2 server add tcp "$(at $vip 80)" "$(of $vip 19)"
	is "$vip: the first one's client reaches rs1" \
		"$(from1 3 $vip | tally)" "rs1=3"
	# The same addresses and ports on both sides.
	is "$vip: the second one's reaches rs9" "$(from2 3 $vip | tally)" "rs9=3"
	is "$vip: each counts its own" \
		"$(services "svc('$vip', 80)['connections']") $(lb2 -j service \
		show | json "svc('$vip', 80)['connections']")" "3 3"
done
is "each has its own connections" \
	"$(connections "sorted({c['server'] for c in connections})") $(lb2 -j \
	connection show | json "sorted({c['server'] for c in connections})")" \
	"['10.0.0.11', '2001:db8::11'] ['10.0.0.19', '2001:db8::19']"
before=$(lb2 -j config show)
lb config set conn_max 4711 udp 42
is "settings are each one's own" "$(lb2 -j config show)" "$before"
is "and hold" "$(lb -j config show |
	json "[config['conn_max'], config['udp']]")" "[4711, 42]"
lb2 connection del all >/dev/null
is "deleting connections here leaves those there" \
	"$(lb2 -j connection count) $(lb -j connection count)" \
	'{"count":0} {"count":6}'
lb2 stats zero
is "zeroing counters here leaves those there" \
	"$(services "svc('$VIP', 80)['connections']") $(lb2 -j service \
	show | json "svc('$VIP', 80)['connections']")" "3 0"
lb2 service flush
is "flushing here leaves those there" "$(from1 3 $VIP | tally)" "rs1=3"

# ---- without rights

saved=$(lb save)
stranger() { # COMMAND...: as a user who is root in a user namespace only
	in_ns director setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare --user --map-root-user "$@"
}

denied() { # WORD...
	local out status=0
	out=$(stranger lbctl "$@" 2>&1) || status=$?
	is "without rights: $*" $status 1
	matches "says why" "$out" '[Pp]ermi|CAP_NET_ADMIN|root'
}

sysctl -qw kernel.unprivileged_userns_clone=1 2>/dev/null || true
is "the stranger is root at home" "$(stranger id -u)" 0
denied service add tcp $VIP:81
denied service del tcp $VIP:80
denied service set tcp $VIP:80 scheduler rr
denied service flush
denied server add tcp $VIP:80 10.0.0.12
denied server set tcp $VIP:80 10.0.0.11 weight 5
denied server del tcp $VIP:80 10.0.0.11
denied device add eth0
denied config set conn_max 1
denied stats zero
denied connection show
denied connection count
denied connection del all
denied apply /dev/null
is "nothing changed" "$(lb save)" "$saved"
is "the stranger may look at services" \
	"$(stranger lbctl -j service show | json "len(services)")" 2
check "and counters" stranger lbctl stats

spawn director "$TMPDIR/events" setpriv --reuid 65534 --regid 65534 \
	--clear-groups --bounding-set -all lbctl monitor
monitor=$spawned
check "who has no rights at all may listen" wait_for 30 listens $monitor
for state in unreachable up; do
	ip -n lan link set rs1-eth0 ${state/unreachable/down}
	check "and hears of a server that is $state" wait_for 60 \
		grep -qx "server 10.0.0.11 of [^ ]* [^ ]*: $state" "$TMPDIR/events"
	check "in IPv6, too" wait_for 60 \
		grep -qx "server 2001:db8::11 of [^ ]* [^ ]*: $state" \
		"$TMPDIR/events"
done
kill $monitor
matches "while there are clients" "$(lb connection count)" '^[1-9]'
is "but nothing of them" \
	"$(grep -vE '^server (10\.0\.0\.11|2001:db8::11) of [^ ]+ [^ ]+: [a-z]+$' \
		"$TMPDIR/events" || true)" ""

is "in a namespace of their own they may configure" "$(in_ns director \
	setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user \
	--map-root-user --net sh -c "ip link set lo up
	ip address add $VIP/32 dev lo
	lbctl service add tcp $VIP:80 scheduler rr && lbctl -j service show" |
	json "len(services)")" 1
is "which is not the director's" "$(lb save)" "$saved"

# ---- with rights in a namespace of their own, and a bounded share of memory

stranger_home
home_config() { at_home lbctl -j config show | json "$1"; }

conn_max=$(home_config "defaults['conn_max']")
between "a stranger's namespace starts with few connections" \
	"$conn_max" 1 65536
is "no more of them half-open than an eighth of that" \
	"$(home_config "config['tcp_unproven_max'] <= 65536 / 8")" True
is "the administrator's starts with a part of the memory" \
	"$(lb2 -j config show | json "defaults['conn_max'] >= $conn_max")" True
check "there they may limit connections" at_home \
	lbctl config set conn_max 1000
check "and go back to what they had" at_home \
	lbctl config set conn_max "$conn_max"
matches "but not take more memory than the administrator gives" "$(at_home \
	lbctl config set conn_max $((conn_max + 1)) 2>&1 || true)" "default"
check "who may give more" nsenter --target $home --net \
	lbctl config set conn_max $((conn_max * 2))
check "which does not keep the stranger from other settings" at_home \
	lbctl config set udp 42
is "and stays" "$(home_config "[config['conn_max'], config['udp']]")" \
	"[$((conn_max * 2)), 42]"
matches "as the most that they may have" "$(at_home lbctl config set \
	conn_max $((conn_max * 2 + 1)) 2>&1 || true)" "default"

# ---- their configuration does not delay others who wait for the same lock

# Prints the time in ms to configure the largest table. Weights are at their
# worst if its filling has rounds of which each serves one server only.
weighing() { # WEIGHT: of the first of many servers, the others have 1
	local n start=$EPOCHREALTIME
	{
		echo "service tcp 10.9.0.1:80 scheduler mh table-size 655373"
		for ((n = 0; n < 250; n++)); do
			echo "server 10.8.0.$((n + 1)) weight $((n ? 1 : $1))"
		done
	} | at_home "$BARE_LBCTL" apply - 2>/dev/null
	echo $(((${EPOCHREALTIME/./} - ${start/./}) / 1000))
}
weighing 1 >/dev/null
even=$(weighing 3)
uneven=$(weighing 2147483647)
say "weights nearly alike: $even ms, very different: $uneven ms"
between "weights that differ take no longer than others" "$uneven" 1 \
	$((5 * even))
at_home lbctl service flush

# ---- what they configure is charged to their memory cgroup

if ! grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
	say "no memory controller: not seen who is charged for configuration"
	finish
fi
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
CGROUP=/sys/fs/cgroup/stranger-$DOOR
mkdir $CGROUP{,-tables}

# The most slots of a Maglev table. Each takes two bytes.
SLOTS=655373

charged() { # WORD...: lbctl as the stranger, in the cgroup
	(
		echo $BASHPID >$CGROUP/cgroup.procs
		at_home "$BARE_LBCTL" "$@"
	)
}

used() { cat $CGROUP/memory.current; }
memory_event() { sed -n "s/^$1 //p" $CGROUP/memory.events; }
at_most() { (($(used) <= $1)); }

many() { # SERVICES SERVERS: so many services, each with so many servers
	local i n
	for ((i = 0; i < $1; i++)); do
		echo "service tcp 10.9.$((i / 250)).$((i % 250 + 1)):80"
		for ((n = 0; n < $2; n++)); do
			echo "server 10.8.$((n / 250)).$((n % 250 + 1))"
		done
	done
}

# The charge is at least the size of the objects: 300 bytes a service, 500 a
# server.
while read -r what services servers least; do
	many $services $servers >"$TMPDIR/many"
	before=$(used)
	charged apply - <"$TMPDIR/many" 2>/dev/null
	between "the stranger is charged for $what" $(($(used) - before)) \
		$least $((4 * least))
	charged service flush
	eventually "and no more when they have gone" 20 \
		at_most $((before + least / 2))
done <<-END
	services 2000 0 600000
	servers 10 250 1000000
END

table() { charged server add tcp 10.9.0.$1:80 10.8.0.1 2>&1; }

CGROUP+=-tables
for n in {1..9}; do
	at_home lbctl service add tcp 10.9.0.$n:80 scheduler mh \
		table-size $SLOTS 2>/dev/null
done
before=$(used)
table 1 >/dev/null
size=$(($(used) - before))
between "the stranger is charged for a Maglev table" $size \
	$((2 * SLOTS * 3 / 4)) $((2 * SLOTS * 2))
# Leaves room for two and a half more tables, besides what lbctl needs to run.
before=$(used)
echo $(($(<$CGROUP/memory.peak) + 5 * size / 2)) >$CGROUP/memory.max
for n in {2..9}; do
	said=$(table $n) || break
done
between "and gets no more of them than the cgroup may have" $n 3 5
matches "which is told" "$said" '[Mm]emory'
between "by the cgroup's limit" "$(memory_event max)" 1 1000000
is "nobody is killed for it" "$(memory_event oom_kill)" 0
is "those that fit are there" "$(at_home lbctl -j service show |
	json "[len(s['servers']) for s in services].count(1)")" $((n - 1))
check "the host is not concerned" lb service add tcp 10.9.0.1:80 \
	scheduler mh table-size $SLOTS
check "whatever it configures" lb server add tcp 10.9.0.1:80 10.0.0.11
check "the stranger may still remove what is there" \
	charged service flush
eventually "and the memory comes back" 20 at_most $((before - size / 2))

finish
