# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The common functions of the benchmark's parts, in the guest. One host, one
# network:
#
#	frames of clients 198.18.0.0/15, 2001:db8:1::/96 (see gen/frame.c)
#	   |
#	lan0, a dummy device: director 10.0.0.2, VIP 10.0.0.100, 2001:db8::100
#	   |
#	servers 10.0.0.11 to .14, 2001:db8::11 to ::14, permanent neighbours
#
# The part names the packets that it is about to send in $row, and finds the
# cost of one in $cost. A figure is a line "PART<tab>ROW<tab>COLUMN<tab>VALUE"
# in $RESULTS/figures.

# The parts use many of the variables that are set here.
# shellcheck disable=SC2034

set -Eeuo pipefail
shopt -s inherit_errexit

TOP=$PWD
KVER=$(uname -r)
PATH=$TOP:$PATH
RESULTS=${RESULTS:?not started by tests/bench/run}

declare -A VIP=([udp4]=10.0.0.100 [tcp4]=10.0.0.100
		[udp6]=2001:db8::100 [tcp6]=2001:db8::100)
# Packets that are routed, not balanced, leave by a device of their own, so that
# there are no redirects.
declare -A FAR=([udp4]=203.0.113.100 [tcp4]=203.0.113.100
		[udp6]=2001:db8:f::100 [tcp6]=2001:db8:f::100)
SYN=2
ACK=16
# This is coprime to any number of flows here.
STEP=15485863
# The steps from one packet's flow to the next one's: a different one for each
# sample, none of them that of the filling. So a sample finds neither the last
# one's connections in the cache nor any in the order of their allocation.
steps=(32452843 49979687 67867967 86028121 104395301)

die() {
	echo "bench: $*" >&2
	exit 1
}

trap 'echo "bench: line $LINENO: $BASH_COMMAND" >&2' ERR

progress() {
	printf '%s  %s\n' "$(cut -d. -f1 /proc/uptime)" "$*"
}

figure() { # PART ROW COLUMN VALUE
	printf '%s\t%s\t%s\t%s\n' "$@" >>"$RESULTS/figures"
}

# ---- the host --------------------------------------------------------------

dummy() { # DEVICE MAC
	ip link add "$1" address "$2" type dummy
	ip link set "$1" arp on multicast off up
}

neighbour() { # DEVICE ADDRESS MAC
	echo "neighbour replace $2 lladdr $3 nud permanent dev $1"
}

server_mac() { # NUMBER
	printf '02:00:00:00:%02x:%02x\n' $(($1 >> 8)) $(($1 & 255))
}

host_up() {
	local n

	modprobe dummy numdummies=0
	sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0 \
		net.ipv4.conf.all.send_redirects=0 \
		net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.router_solicitations=0
	dummy lan0 02:00:00:00:00:02
	dummy lan1 02:00:00:00:00:03
	ip address add 10.0.0.2/24 dev lan0
	ip address add 2001:db8::2/64 dev lan0 nodad
	ip address add 10.0.0.100/32 dev lan0
	ip address add 2001:db8::100/128 dev lan0 nodad
	ip address add 10.0.1.2/24 dev lan1
	ip address add 2001:db8:0:1::2/64 dev lan1 nodad
	{
		neighbour lan0 10.0.0.1 02:00:00:00:00:01
		neighbour lan0 2001:db8::1 02:00:00:00:00:01
		neighbour lan1 10.0.1.1 02:00:00:00:01:01
		neighbour lan1 2001:db8:0:1::1 02:00:00:00:01:01
		for n in 1 2 3 4; do
			neighbour lan0 10.0.0.1$n "$(server_mac $((16 + n)))"
			neighbour lan0 2001:db8::1$n "$(server_mac $((16 + n)))"
		done
	} | ip -batch -
	ip route add default via 10.0.0.1
	ip route add default via 2001:db8::1
	ip route add 203.0.113.0/24 via 10.0.1.1
	ip route add 2001:db8:f::/64 via 2001:db8:0:1::1
	sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

	insmod "$TOP/build/$KVER-generator/drlb-gen.ko"
	settled || die "lan0 does not come to rest"
}

