#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# save and apply: a saved file, applied and saved again, is the same text; an
# unchanged file changes nothing; no request is lost; a file is applied wholly or
# not at all.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
# timeout: 300
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

topology flat
# The test configures thousands of servers, without warnings about their
# neighbours.
sysctl -qw net.ipv{4,6}.neigh.default.gc_thresh3=16384 \
	net.ipv{4,6}.neigh.default.gc_thresh2=8192
vip_on_director $VIP $VIP6 $VIPB $VIPB6
for n in 1 2 3; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done

cat >"$TMPDIR/rich" <<END
# A comment, then every kind of line.
device later0
$([[ $DOOR != ingress ]] || echo device eth0)
config conn_max 5000 udp 77

service tcp $VIP:80 scheduler wrr
    server 10.0.0.11 weight 3
    server 10.0.0.12 weight 2147483647	# the largest
    server 10.0.0.13 weight 0
service tcp $VIP:* scheduler mh table-size 4099 hash source
    server 10.0.0.13
service udp $VIP:53 scheduler rr
service tcp [$VIP6]:80 on-dead open tcp_established 1h tcp_close 0
    server 2001:db8::11
    server 2001:db8::12 weight 2
service udp [$VIP6]:* scheduler mh
    server 2001:db8::13
END

# ---- there and back

check "a file with everything is applied" lb apply "$TMPDIR/rich"
is "all five services are there" "$(services "len(services)")" 5
is "with all options" "$(services "[svc('$VIP', 0)[k] for k in \
	('scheduler', 'table_size', 'hash')]")" "['mh', 4099, 'source']"
is "and weights" "$(services "[r['weight'] for r in \
	svc('$VIP', 80)['servers']]")" "[3, 2147483647, 0]"
is "and the policy and the times of a service" \
	"$(services "[svc('$VIP6', 80)[k] for k in \
	('on_dead', 'tcp_established', 'tcp_close', 'udp')]")" \
	"['open', 3600, 0, 0]"
lb save >"$TMPDIR/saved"
say "$(<"$TMPDIR/saved")"
is "a service's line has the options that are not the default" \
	"$(grep -F "tcp [$VIP6]:80" "$TMPDIR/saved")" \
	"service tcp [$VIP6]:80 scheduler wlc on-dead open tcp_established 3600"
lb apply "$TMPDIR/saved"
is "save, apply, save gives the same text" "$(lb save)" "$(<"$TMPDIR/saved")"
lb apply /dev/null
is "an empty file leaves nothing" "$(services "len(services)")" 0
lb apply "$TMPDIR/saved"
is "the saved text brings all of it back" "$(lb save)" "$(<"$TMPDIR/saved")"
tac "$TMPDIR/saved" | awk '/^ / { servers = servers $0 "\n"; next }
	{ printf "%s\n%s", $0, servers; servers = "" }' >"$TMPDIR/reversed"
lb apply - <"$TMPDIR/reversed"
is "its order means nothing" "$(lb save)" "$(<"$TMPDIR/saved")"

# ---- to a file, which is written wholly or left unchanged

mkdir "$TMPDIR/disk"
mount -t tmpfs -o size=16k none "$TMPDIR/disk"
echo "# mine" >"$TMPDIR/disk/file"
chmod 640 "$TMPDIR/disk/file"
ln -s file "$TMPDIR/disk/link"
check "save FILE" lb save "$TMPDIR/disk/link"
is "has all of it" "$(<"$TMPDIR/disk/file")" "$(<"$TMPDIR/saved")"
is "is the file that a link leads to, with its mode" \
	"$(stat -c %F,%a "$TMPDIR"/disk/{link,file} | paste -sd' ')" \
	"symbolic link,777 regular file,640"
dd if=/dev/zero of="$TMPDIR/disk/full" bs=1k status=none 2>/dev/null || true
lb device add another0
warning=$(lb save "$TMPDIR/disk/file" 2>&1) && warning=none
matches "a full disk is told of" "$warning" "disk/file: No space"
is "the file is what it was" "$(<"$TMPDIR/disk/file")" "$(<"$TMPDIR/saved")"
is "nothing else is left" "$(cd "$TMPDIR/disk" && echo *)" "file full link"
lb device del another0
is "a pipe is written to" "$(lb save /proc/self/fd/1 | cat)" "$(<"$TMPDIR/saved")"
umount "$TMPDIR/disk"
ln -s elsewhere "$TMPDIR/link"
check "a link that leads nowhere yet" lb save "$TMPDIR/link"
is "leads to the file then" "$(<"$TMPDIR/elsewhere")" "$(<"$TMPDIR/saved")"

