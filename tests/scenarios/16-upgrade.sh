#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Another build of the module replaces the loaded one under traffic: how long
# the interruption is, and what becomes of connections that the new module does
# not know. Services with mh lose none, those with other schedulers lose all;
# new connections are only delayed.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100 and
#        |         |         |      |      |       2001:db8::100 on the
#        +---------+---LAN---+------+------+       last four
#
# doors: both
# timeout: 240
# progress: yes
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

HELD=12 TRANSFERS=8
UPGRADE=$TOP/scripts/drlb-upgrade

# Makes a build that can be told from the other by its version. The kernel reads
# that without a look at the code, which stays the same.
another_build() { # FILE
	local info=$TMPDIR/modinfo
	objcopy -O binary --only-section=.modinfo --set-section-flags \
		.modinfo=alloc "$MODULE" "$info"
	printf 'version=another\0' >>"$info"
	objcopy --update-section .modinfo="$info" "$MODULE" "$1"
}

loaded_version() { cat /sys/module/drlb/version 2>/dev/null || echo none; }

start() { # NAME PROTOCOL ADDRESS PORT: a stream of requests
	spawn client "$TMPDIR/stream-$1" "$TOOLS/stream" "${@:2}"
	printf -v "stream_$1" %s "$spawned"
	wait_for 90 grep -q answered "$TMPDIR/stream-$1"
}

stop() { # NAME: "answers N failed N gap MS"
	local pid=stream_$1
	kill "${!pid}"
	wait_for 60 process_ended "${!pid}"
	grep '^failed' "$TMPDIR/stream-$1" | head -n 3 | sed 's/^/# /' >&2 || true
	tail -n 1 "$TMPDIR/stream-$1"
}

# One process with a connection for each transfer. It takes 80 seconds, on slow
# kernels longer.
download() { # NAME ADDRESS
	# shellcheck disable=SC2016 # for the other shell
	spawn client "$TMPDIR/$1.err" bash -c 'curl -sS -Z --parallel-immediate \
		--max-time "$2" --resolve "vip:80:$4" \
		-o "$3#1" "http://vip/slow/blob?[1-$5]"
		echo $? >"$1"' - "$TMPDIR/$1.status" $((400 * SLOW)) \
		"$TMPDIR/$1-" $2 $TRANSFERS
}

whole() { # NAME: curl's status and the number of whole files
	local n file
	n=0
	wait_for 400 test -s "$TMPDIR/$1.status" || true
	for file in "$TMPDIR/$1"-*; do
		! cmp -s "$TMPDIR/blob" "$file" || n=$((n + 1))
	done
	echo "status $(<"$TMPDIR/$1.status") whole $n"
}

under_way() { # NAME
	[[ ! -e $TMPDIR/$1.status ]] &&
		(($(find "$TMPDIR" -name "$1-*" -size +0 | wc -l) == TRANSFERS))
}

three_servers
dd if=/dev/urandom of="$TMPDIR/blob" bs=1k count=8000 status=none
for n in 1 2 3; do
	serve_http rs$n rs$n 80 8080
	ln "$TMPDIR/blob" "$TMPDIR/www-rs$n/files/blob"
	serve_udp rs$n rs$n $VIP 53 $VIP6 53
done
for vip in $VIP $VIP6; do
	for words in "tcp 80 mh" "udp 53 mh" "tcp 8080 wlc"; do
		read -r protocol port scheduler <<<"$words"
		service $protocol "$(at $vip $port)" "scheduler $scheduler" \
			"$(of $vip 11)" "$(of $vip 12)" "$(of $vip 13) weight 2"
	done
done
lb config set udp 77
check "the servers are up" servers_up
lb save >"$TMPDIR/saved"
another_build "$TMPDIR/drlb.ko"
is "the module is the first build" "$(loaded_version)" none

# ---- an upgrade that does not even begin

printf 'no module' >"$TMPDIR/broken.ko"
refute "a file that is no module is refused" "$UPGRADE" "$TMPDIR/broken.ko"
is "and nothing was changed" "$(lb save)" "$(<"$TMPDIR/saved")"

# ---- the upgrade, under all kinds of traffic

