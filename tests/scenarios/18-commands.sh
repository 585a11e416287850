#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The output of lbctl in its several forms, and the words that it takes: help,
# tables and lines, filters of connections, the changes that `apply -c` shows,
# abbreviations.
#
#     client    director    rs1    rs2        VIP 10.0.0.100 on the last three
#        |         |         |      |
#        +---------+---LAN---+------+
#
# doors: ingress
#
# Functions are called by name.
# shellcheck disable=SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

S=10.0.0.100:80

topology flat
director_devices eth0
vip_on_director $VIP
for n in 1 2; do
	real_server rs$n $VIP
	serve_http rs$n
done
service tcp $S "scheduler wlc" 10.0.0.11 "10.0.0.12 weight 2"
service udp 10.0.0.100:53 "scheduler rr" 10.0.0.11
check "the servers are up" servers_up

# ---- help

for object in service server connection device config stats; do
	matches "help $object tells its verbs" "$(lb help $object)" \
		"lbctl $object (show|set)"
done
matches "help tells all of them" "$(lb help)" 'lbctl service add .*lbctl monitor'
refute "there is no help with what is not there" lb help nonsense

# ---- tables, lines, JSON

shown=$(lb server show)
is "server show: a line for each, and a head" "$(wc -l <<<"$shown")" 4
matches "server show: the head" "$shown" '^SERVER +SERVICE +WEIGHT +STATE'
matches "server show: a server" "$shown" \
	'10\.0\.0\.12 +tcp 10\.0\.0\.100:80 +2 +up +eth0 +02:'
is "server show SERVICE: these alone" \
	"$(lb server show udp 10.0.0.100:53 | wc -l)" 2
is "server show, each on a line" "$(lb -o server show | wc -l)" 3
matches "it begins with what names it" "$(lb -o server show tcp $S)" \
	'server 10\.0\.0\.12 of tcp 10\.0\.0\.100:80 weight 2 upper 0 lower 0 state up device eth0 lladdr 02:'
is "server show, as JSON" \
	"$(json_ask "[s['weight'] for s in servers]" lb -j server show)" \
	"[1, 2, 1]"
matches "service show: a table" "$(lb service show)" 'wlc'
matches "device show" "$(lb device show)" 'eth0'
matches "config show" "$(lb config show)" 'conn_max'
matches "stats show" "$(lb stats show)" 'no_service'

# ---- filters

hold some 3 $VIP 80
client=$(connections "connections[0]['client']")
port=$(connections "connections[0]['client_port']")

counts() { # WANTED FILTER...
	is "connections: ${*:2}" \
		"$(lb connection count "${@:2}" | grep -oE '[0-9]+' | head -n 1)" "$1"
	is "shown: ${*:2}" "$(lb -o connection show "${@:2}" | wc -l)" "$1"
}

counts 3 tcp
counts 0 udp
counts 3 client "$client"
counts 3 client "${client%.*}.0/24"
counts 0 client 192.0.2.1
counts 1 client "$client:$port"
counts 1 client-port "$port"
counts 3 vip $VIP
counts 3 tcp vip $S
counts 3 service tcp $S
counts 0 service udp 10.0.0.100:53
counts 0 server 10.0.0.99
counts 3 state established
counts 0 state SYN_RECV
refute "a filter is not given twice" lb connection show tcp tcp
refute "nor an unknown state" lb connection show state nonsense
is "some are removed" "$(lb connection del client-port "$port" >/dev/null
	lb connection count | grep -oE '[0-9]+' | head -n 1)" 2
release some

# ---- the changes that apply -c shows

lb save >"$TMPDIR/saved"
cat >"$TMPDIR/wanted" <<-END
	config udp 77
	device eth9
	service tcp $S scheduler mh table-size 251 hash source
	    server 10.0.0.11 weight 5
	    server 10.0.0.13
	service tcp 10.0.0.100:81 scheduler rr
	    server 10.0.0.11
END
told=$(lb apply -c "$TMPDIR/wanted")
for line in "set config udp: [0-9]+ -> 77" "add device eth9" \
	    "set service tcp $S: scheduler wlc -> mh, " \
	    "server 10.0.0.11 weight 1 -> 5" "del server 10.0.0.12" \
	    "add server 10.0.0.13 weight 1" "hash [a-z+-]+ -> source" \
	    'add service tcp 10.0.0.100:81 \(servers: 1\)' \
	    "del service udp 10.0.0.100:53" "[0-9]+ changes, [0-9]+ unchanged"; do
	matches "apply -c: $line" "$told" "$line"