# ---- a service whose servers need several messages

# The servers are on a device without ARP, whose requests would fill the LAN.
in_ns director ip -batch - <<END
link add many type dummy
link set many up
address add 10.16.0.1/16 dev many
address add 2001:db8:16::1/64 dev many nodad
END
{
	echo "service tcp $VIPB:80 scheduler rr"
	for ((i = 256; i < 2256; i++)); do
		echo "    server 10.16.$((i >> 8)).$((i & 255))"
	done
	echo "service tcp [$VIPB6]:80 scheduler wlc"
	for ((i = 256; i < 1456; i++)); do
		printf '    server 2001:db8:16::%x weight 7\n' $i
	done
} >"$TMPDIR/large"
check "services with thousands of servers are applied" lb apply "$TMPDIR/large"
is "and saved whole, in order" "$(lb save | grep -v device)" "$(<"$TMPDIR/large")"
matches "and found unchanged" "$(lb apply -v "$TMPDIR/large")" "2 unchanged"
lb apply "$TMPDIR/saved"
is "and replaced by few" "$(lb save)" "$(<"$TMPDIR/saved")"

# ---- only what differs is sent

changes() { # FILE: number of changing requests while FILE is applied
	spawn director "$TMPDIR/requests" "$TOOLS/netlink-watch"
	wait_for 20 grep -q ready "$TMPDIR/requests"
	lb apply "$1"
	# STATS_GET, number 17, comes last: all requests before it were seen
	# then.
	lb stats >/dev/null
	wait_for 20 grep -q '^17 ' "$TMPDIR/requests"
	kill $spawned
	wait $spawned || true
	grep -c ' change$' "$TMPDIR/requests" || true
}

modprobe nlmon
ip -n director link add nlmon0 type nlmon
ip -n director link set nlmon0 up
sed 's/weight 3/weight 4/' "$TMPDIR/saved" >"$TMPDIR/other"
between "a file with another weight is a change or two" \
	"$(changes "$TMPDIR/other")" 1 2
lb apply "$TMPDIR/saved"
is "an unchanged file sends none" "$(changes "$TMPDIR/saved")" 0
between "though it was compared" "$(grep -v '^17 ' "$TMPDIR/requests" | grep -c ' read$')" 1 100

# ---- all or nothing

refused() { # LINE TEXT < FILE
	local out status=0
	cat >"$TMPDIR/wrong"
	out=$(lb apply "$TMPDIR/wrong" 2>&1) || status=$?
	is "$2: exit status" $status 1
	matches "$2: the file and the line are named" "$out" "wrong:$1(:|[^0-9])"
	is "$2: nothing changed" "$(lb save)" "$(<"$TMPDIR/saved")"
}

refused 3 "an unknown word" <<END
service tcp $VIP:80
    server 10.0.0.11
    sever 10.0.0.12
END
refused 2 "an address that is none" <<END
service tcp $VIP:80
    server 10.0.0.256
END
refused 4 "an unknown scheduler" <<END
# new
service tcp $VIP:81
    server 10.0.0.11
service tcp $VIP:82 scheduler best
END
refused 5 "a broadcast address, which only the kernel can tell" <<END
service tcp $VIP:81
    server 10.0.0.11
service tcp $VIP:82
    server 10.0.0.12
    server 10.0.0.255
END
refused 3 "a server without a service" <<END
device eth0

    server 10.0.0.11
END
refused 4 "the same service twice" <<END
service tcp $VIP:81
    server 10.0.0.11

service tcp $VIP:81
END
refused 1 "a setting that does not exist" <<END
config conn_mix 5
END
refused 2 "a table size that is no prime" <<END
service tcp $VIP:81 scheduler rr
service tcp $VIP:82 scheduler mh table-size 65536
END

# ---- an absent network: a link is down, or its address comes late at boot

remote_state() { services "svc('$VIP', 82)['servers'][1]['state']"; }
remote_is() { [[ $(remote_state) == "$1" ]]; }

cat >"$TMPDIR/remote" <<END
service tcp $VIP:82
    server 10.0.0.11
    server 10.16.1.1
END
ip -n director route add default via 10.0.0.3
is "a file is applied while all networks are there" \
	"$(lb apply "$TMPDIR/remote" 2>&1)" ""
wait_for 20 remote_is up
ip -n director link set many down
check "the default route leads where a network was" wait_for 20 \
	remote_is "no route"
lb save >"$TMPDIR/remote-saved"
lb apply /dev/null
warning=$(lb apply "$TMPDIR/remote-saved" 2>&1)
matches "what was saved is applied then, with a warning" "$warning" \
	"remote-saved:[0-9]+: warning: service tcp $VIP:82: .*network"