transmitted() { # DEVICE
	cat "/sys/class/net/$1/statistics/tx_packets"
}

# Waits until nobody has sent for two seconds: then the counters are the
# benchmark's.
settled() {
	local before tries

	for ((tries = 0; tries < 30; tries++)); do
		before=$(transmitted lan0)-$(transmitted lan1)
		sleep 2
		[[ $before != "$(transmitted lan0)-$(transmitted lan1)" ]] ||
			return 0
	done
	return 1
}

# The figures are worthless unless the counter counts instructions.
counts_instructions() {
	local cycles

	cycles=$(dmesg | sed -n 's/.*2000000 instructions are \([0-9]*\) .*/\1/p')
	((cycles >= 2000000 && cycles < 2000100)) ||
		die "2000000 instructions took $cycles cycles"
}

# ---- packets ---------------------------------------------------------------

egress=lan0	# the device that must send what is received
target=VIP	# the packets' destination
row=
cost=
expected=	# no: packets that are received must be dropped

declare -A result=()

gen() { # WORD...
	local key value

	echo "dev=lan0 step=$STEP $*" >/proc/drlb-gen || die "generator: $*"
	result=()
	while read -r key value; do
		[[ $key != in ]] || break
		[[ $key != cpu ]] || continue
		result[$key]=$value
	done </proc/drlb-gen
}

words() { # KIND FLAGS
	local -n to=$target

	echo "dst=${to[$1]} port=${port:-80} flags=$2" \
		"protocol=$([[ $1 == tcp* ]] && echo 6 || echo 17)"
}

# Sends $5 packets of kind $1 with TCP flags $2, of flows $3 to $3 + $4 - 1, and
# insists that each of them has been forwarded. Sets $cost for one.
send() { # KIND FLAGS FIRST FLOWS COUNT
	local before after wanted=$5

	[[ $expected != no ]] || wanted=0
	before=$(transmitted "$egress")
	gen mode=cost "$(words "$1" "$2")" "first=$3" "flows=$4" "count=$5"
	after=$(transmitted "$egress")
	[[ $((after - before)) -eq $wanted ]] ||
		die "$row: of $5 packets ($1, flags $2, flows $3+$4)" \
		    "$((after - before)) were sent on, not $wanted"
	sent=$((${sent:-0} + $5))
	cost=$(ratio "${result[cycles]}" "${result[sent]}")
}

ratio() { # A B
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f\n", a / b }'
}

# The floor: the cost of making a packet, and of dropping it at ingress by
# means that every kernel has.
drop_all() {
	expected=no
	nft -f - <<-'END'
		table netdev bench {
			chain ingress {
				type filter hook ingress device lan0 priority 0
				policy drop
			}
		}
	END
}

drop_none() {
	nft delete table netdev bench
	expected=
}

# ---- peers -----------------------------------------------------------------

kinds=(udp4 tcp4 udp6 tcp6)

bracketed() { # ADDRESS
	[[ $1 != *:* ]] && echo "$1" || echo "[$1]"
}

server() { # KIND NUMBER
	[[ $1 == *4 ]] && echo "10.0.0.1$2" || echo "2001:db8::1$2"
}

# Adds more than four servers: 10.16.0.1 and so on, for IPv4 only.
many_up() { # COUNT
	local i

	ip address add 10.16.255.254/16 dev lan0
	for ((i = 1; i <= $1; i++)); do
		neighbour lan0 "$(many $i)" "$(server_mac $((0x1000 + i)))"
	done | ip -batch -
}

many() { # NUMBER
	echo "10.16.$(($1 >> 8)).$(($1 & 255))"
}

# The weights differ, since wrr would be no more than rr otherwise.
drlb_many() { # SCHEDULER COUNT
	local i

	drlb_limits
	echo "device lan0"
	echo "service udp ${VIP[udp4]}:80 scheduler $1"
	for ((i = 1; i <= $2; i++)); do
		echo "server $(many $i) weight $((1 + i % 3))"
	done
}

