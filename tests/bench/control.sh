# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The control plane: how many seconds an administrator's commands take. In a
# virtual machine without KVM everything is some 20 times slower than outside.

. "${BASH_SOURCE[0]%/*}/lib.sh"

# The output stays in memory, since the shared directory is slow.
took() { # ROW COMMAND...
	local start=$EPOCHREALTIME

	progress "$1"
	"${@:2}" >/tmp/out 2>/tmp/err ||
		die "$1: $(tail -n 5 /tmp/err)"
	figure control "$1" seconds "$(awk -v a="$start" -v b="$EPOCHREALTIME" \
		'BEGIN { printf "%.3f", b - a }')"
}

# The services differ in their ports; their servers are the same.
config() { # SERVICES
	local i n

	for ((i = 0; i < $1; i++)); do
		echo "service tcp ${VIP[tcp4]}:$((10000 + i)) scheduler rr"
		for n in {11..20}; do
			echo "    server 10.0.0.$n"
		done
	done
}

for_ipvsadm() { # SERVICES
	local i n

	for ((i = 0; i < $1; i++)); do
		echo "-A -t ${VIP[tcp4]}:$((10000 + i)) -s rr"
		for n in {11..20}; do
			echo "-a -t ${VIP[tcp4]}:$((10000 + i)) -r 10.0.0.$n -g"
		done
	done
}

# Prints 1,100 commands.
one_by_one() { # FIRST-PORT
	local i n

	for ((i = $1; i < $1 + 100; i++)); do
		lbctl service add tcp "${VIP[tcp4]}:$i" scheduler rr
		for n in {11..20}; do
			lbctl server add tcp "${VIP[tcp4]}:$i" "10.0.0.$n"
		done
	done
}

servers() {
	lbctl -j server show | python3 -c 'import json, sys
print(len(json.load(sys.stdin)["servers"]))'
}

are() { # WHAT NUMBER WANTED
	[[ $2 -eq $3 ]] || die "there are $2 $1, not $3"
}

host_up
for n in {15..20}; do
	neighbour lan0 "10.0.0.$n" "$(server_mac "$n")"
done | ip -batch -
config 1000 >/tmp/1000.conf
config 10000 >/tmp/10000.conf
for_ipvsadm 10000 >/tmp/ipvs.rules

drlb_load
took "1,100 commands, one by one" one_by_one 30000
are servers "$(servers)" 1000
took "apply an empty file" lbctl apply /dev/null
took "apply 1,000 x 10" lbctl apply /tmp/1000.conf
are servers "$(servers)" 10000
took "apply 1,000 x 10, unchanged" lbctl apply /tmp/1000.conf
lbctl apply /dev/null
took "apply 10,000 x 10" lbctl apply /tmp/10000.conf
are servers "$(servers)" 100000
took "apply 10,000 x 10, unchanged" lbctl apply /tmp/10000.conf
took "save 10,000 x 10" lbctl save
are lines "$(grep -c server /tmp/out)" 100000
took "1,100 commands, 10,000 x 10 there" one_by_one 30000
are servers "$(servers)" 101000
drlb_unload

row=connections
drlb_load
{
	drlb_limits
	drlb_udp 604800
	echo "device lan0"
	echo "service udp ${VIP[udp4]}:80"
	echo "server $(server udp4 1)"
} | lbctl apply -
sent=0
send udp4 0 0 250000 250000
took "connection show, 250,000" lbctl connection show
are connections "$(grep -c "198.1[89]" /tmp/out)" 250000
send udp4 0 250000 750000 750000
took "connection show, 1,000,000" lbctl connection show
are connections "$(grep -c "198.1[89]" /tmp/out)" 1000000
took "connection count, 1,000,000" lbctl connection count
took "server del, 1,000,000 connections" \
	lbctl server del udp "${VIP[udp4]}:80" "$(server udp4 1)"
drlb_unload
rm -f /tmp/out

modprobe -a ip_vs ip_vs_rr
took "ipvsadm -R 10,000 x 10" ipvsadm -R <<<"$(</tmp/ipvs.rules)"
are servers "$(grep -c -- '->' /proc/net/ip_vs)" 100001
ipvsadm -C
modprobe -r ip_vs_rr
