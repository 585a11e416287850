#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Frames of all kinds, made ones and captured ones, in all shapes that they can
# have in memory: first valid ones, split at each byte of their headers, then
# valid ones and broken ones by chance, as long as there is time. A model knows
# from the documentation what must become of each: to which server it goes and
# with which bytes, which ICMP error answers it, which counter counts it. See
# tests/fuzz/frames.
#
#     tester: client0 --- eth0 director lan0 --- lan0 :tester
#          program --- tun0
#
#     VIPs 10.0.0.100, 10.0.0.101, 2001:db8::100 and 2001:db8::101, clients and
#     servers exist as frames only
#
# kernels: 6.1 kasan gcov
# doors: both
# timeout: 120
# progress: yes
#
# SEED=, SECS= and BATCH=: see tests/fuzz/frames/main.c. SECS is 60 on debug
# kernels, 0 on others.

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

FRAMES=$TMPDIR/frames

gcc -O1 -Wall -I"$TOP/kmod/uapi" "$TOP"/tests/fuzz/frames/*.c -lmnl -o "$FRAMES"

# ---- two links, whose other ends belong to the program

namespace tester director
wire() { # DEVICE OF-TESTER MAC MTU
	ip link add "$1" mtu "$4" address "$3" netns director type veth \
		peer name "$2" mtu "$4" netns tester
}
wire eth0 client0 $MAC_director 4000
wire lan0 lan0 02:00:00:00:01:02 1500
sysctls tester net.ipv6.conf.all.disable_ipv6=1
in_ns tester ip -batch - <<END
link set client0 up
link set lan0 up
END

# Any source is accepted, answers have no rate limit, and no fragment is dropped
# for want of memory.
sysctls director net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.default.rp_filter=0 \
	net.ipv4.conf.all.accept_redirects=0 \
	net.ipv6.conf.all.accept_redirects=0 \
	net.ipv6.conf.default.accept_redirects=0 \
	net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_ratemask=0 \
	net.ipv6.icmp.ratelimit=0 net.ipv6.icmp.ratemask=0 \
	net.ipv4.ipfrag_high_thresh=200000000 \
	net.netfilter.nf_conntrack_frag6_high_thresh=200000000 \
	net.ipv6.ip6frag_high_thresh=200000000
sysctl -qw net.core.netdev_max_backlog=5000

# Frames in several pieces come by tun0. GRO would put them together.
modprobe tun
in_ns director ip tuntap add dev tun0 mode tap
in_ns director ethtool -K tun0 gro off >/dev/null

# Each neighbour is known: errors that wait for one fill the buffer of the socket
# that sends all of them.
in_ns director ip -batch - <<END
link set lo up
link set tun0 mtu 4000 address $MAC_director
link add link eth0 name eth0.5 address $MAC_director type vlan id 5
link add link tun0 name tun0.5 address $MAC_director type vlan id 5
link set eth0 up
link set eth0.5 up
link set tun0 up
link set tun0.5 up
link set lan0 up
address add 10.0.0.2/24 dev eth0
address add 2001:db8::2/64 dev eth0 nodad
address add 10.0.1.2/24 dev lan0
address add 2001:db8:1::2/64 dev lan0 nodad
neighbour add 10.0.0.1 lladdr $MAC_router dev eth0
neighbour add 2001:db8::1 lladdr $MAC_router dev eth0
neighbour add fe80::1 lladdr $MAC_router dev eth0
neighbour add fe80::1 lladdr $MAC_router dev tun0
route add default via 10.0.0.1
route add default via 2001:db8::1
END
for n in 11 12 13; do
	in_ns director ip -batch - <<-END
		neighbour add 10.0.1.$n lladdr 02:00:00:00:01:$n dev lan0
		neighbour add 2001:db8:1::$n lladdr 02:00:00:00:01:$n dev lan0
	END
done
vip_on_director $VIP $VIPB $VIP6 $VIPB6
director_devices eth0 tun0

# Nothing may expire that the model still has.
"$FRAMES" config >"$TMPDIR/config"
lb apply "$TMPDIR/config"
lb config set conn_max 1000000 tcp_unproven_max 1000000 \
	udp_unproven_max 1000000 probe_interval 0 tcp_syn_recv 604800 \
	tcp_ack_recv 604800 tcp_established 604800 tcp_fin_wait 604800 \
	tcp_time_wait 604800 tcp_close 604800 udp_new 604800 udp 604800
# The server that does not exist must be known as unreachable.
wait_for 60 server_is $VIP 86 10.0.1.14 unreachable
wait_for 60 server_is $VIP6 86 2001:db8:1::14 unreachable

# ---- the frames

((SECS > 0 || SLOW == 1)) || SECS=60
status=0
in_ns tester env BATCH="${BATCH:-64}" "$FRAMES" run /run/netns/director "$SECS" \
	"$TOP/tests/fuzz/corpus/frames/clients.pcap" |
	tee "$TMPDIR/said" | grep --line-buffered '^#' || status=${PIPESTATUS[0]}
if ((status == 0)); then
	pass "what comes out is what must"
else
	grep '^not ok' "$TMPDIR/said" || fail "it ends well" "$status"
	failures=$((failures + 1)) checks=$((checks + 1))
fi

while read -r name value; do
	is "lbctl stats: $name" "$(counter "$name")" "$value"
done < <(sed -n 's/^counter //p' "$TMPDIR/said")

finish
