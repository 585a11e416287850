#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Routes come and go without end on a director with thousands of servers. Only
# next hops that a route covers are looked at again, in a tenth of a processor's
# time.
#
#     director --- lan0, a dummy device: 20,000 servers of 10.8.0.0/16 and
#                  10,000 of 2001:db8:8::/64
#
# doors: prerouting
# cpus: 2
# timeout: 150
#
# Addresses and names have no spaces; functions are called by name; awk has its
# own $.
# shellcheck disable=SC2016,SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

SECONDS_OF_STORM=3
SERVERS=20000 SERVERS6=10000
MOST=25		# percent of a processor

modprobe dummy
sysctl -qw net.ipv{4,6}.neigh.default.gc_thresh{1,2,3}=200000
namespace director
in_ns director ip -batch - <<END
link set lo up
link add lan0 type dummy
link set lan0 up
address add 10.0.0.2/24 dev lan0
address add 10.8.0.1/16 dev lan0
address add 2001:db8:8::ffff/64 dev lan0 nodad
END

{
	echo "config probe_interval 0"
	echo "service tcp $VIP:80 scheduler rr"
	for ((n = 0; n < SERVERS; n++)); do
		echo "server 10.8.$((n / 250 + 1)).$((n % 250 + 1))"
	done
	echo "service tcp [$VIP6]:80 scheduler rr"
	for ((n = 1; n <= SERVERS6; n++)); do
		printf 'server 2001:db8:8::%x\n' $n
	done
} >"$TMPDIR/many"
lb apply "$TMPDIR/many" 2>/dev/null
say "applied at $SECONDS s"
is "thousands of servers are configured" \
	"$(services "[len(s['servers']) for s in services]")" "[$SERVERS, $SERVERS6]"
eventually "they are up" 30 servers_are_up

worker_ticks() { # of the kernel's worker threads
	cat /proc/[0-9]*/stat 2>/dev/null |
		awk '$2 ~ /^\(kworker/ { n += $14 + $15 } END { print n + 0 }'
}

workers_rest() { # for half a second
	local ticks
	ticks=$(worker_ticks)
	sleep 0.5
	(($(worker_ticks) - ticks <= 5))
}

storm() { # PREFIX: percent of a processor while its route comes and goes
	local start ticks elapsed changes
	wait_for 30 workers_rest || true
	start=${EPOCHREALTIME/./} ticks=$(worker_ticks)
	changes=$(in_ns director "$TOOLS/route-storm" $1 lan0 $SECONDS_OF_STORM)
	elapsed=$((${EPOCHREALTIME/./} - start))
	ticks=$(($(worker_ticks) - ticks))
	say "$1: $changes changes in $((elapsed / 1000)) ms," \
		"workers $ticks ticks" >&2
	echo $((ticks * 100 * 1000000 / $(getconf CLK_TCK) / elapsed))
}

while read -r what prefix; do
	what=${what//_/ }
	between "$what: percent of a processor" "$(storm $prefix)" 0 $MOST
done <<-END
	a_route_that_covers_no_server 192.0.2.0/24
	one_of_IPv6 2001:db8:bad::/48
	a_route_that_covers_all_servers 10.8.0.0/17
	one_of_IPv6_that_does 2001:db8:8::/65
END

# ---- changes that concern a server are seen nevertheless

lost_its_route() { # each server of the small services
	[[ $(lb -j server show tcp $VIPB:80 | json "servers[0]['state']") == \
		"no route" && $(lb -j server show tcp "[$VIPB6]:80" |
		json "servers[0]['state']") == "no route" ]]
}

lb service add tcp $VIPB:80 2>/dev/null
lb server add tcp $VIPB:80 10.8.1.1
lb service add tcp "[$VIPB6]:80" 2>/dev/null
lb server add tcp "[$VIPB6]:80" 2001:db8:8::1
spawn director "$TMPDIR/storm" "$TOOLS/route-storm" 192.0.2.0/24 lan0 60
in_ns director ip -batch - <<END
route add unreachable 10.8.1.1
route add unreachable 2001:db8:8::1
END
eventually "servers that lose their route in the storm are told of" 10 \
	lost_its_route
kill $spawned
is "the storm had no other end" "$(<"$TMPDIR/storm")" ""

finish
