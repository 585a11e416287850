#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# drlb-realserver alone. The host holds the VIPs, accepts packets to them and
# answers from them, but nobody on the segment ever learns its MAC address for a
# VIP. The tool detects each wrong setting, and leaves nothing behind.
#
#     client    rs1   VIPs 10.0.0.100, 2001:db8::100
#        |       |
#        +--LAN--+    rs1 also has eth1, without an address, on the LAN
#
# doors: none
# timeout: 420
. "$(dirname "$0")/../lib.sh"

switch lan
namespace client rs1
lan_host client 3
lan_host rs1 11
plug rs1 eth1 02:00:00:00:00:21 lan
ip -n rs1 link set lo down	# as in a new namespace

rs() { in_ns rs1 "$TOP/scripts/drlb-realserver" "$@"; }

refused() { # STATUS REGEX WORD...
	local status=0 out
	out=$(rs "${@:3}" 2>&1) || status=$?
	matches "'${*:3}' is refused" "$status $out" "^$1 .*$2"
}

arp() { in_ns rs1 sysctl -n net.ipv4.conf.all.arp_{ignore,announce} | xargs; }

# Prints all settings that the tool might change, and more.
host() {
	ip -n rs1 -o link | cut -d' ' -f2-3
	ip -n rs1 -o address show | sed 's/ *valid_lft.*//'
	# Some of these files are write-only.
	in_ns rs1 grep -rs . /proc/sys/net/ipv{4,6}/conf/{all,lo} || true
}

# Prints the MAC address that the client resolves an address to, or "nobody".
who_has() {
	local state
	ip -n client neighbour flush dev eth0
	in_ns client ping -c 1 -w 2 "$1" >/dev/null 2>&1 || true
	wait_for 10 resolved "$1" || true
	state=$(ip -n client neighbour show "$1" dev eth0)
	[[ $state =~ lladdr\ ([^ ]+) ]] && echo "${BASH_REMATCH[1]}" || echo nobody
}
# shellcheck disable=SC2317 # called by wait_for
resolved() { [[ $(ip -n client neighbour show "$1" dev eth0) =~ lladdr|FAILED ]]; }

# shellcheck disable=SC2317 # called by check and refute
look() { rs status "$@" >"$TMPDIR/status" 2>&1; }

sees() { # TEXT REGEX: in the output of status
	matches "status sees $1" "$(<"$TMPDIR/status")" "$2"
}

say "silence"
sysctls client net.ipv4.neigh.eth0.retrans_time_ms=300 \
	net.ipv6.neigh.eth0.retrans_time_ms=300
capture neighbours client eth0 arp or icmp6

check "a host becomes a real server" rs add $VIP $VIP6
is "arp_ignore and arp_announce are set" "$(arp)" "1 2"
is "nobody answers ARP for the VIP" "$(who_has $VIP)" nobody
is "nor neighbour solicitations" "$(who_has $VIP6)" nobody
is "but for its own address" "$(who_has 10.0.0.11)" $MAC_rs1
is "of both families" "$(who_has 2001:db8::11)" $MAC_rs1
ip -n client neighbour replace $VIP lladdr $MAC_rs1 dev eth0 nud permanent
ip -n client neighbour replace $VIP6 lladdr $MAC_rs1 dev eth0 nud permanent
for vip in $VIP $VIP6; do
	check "$vip: a packet to the MAC address is answered" \
		in_ns client ping -c 1 -W 5 "$vip"
	# To answer, rs1 has to resolve the client's address.
	ip -n rs1 neighbour flush dev eth0
	check "$vip: also when its client must be found" \
		in_ns client ping -c 1 -W 5 "$vip"
done
ip -n client neighbour del $VIP dev eth0
ip -n client neighbour del $VIP6 dev eth0
ip -n rs1 link set eth0 down
ip -n rs1 link set eth0 up
ip -n rs1 address replace 2001:db8::11/64 dev eth0 nodad
eventually "the interface goes down and up" 20 \
	in_ns client ping -c 1 -W 1 2001:db8::11
ip -n rs1 route add 192.0.2.0/24 dev eth1
refute "an interface without an address does not borrow the VIP" \
	grep -q "src $VIP" <(ip -n rs1 route get 192.0.2.1)
