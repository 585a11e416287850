#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The time that a change of a server's state takes in softirq does not depend on
# the number of services that have the server.
#
#     director    rs1, in 15,000 services    rs2, in one
#        |         |                          |
#        +---LAN---+--------------------------+
#
# doors: prerouting
# kernels: 6.1 6.12
# timeout: 150
#
# Addresses and names have no spaces; functions are called by name; awk has its
# own $.
# shellcheck disable=SC2016,SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

SERVICES=15000
ROUNDS=6
TRACE=/sys/kernel/tracing

mountpoint -q $TRACE || mount -t tracefs tracefs $TRACE
switch lan
namespace director rs1 rs2
lan_host director 2
lan_host rs1 11
lan_host rs2 12
{
	echo "config probe_interval 0"
	echo "service tcp $VIP:80"
	echo "server 10.0.0.11"
	echo "service tcp $VIP:81"
	echo "server 10.0.0.12"
	for ((n = 1; n < SERVICES; n++)); do
		echo "service tcp 10.7.$((n / 250)).$((n % 250 + 1)):80"
		echo "server 10.0.0.11"
	done
} >"$TMPDIR/many"
lb apply "$TMPDIR/many" 2>/dev/null
say "applied at $SECONDS s"

state() { # PORT: state of the VIP's server on that port
	lb -j server show tcp $VIP:$1 | json "servers[0]['state']"
}

is_up() { [[ $(state $1) == up ]]; }

answered() { # ADDRESS
	[[ $(ip -n director neighbour show $1) =~ REACHABLE|STALE|DELAY|PROBE ]]
}

# The longest NET_RX softirq while a neighbour fails and answers again, in us.
longest() { # SERVER PORT
	echo >$TRACE/trace
	echo 1 >$TRACE/tracing_on
	ip -n director neighbour change $1 dev eth0 nud failed
	wait_for 10 answered $1
	echo 0 >$TRACE/tracing_on
	wait_for 10 is_up $2
	awk '
		match($0, /\[[0-9]+\]/) { cpu = substr($0, RSTART, RLENGTH) }
		match($0, /[0-9]+\.[0-9]+: softirq_/) {
			at = substr($0, RSTART) + 0
			if (/softirq_entry/)
				begun[cpu] = at
			else if (cpu in begun && at - begun[cpu] > most)
				most = at - begun[cpu]
		}
		END { printf "%d\n", most * 1000000 }' $TRACE/trace
}

check "both servers are up" wait_for 20 is_up 80
check "the other one as well" wait_for 20 is_up 81
for event in softirq_entry softirq_exit; do
	echo "vec == 3" >$TRACE/events/irq/$event/filter
	echo 1 >$TRACE/events/irq/$event/enable
done
# The shortest time of several counts, since other processes use the processor
# too. Both servers take turns.
for ((n = 0; n < ROUNDS; n++)); do
	longest 10.0.0.11 80 >>"$TMPDIR/shared"
	longest 10.0.0.12 81 >>"$TMPDIR/single"
done
for event in softirq_entry softirq_exit; do
	echo 0 >$TRACE/events/irq/$event/enable
	echo 0 >$TRACE/events/irq/$event/filter
done
say "us, in $SERVICES services: $(paste -sd ' ' "$TMPDIR/shared")" \
	"in one: $(paste -sd ' ' "$TMPDIR/single")"
# In a round the answer may come before the trace: 0 is no time.
least() { grep -vx 0 "$TMPDIR/$1" | sort -n | head -n 1; }
shared=$(least shared) single=$(least single)
between "softirqs were seen" "${single:-0}" 1 1000000
between "a server of $SERVICES services takes no more time than another" \
	"${shared:-0}" 1 $((2 * ${single:-0} + 100))

finish