is "and is all there" "$(lb save)" "$(<"$TMPDIR/remote-saved")"
sed -i '/10.0.0.11/s/$/ weight 2/' "$TMPDIR/remote"
lb apply "$TMPDIR/remote" 2>/dev/null
is "and the others can be changed" "$(services "[r['weight'] for r in \
	svc('$VIP', 82)['servers']]")" "[2, 1]"
ip -n director link set many up
check "the server is used once its network is back" wait_for 20 remote_is up
lb apply "$TMPDIR/saved"

# ---- a warning about many lines, on a director without the VIP

printf 'service tcp 10.0.0.200:%s\n' 1 2 3 >"$TMPDIR/standby"
warnings=$(lb apply "$TMPDIR/standby" 2>&1)
is "three services have one warning and one line that counts the others" \
	"$(wc -l <<<"$warnings")" 2
matches "the warning names the first line" "$warnings" \
	'standby:1: warning: service tcp 10\.0\.0\.200:1: the virtual IP is not'
matches "the count names the kind of the others" "$warnings" \
	'standby:1: warning: the same holds for 2 more services'
lb apply /dev/null
is "with --verbose each line has its warning" \
	"$(lb apply -v "$TMPDIR/standby" 2>&1 |
		grep -cE 'standby:[123]: warning: service tcp 10\.0\.0\.200')" 3
lb apply "$TMPDIR/saved"

# ---- two at once: the kernel has one file or the other, or lbctl reports it

echo "service tcp $VIPB:81" >"$TMPDIR/one"
{
	echo "device later1"
	for ((i = 1; i < 40; i++)); do
		echo "service tcp $VIPB:$((i + 100))"
	done
} >"$TMPDIR/two"
neither=0
for ((i = 0; i < 12; i++)); do
	lb apply "$TMPDIR/one" 2>>"$TMPDIR/meanwhile" & first=$!
	lb apply "$TMPDIR/two" 2>>"$TMPDIR/meanwhile" & second=$!
	both=y
	wait $first || both=
	wait $second || both=
	lb save | sed 's/ scheduler wlc//' >"$TMPDIR/now"
	[[ $both ]] || continue
	cmp -s "$TMPDIR/now" "$TMPDIR/one" || cmp -s "$TMPDIR/now" "$TMPDIR/two" ||
		neither=$((neither + 1))
done
is "two files at once: it is one of them, or that was told" $neither 0
say "told: $(sort "$TMPDIR/meanwhile" | uniq -c)"
lb apply "$TMPDIR/saved"

# ---- under traffic

servers_up
for variant in a b; do {
	[[ $DOOR != ingress ]] || echo "device eth0"
	for vip in $VIP $VIP6; do
		if [[ $variant == a ]]; then
			echo "service tcp $(at $vip 80) scheduler rr"
			echo "server $(of $vip 11)"
			echo "server $(of $vip 12) weight 2"
		else
			echo "service udp $(at $vip 53)"
			echo "server $(of $vip 13)"
			echo "service tcp $(at $vip 80) scheduler wlc"
			echo "server $(of $vip 11) weight 5"
			echo "server $(of $vip 12)"
			echo "server $(of $vip 13) weight 0"
		fi
	done
} >"$TMPDIR/traffic-$variant"; done
lb apply "$TMPDIR/traffic-a"
servers_up
hold long 6 $VIP 80
spawn client "$TMPDIR/answers4" curl -sS -m 20 "http://$VIP/?[1-1000000]"
traffic=("$spawned")
spawn client "$TMPDIR/answers6" curl -sS -m 20 --resolve "vip:80:$VIP6" \
	"http://vip/?[1-1000000]"
traffic+=("$spawned")
wait_for 20 test -s "$TMPDIR/answers6"
for ((i = 0; i < 10; i++)); do
	lb apply "$TMPDIR/traffic-b"
	lb apply "$TMPDIR/traffic-a"
done
kill "${traffic[@]}"
wait "${traffic[@]}" || true
# The last line may be incomplete.
sed -i '$d' "$TMPDIR"/answers[46]
for family in 4 6; do
	say "IPv$family: $(tally <"$TMPDIR/answers$family")"
	between "IPv$family: requests were answered meanwhile" \
		"$(grep -c '^rs[12]$' "$TMPDIR/answers$family")" 20 1000000
	is "IPv$family: none was lost" \
		"$(grep -vc '^rs[12]$' "$TMPDIR/answers$family" || true)" 0
done
is "connections survive" "$(use_held long)" "alive 6 same 6"

finish