frames=$(captured neighbours)
is "no frame offers the VIPs" \
	"$(grep -E "spa=($VIP|$VIP6)( |\$)" <<<"$frames" || true)" ""
matches "and there was something to see" "$frames" "spa=10.0.0.11"

say "once more, and back"
before=$(host)
check "adding what is there succeeds" rs add $VIP $VIP6
is "and changes nothing" "$(host)" "$before"
matches "status tells" "$(rs status)" \
	"^$VIP ok: on lo.* ARP .*"$'\n'"$VIP6 ok: on lo.* solicitations "
check "one of them is given up" rs del $VIP6
is "the other keeps the settings" "$(arp)" "1 2"
check "and comes back under another spelling" rs add 2001:DB8:0::100
check "both are given up" rs del $VIP 2001:db8:0:0::100
is "the settings are as before" "$(arp)" "0 0"
check "giving up what is not there succeeds" rs del $VIP $VIP6
is "nothing is on record" "$(ls /run/drlb-realserver)" lock

say "settings of the administrator"
before=$(host)
sysctls rs1 net.ipv4.conf.all.arp_ignore=2
rs add $VIP
is "a stricter arp_ignore stays" "$(arp)" "2 2"
rs del $VIP
is "and stays" "$(arp)" "2 0"
sysctls rs1 net.ipv4.conf.all.arp_ignore=0
rs add $VIP
sysctls rs1 net.ipv4.conf.all.arp_announce=1
matches "a change in the meantime is not undone" "$(rs del $VIP 2>&1)" \
	"arp_announce is no longer the 2"
is "but the rest is" "$(arp)" "0 1"
sysctls rs1 net.ipv4.conf.all.arp_announce=0
is "the host is as before" "$(host)" "$before"

say "a dummy device"
check "a dummy device is made" rs -d vips add $VIP $VIP6
is "nobody answers ARP for what it has" "$(who_has $VIP)" nobody
is "nor solicitations" "$(who_has $VIP6)" nobody
check "status finds it" rs status $VIP
refused 1 "is on vips already" add $VIP
check "it is emptied" rs del $VIP $VIP6
is "it is gone, and the host as before" "$(host)" "$before"
ip -n rs1 link add mine type dummy
rs -d mine add $VIP
rs -d mine del $VIP
check "a dummy of somebody else stays" ip -n rs1 link show mine
ip -n rs1 link del mine

say "what can be wrong"
check "a real server again" rs add $VIP $VIP6
sysctls rs1 net.ipv4.conf.all.arp_ignore=0 \
	net.ipv6.conf.all.forwarding=1 net.ipv6.conf.eth0.proxy_ndp=1
ip -n rs1 neighbour add proxy $VIP6 dev eth0
refute "something is wrong" look $VIP $VIP6 10.0.0.109
sees "arp_ignore reset" "$VIP WRONG: eth0 answers ARP for it, arp_ignore is 0"
# Any of the host's interfaces may be the first to answer.
refute "rightly" test "$(who_has $VIP)" = nobody
sees "a proxy entry" "$VIP6 WRONG: eth0 answers solicitations"
is "rightly" "$(who_has $VIP6)" $MAC_rs1
sees "a VIP that is missing" "10.0.0.109 WRONG: no device has it"
ip -n rs1 neighbour del proxy $VIP6 dev eth0
sysctls rs1 net.ipv6.conf.all.forwarding=0 net.ipv6.conf.eth0.proxy_ndp=0

check "add repairs arp_ignore" rs add $VIP
sysctls rs1 net.ipv4.conf.eth0.arp_{ignore=4,announce=3}
ip -n rs1 address change $VIP6/128 dev lo preferred_lft forever
ip -n rs1 address add 10.0.0.110/24 dev lo
refute "something is wrong" look $VIP $VIP6 10.0.0.110
sees "arp_ignore undone on one interface" \
	"$VIP WRONG: eth0 answers ARP for it, arp_ignore is 4 there;"