drlb_load() {
	modprobe -a nf_{defrag,reject}_ipv{4,6}
	insmod "$TOP/build/$KVER/drlb.ko" || die "drlb does not load"
}

drlb_unload() {
	rmmod drlb
}

# No measured packet may be left to the hash, and nothing may expire while the
# machine waits for its disk: its clock then leaps from timer to timer.
drlb_limits() {
	echo "config conn_max 20000000"
	echo "config tcp_unproven_max 20000000"
	echo "config udp_unproven_max 20000000"
	echo "config tcp_syn_recv 604800"
	echo "config tcp_ack_recv 604800"
	echo "config tcp_established 604800"
}

# Flows of one packet have a timeout of their own.
drlb_udp() { # TIMEOUT
	echo "config udp_new $1"
	echo "config udp $1"
}

# Prints services for all kinds, four servers each, as lines for lbctl apply.
drlb_services() {
	local kind n

	drlb_limits
	drlb_udp 604800
	for kind in "${kinds[@]}"; do
		echo "service ${kind%?} $(bracketed "${VIP[$kind]}"):80 scheduler wlc"
		for n in 1 2 3 4; do
			echo "    server $(server "$kind" $n)"
		done
	done
}

# The counters of drlb must agree with those of the device.
drlb_check() { # PACKETS CONNECTIONS
	local packets connections stateless

	packets=$(lbctl -j service show |
		  python3 -c 'import json, sys
print(sum(s["packets"] for s in json.load(sys.stdin)["services"]))')
	stateless=$(lbctl -j stats |
		    python3 -c 'import json, sys
print(sum(c["value"] for c in json.load(sys.stdin)["stats"]["counters"]
	  if c["name"] == "stateless"))')
	connections=$(lbctl connection count)
	[[ $packets -eq $1 ]] ||
		die "$row: drlb says it forwarded $packets packets, not $1"
	[[ $connections -eq $2 ]] ||
		die "$row: drlb has $connections connections, not $2"
	[[ $stateless -eq 0 ]] ||
		die "$row: drlb forwarded $stateless packets without a connection"
}

ipvs_load() { # BITS
	local kind n proto

	modprobe ip_vs conn_tab_bits="$1"
	modprobe ip_vs_wlc
	ipvsadm --set 604800 604800 604800
	for kind in "${kinds[@]}"; do
		proto=-${kind:0:1}
		ipvsadm -A "$proto" "$(bracketed "${VIP[$kind]}"):80" -s wlc
		for n in 1 2 3 4; do
			ipvsadm -a "$proto" "$(bracketed "${VIP[$kind]}"):80" \
				-r "$(bracketed "$(server "$kind" $n)"):80" -g
		done
	done
}

# Adds up the servers' counts. /proc/net/ip_vs_conn takes quadratic time.
ipvs_connections() { # PROTOCOL
	awk -v protocol="$1" '
		$1 == "TCP" || $1 == "UDP" { wanted = $1 == protocol }
		$1 == "->" && wanted { sum += $5 + $6 }
		END { print sum + 0 }' /proc/net/ip_vs
}

ipvs_unload() {
	ipvsadm -C
	modprobe -r ip_vs_wlc
	[[ ! -e /sys/module/ip_vs ]] || modprobe -r ip_vs
}

conntrack_active() {
	nft -f - <<-'END'
		table inet tracking {
			chain prerouting {
				type filter hook prerouting priority filter
				ct state established counter
			}
		}
	END
	sysctl -qw net.netfilter.nf_conntrack_max=2000000 \
		net.netfilter.nf_conntrack_udp_timeout=604800 \
		net.netfilter.nf_conntrack_udp_timeout_stream=604800 \
		net.netfilter.nf_conntrack_tcp_timeout_syn_sent=604800
}

conntrack_idle() {
	nft delete table inet tracking
	conntrack -F >/dev/null 2>&1
}