hold four $HELD $VIP 80
hold six $HELD $VIP6 80
hold least $HELD $VIP 8080
hold least6 $HELD $VIP6 8080
servers=$(held four)
say "held: $servers"
matches "they are on several servers" "$servers" ' '
start udp udp $VIP 53
start udp6 udp $VIP6 53
start tcp tcp $VIP 80
download down $VIP
download down6 $VIP6
for name in down down6; do
	check "$name: $TRANSFERS transfers are under way" \
		wait_for 30 under_way $name
done
spawn director "$TMPDIR/monitor" lbctl monitor
monitor=$spawned
check "a monitor listens" wait_for 30 listens "$monitor"
echo "options drlb tcp_established=1800" >/etc/modprobe.d/drlb-test.conf

said=$("$UPGRADE" "$TMPDIR/drlb.ko" 2>&1 || true)
matches "drlb-upgrade tells how long it took" "$said" \
	'^drlb-upgrade: took [0-9]+ ms$'
say "$said"
is "the module is the other build" "$(loaded_version)" another
is "the configuration is what it was" "$(lb save)" "$(<"$TMPDIR/saved")"
is "and modprobe.d's parameters hold" "$(lb -j config show |
	json "defaults['tcp_established']")" 1800
rm /etc/modprobe.d/drlb-test.conf
refute "no packet is held back any more" in_ns director \
	nft list table inet drlb-upgrade
for name in down down6; do
	check "$name: they were under way all the time" under_way $name
done

for name in four six; do
	is "mh: all connections are with their servers ($name)" \
		"$(use_held $name)" "alive $HELD same $HELD"
	release $name
done
between "they were adopted" "$(counter adopted)" \
	$((2 * HELD + 2 * TRANSFERS)) 1000
for name in least least6; do
	is "wlc: they are unknown, and told so ($name)" \
		"$(use_held $name)" "alive 0 same 0"
	matches "by a reset ($name)" "$(grep '^dead' "$TMPDIR/hold-$name" |
		sed 's/.*Errno \([0-9]*\).*/\1/' | sort -u | paste -sd' ')" \
		'^104$'
	release $name
done
for name in down down6; do
	is "mh: all transfers end well ($name)" \
		"$(whole $name)" "status 0 whole $TRANSFERS"
done
for name in udp udp6 tcp; do
	result=$(stop $name)
	say "$name: $result"
	matches "$name: nothing failed" "$result" '^answers [0-9]+ failed 0 gap '
	# A lost SYN is sent again after one second, two, four, eight.
	between "$name: the gap is short" "${result##* }" \
		0 $((SLOW * 30000))
done
is "wlc: new ones are served" \
	"$(PORT=8080 get_vip 4 $VIP | grep -c '^rs[123]$' || true)" 4

check "monitor says that the module came back" grep -q 'module is back' \
	"$TMPDIR/monitor"
ip -n rs3 link set eth0 down
check "and tells what happens there" wait_for 60 grep -q \
	'^server .*3 of .*: unreachable' "$TMPDIR/monitor"
ip -n rs3 link set eth0 up
kill $monitor

# ---- parameters given by hand

rmmod drlb
insmod "$MODULE" conn_max=77777 tcp_close=11
lb apply "$TMPDIR/saved"
said=$("$UPGRADE" "$MODULE" tcp_close=12 2>&1 || true)
is "a parameter that is lost is told of, one that is given anew is not" \
	"$(grep warning <<<"$said")" "drlb-upgrade: warning: parameter\
 conn_max=77777 is not in force any more; put it into /etc/modprobe.d"
is "as given anew it holds" "$(lb -j config show |
	json "defaults['tcp_close']")" 12

# ---- a module that does not load while no other is installed

said=$("$UPGRADE" "$MODULE" udp=0 2>&1 || true)
matches "a module that refuses its parameters is told of" "$said" \
	'the module does not load, .* configuration is in /run/drlb-upgrade'
is "the configuration can be had" "$(</run/drlb-upgrade/director)" \
	"$(<"$TMPDIR/saved")"
refute "then too no packet is held back" in_ns director \
	nft list table inet drlb-upgrade
check "another attempt loads it" insmod "$MODULE"
said=$("$UPGRADE" "$MODULE" 2>&1 || true)
matches "which is no reason to save nothing over it" "$said" \
	'earlier upgrade could not apply'
check "the configuration can be applied" lb apply /run/drlb-upgrade/director
is "and it serves" "$(get_vip 4 $VIP | grep -c '^rs[123]$' || true)" 4
rm -r /run/drlb-upgrade

finish