is "rightly" "$(who_has $VIP)" $MAC_rs1
sees "arp_announce undone on one interface" "eth0 announces it .* is 3 there"
sees "an IPv6 VIP that may become a source" "note: $VIP6 is not deprecated"
sees "a prefix on lo" "10.0.0.110 WRONG: .*makes the whole prefix local"
refused 1 "eth0 would answer ARP" add $VIPB
sysctls rs1 net.ipv4.conf.eth0.arp_{ignore=3,announce=0}
refused 1 "makes the whole prefix local" add 10.0.0.110
ip -n rs1 address del 10.0.0.110/24 dev lo
check "arp_ignore 3 does" rs status $VIP
is "rightly" "$(who_has $VIP)" nobody
sysctls rs1 net.ipv4.conf.eth0.arp_ignore=0

ip -n rs1 address add $VIP/24 dev eth0
ip -n rs1 address add $VIP6/64 dev eth0
ip -n rs1 link set lo down
refute "something is wrong" look $VIP $VIP6
sees "IPv4 on a real interface" "$VIP WRONG: .*it is on eth0"
sees "lo down" "$VIP WRONG: .*lo is down"
sees "IPv6 on a real interface alone" "$VIP6 WRONG: it is on eth0"
ip -n rs1 address del $VIP/24 dev eth0
ip -n rs1 address del $VIP6/64 dev eth0
check "add repairs all of it" rs add $VIP $VIP6

sysctls rs1 net.ipv4.conf.eth1.rp_filter=1
ip -n rs1 address add 10.0.0.12/32 dev eth1
default_via_router rs1
check "nothing is wrong" look
sees "strict reverse-path filtering" "note: rp_filter is 1 on eth1"
ip -n rs1 route del default
ip -n rs1 address del 10.0.0.12/32 dev eth1
sysctls rs1 net.ipv4.conf.eth1.rp_filter=0
ip -n rs1 address del $VIP/32 dev lo
check "VIPs are given up, one of them gone already" rs del $VIP6
is "all is as before" "$(host)" "$before"
refute "what someone else removed is missed" look
sees "that it is gone" "$VIP WRONG: no device has it"
check "until it is given up, too" rs del $VIP
check "then nothing is" look

say "refusals"
refused 1 "bad address" add nonsense
refused 1 "300 is above 255" add 10.0.0.300
refused 1 "without a prefix length" add $VIP/32
refused 1 "bad address" add 2001:db8::1::2
refused 1 "not a unicast address" add 224.0.0.1
refused 1 "not a global unicast address" add fe80::1
refused 1 "not a global unicast address" add ::ffff:10.0.0.100
refused 1 "bad address" add $VIP nonsense
refused 1 "is on eth0" add $VIP 10.0.0.11
refused 1 "is on eth0" del 10.0.0.11
refused 1 "cannot hold a VIP silently" -d eth0 add $VIP
refused 1 "no device nowhere" -d nowhere del $VIP
refused 2 "which VIP" add
refused 2 "'frob'" frob $VIP
refused 2 "no option -x" -x add $VIP
sysctls rs1 net.ipv6.conf.lo.disable_ipv6=1
refused 1 "IPv6 is disabled on lo" add $VIP $VIP6
sysctls rs1 net.ipv6.conf.lo.disable_ipv6=0
is "none of them changed anything" "$(host)" "$before"
matches "only root may" "$(in_ns rs1 setpriv --reuid=65534 --clear-groups \
	"$TOP/scripts/drlb-realserver" add $VIP 2>&1 || true)" "only root may"

say "a host without IPv6"
ip netns add plain
sysctls plain net.ipv6.conf.all.disable_ipv6=1
ip -n plain link set lo up
check "add" in_ns plain "$TOP/scripts/drlb-realserver" add $VIP
check "del" in_ns plain "$TOP/scripts/drlb-realserver" del $VIP
refute "it is gone" grep -q "$VIP" <(ip -n plain address show)
ip netns del plain

say "several at once"
pids=()
for n in {1..5}; do
	rs add "10.0.0.20$n" &
	pids+=($!)
done
wait "${pids[@]}"
is "none is lost" "$(rs status | grep -c " ok: ")" 5
check "all are given up" rs del 10.0.0.20{1..5}
is "all is as before" "$(host)" "$before"

finish