done
is "apply -c changes nothing" "$(lb save)" "$(<"$TMPDIR/saved")"
is "apply does, and says the same" \
	"$(lb apply -v "$TMPDIR/wanted")" "$told"
matches "then nothing would change" \
	"$(lb apply -c "$TMPDIR/wanted")" '^0 changes, '

# ---- words

check "words may be shortened" lb servi d tcp 10.0.0.100:81
matches "but not so far that they are two" "$(lb serv show 2>&1 || true)" \
	'ambiguous.*service.*server|ambiguous.*server.*service'
matches "a missing word is asked for" "$(lb service add 2>&1 || true)" 'missing'
matches "a wrong one is told" "$(lb service frob 2>&1 || true)" '"frob"'

matches "options come first" "$(lb show -j 2>&1 || true)" 'before the object'
matches "nothing to do: what there is" "$(lb 2>&1 || true)" '^Usage: lbctl'
matches "an unknown option" "$(lb --frob show 2>&1 || true)" 'lbctl help'
matches "-V" "$(lb -V)" '^lbctl [0-9]'
is "version" "$(lb version)" "$(lb --version)"
is "help" "$(lb help)" "$(lb --help)"
for object in service server connection device config stats; do
	is "$object alone: show" "$(lb $object | head -n 1 | tr -s ' ')" \
		"$(lb $object show | head -n 1 | tr -s ' ')"
done

matches "a port may have a name that begins with a digit" \
	"$(lb service add tcp 10.0.0.100:3nowhere 2>&1 || true)" \
	'no port 3nowhere in /etc/services'
printf '\xef\xbb\xbf' | cat - "$TMPDIR/wanted" >"$TMPDIR/marked"
is "a file may begin with a byte order mark" \
	"$(lb apply -c "$TMPDIR/marked")" "$(lb apply -c "$TMPDIR/wanted")"

# ---- completion

# Completes the last of these words, as the shell does.
completions() { # WORD...
	# shellcheck disable=SC2016 # for the other shell
	in_ns director env TMPDIR="$TMPDIR" bash -O extglob -c '
		cd "$TMPDIR" && . "$0" &&
		_init_completion() {
			words=("${given[@]}") cword=$((${#given[@]} - 1))
			cur=${words[cword]} prev=${words[cword - 1]}
		} &&
		__ltrim_colon_completions() { :; } &&
		given=("$@") && _lbctl && printf "%s\n" "${COMPREPLY[@]}" | sort -u | paste -sd" "
	' "$TOP/tools/lbctl.bash" "$@"
}

is "completion: objects" "$(completions lbctl serv)" "server service"
is "completion: verbs" "$(completions lbctl service "d")" "del"
is "completion: services" "$(completions lbctl service del tcp "")" \
	"$S"
is "completion: servers" "$(completions lbctl server del tcp $S "")" \
	"10.0.0.11 10.0.0.13"
# shellcheck disable=SC2016 # a name
trap_name='$(>planted)'
lb device add "$trap_name"
is "completion: a device's name is not run" \
	"$(completions lbctl device del "${trap_name:0:2}")" "$trap_name"
refute "really not" test -e "$TMPDIR/planted"
lb device del "$trap_name"

# ---- everything in each form

lb service add udp 10.0.0.100:domain scheduler rr
lb service add udp "10.0.0.100:*" scheduler mh
hold more 3 $VIP 80
nouns="service|server|device|config|stats|counter|connection"
for what in show "service show" "server show" "device show" "config show" \
	    stats "connection show"; do
	# shellcheck disable=SC2086 # words
	check "$what: JSON" eval "in_ns director lbctl -j $what | python3 -m json.tool"
	# shellcheck disable=SC2086 # words
	is "$what: lines, which begin with a noun" \
		"$(lb -o $what | sed -E "/^($nouns) /d")" ""
done
matches "show: services" "$(lb show)" "tcp +$S +mh"
matches "show: devices" "$(lb show)" 'eth9 +waiting'
matches "show: connections" "$(lb show)" 'Connections +[0-9]+ of [0-9]+ \([0-9]+%\)'
matches "connection show" "$(lb connection show)" \
	"tcp +$client:[0-9]+ +$S +10\.0\.0\.11 +ESTABLISHED"
matches "one device" "$(lb device show eth9)" 'eth9 +waiting'
matches "one that is not there" "$(lb device show eth8 2>&1 || true)" 'not added'
matches "one service" "$(lb service show udp 10.0.0.100:domain)" 'udp +10.0.0.100:53 +rr'
matches "one that is not there" "$(lb service show tcp 10.0.0.100:99 2>&1 || true)" \
	'no such service'
refute "a table on a full disk" eval "in_ns director lbctl show >/dev/full"
lb stats zero
is "counters begin again" "$(counter malformed)" 0
release more

# ---- events

listeners=()
monitors=()
for options in "" -j; do
	# shellcheck disable=SC2086 # words
	spawn director "$TMPDIR/events$options" lbctl $options monitor
	listeners+=("$spawned")
	# shellcheck disable=SC2016,SC2086 # for the other shell; words
	spawn director "$TMPDIR/full$options" sh -c 'exec lbctl "$@" >/dev/full' - \
		$options monitor
	monitors+=("$spawned")
done
for pid in "${listeners[@]}" "${monitors[@]}"; do
	check "a monitor listens" wait_for 30 listens "$pid"
done
lb server add tcp $S 10.0.0.77
check "nobody is there" wait_for 60 grep -qx \
	"server 10.0.0.77 of tcp $S: unreachable" "$TMPDIR/events"
for pid in "${monitors[@]}"; do
	check "a monitor that cannot write ends" \
		wait_for 30 process_ended "$pid"
done
matches "and says why" "$(cat "$TMPDIR/full" "$TMPDIR/full-j")" \
	'standard output: .*standard output: '

# Each kind of event but states, which come at any time.
NEW=udp\ $VIP:123
in_ns director sh -e <<-END
	lbctl service add $NEW scheduler rr on-dead open
	lbctl server add $NEW 10.0.0.12 weight 3
	lbctl service set $NEW scheduler wrr udp 90s
	lbctl server set $NEW 10.0.0.12 weight 4
	lbctl server del $NEW 10.0.0.12
	lbctl service del $NEW
	lbctl device add eth8
	lbctl device del eth8
	lbctl config set udp_new 31
END
for options in "" -j; do
	check "a monitor tells of the last change${options:+ in JSON}" \
		wait_for 30 grep -q 'config.*changed' "$TMPDIR/events$options"
done
is "monitor: a line for each change" "$(grep -E "$NEW: |^device|^config" \
	"$TMPDIR/events" | grep -vE ': (up|resolving)$')" "\
service $NEW: added, scheduler rr on-dead open
server 10.0.0.12 of $NEW: added, weight 3
service $NEW: changed, scheduler wrr on-dead open udp 90
server 10.0.0.12 of $NEW: changed, weight 4
server 10.0.0.12 of $NEW: removed
service $NEW: removed
device eth8: added
device eth8: removed
config: changed"
told() { # EVENT: its last line in JSON
	grep "\"$1\"" "$TMPDIR/events-j" | tail -n 1
}
is "monitor, as JSON: a service" \
	"$(told service_changed | json "[event, protocol, address, port, \
	scheduler, on_dead, udp, tcp_close]")" \
	"['service_changed', 'udp', '$VIP', 123, 'wrr', 'open', 90, 0]"
is "monitor, as JSON: a server" \
	"$(told server_changed | json "[event, address, port, server, weight]")" \
	"['server_changed', '$VIP', 123, '10.0.0.12', 4]"
is "monitor, as JSON: a state" \
	"$(grep '"server":"10.0.0.77"' "$TMPDIR/events-j" | tail -n 1 |
		json "[event, port, server, state]")" \
	"['server_state', 80, '10.0.0.77', 'unreachable']"
is "monitor, as JSON: a service that is removed" "$(told service_removed)" \
	"{\"event\":\"service_removed\",\"protocol\":\"udp\",\"address\":\"$VIP\",\"port\":123}"
is "monitor, as JSON: others" \
	"$(told device_removed; told config_changed)" \
	'{"event":"device_removed","device":"eth8"}
{"event":"config_changed"}'
kill "${listeners[@]}"

finish
