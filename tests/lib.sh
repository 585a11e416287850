# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The library of the scenarios: namespaces, servers, clients, captures,
# verdicts. A scenario sources this file, builds its topology, makes its checks,
# and ends with `finish`.
#
# Every host of a topology is a namespace with a device eth0 on a common
# switch (a bridge in a namespace of its own). The last byte of its MAC
# address and of its addresses is the same number:
#
#     router 1   director 2   client 3   rs1 11   rs2 12   rs3 13
#     MAC 02:00:00:00:00:11   10.0.0.11   2001:db8::11        for rs1
#
# Scenarios use the variables of this file.
# shellcheck disable=SC2034

set -Eeuo pipefail
shopt -s inherit_errexit

TOP=${TOP:?not started by tests/run}
TMPDIR=${TMPDIR:?not started by tests/run}
DOOR=${DOOR:-prerouting}
SLOW=${SLOW:-1}	# the factor by which this kernel is slower than others
TOOLS=$TOP/tests/tools
# Programs of the distribution take precedence over others of the same names.
PATH=$(dirname "$(command -v lbctl)"):/usr/sbin:/usr/bin:/sbin:/bin
export PATH

VIP=10.0.0.100 VIP6=2001:db8::100
VIPB=10.0.0.101 VIPB6=2001:db8::101
MAC_router=02:00:00:00:00:01
MAC_director=02:00:00:00:00:02
MAC_client=02:00:00:00:00:03
MAC_rs1=02:00:00:00:00:11 MAC_rs2=02:00:00:00:00:12 MAC_rs3=02:00:00:00:00:13

# ---- verdicts --------------------------------------------------------------

checks=0 failures=0 finished=

say() { printf '# %s\n' "$@"; }

pass() {
	checks=$((checks + 1))
	echo "ok - $1"
}

fail() { # TEXT [DIAGNOSTIC...]
	checks=$((checks + 1)) failures=$((failures + 1))
	echo "not ok - $1"
	shift
	(($# == 0)) || printf '%s\n' "$@" | sed -n '1,40s/^/#   /p'
}

is() { # TEXT GOT WANTED
	if [[ $2 == "$3" ]]; then
		pass "$1"
	else
		fail "$1" "got:    $2" "wanted: $3"
	fi
}

between() { # TEXT GOT LOW HIGH
	if [[ $2 =~ ^[0-9]+$ ]] && (($2 >= $3 && $2 <= $4)); then
		pass "$1"
	else
		fail "$1" "got $2, wanted $3 to $4"
	fi
}

matches() { # TEXT GOT REGEX
	if [[ $2 =~ $3 ]]; then
		pass "$1"
	else
		fail "$1" "got:    $2" "wanted: $3"
	fi
}

check() { # TEXT COMMAND...
	local text=$1 out
	shift
	if out=$("$@" 2>&1); then
		pass "$text"
	else
		fail "$text" "command: $*" "$out"
	fi
}

refute() { # TEXT COMMAND...
	local text=$1 out
	shift
	if out=$("$@" 2>&1); then
		fail "$text" "command: $*" "$out"
	else
		pass "$text"
	fi
}

wait_for() { # SECONDS COMMAND...
	local end=$((SECONDS + $1 * SLOW))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		pause 0.1
	done
}

eventually() { # TEXT SECONDS COMMAND...
	local text=$1 start=$SECONDS
	shift
	if wait_for "$@"; then
		pass "$text"
		say "after $((SECONDS - start)) s"
	else
		fail "$text" "still not after $(($1 * SLOW)) s: ${*:2}"
	fi
}

finish() {
	finished=y
	((checks > 0 && failures == 0)) && exit 0
	exit 1
}

cleanup() {
	local rc=$? ns pids
	trap - EXIT
	[[ $finished ]] || echo "not ok - the scenario ended early, status $rc"
	# The shell would report each process that is killed.
	exec 2>/dev/null
	for ns in $(ip netns list | cut -d' ' -f1); do
		pids=$(ip netns pids "$ns")
		# shellcheck disable=SC2086 # a list
		[[ -z $pids ]] || kill -KILL $pids || true
		ip netns del "$ns"
	done
	# Processes in namespaces without a name remain.
	# shellcheck disable=SC2046 # a list
	kill -KILL $(jobs -p) || true
	wait
	exit "$rc"
}
trap cleanup EXIT
trap 'say "line $LINENO: $BASH_COMMAND"' ERR

# ---- the worker, see tests/tools/worker ------------------------------------

mkdir "$TMPDIR/worker"
mkfifo "$TMPDIR"/worker/{request,status,never}
exec {never}<>"$TMPDIR/worker/never"
"$TOOLS/worker" "$TMPDIR/worker" </dev/null &

# Tools that in_ns() gives to the worker: each runs to its end and does not read
# its standard input. They run one at a time; for others use spawn().
WORKED=" ask flood forge fragments frames malformed stray-icmp syn-flood who-has "

work() { # run|start|json FIELD...; then the output of the command in $input
	local status said
	{
		printf '%s\x1f' "$@"
		[[ $1 != json ]] || "${input[@]}" || true
	} >"$TMPDIR/worker/request"
	read -r status <"$TMPDIR/worker/status"
	said=$(<"$TMPDIR/worker/output")
	[[ ! $said ]] || printf '%s\n' "$said"
	return "$status"
}

# Starting a sleep instead would take ten times as long.
pause() { read -rt "$1" -u "$never" || true; }

# ---- namespaces ------------------------------------------------------------

in_ns() { # NAMESPACE COMMAND...
	if [[ $2 == "$TOOLS"/* && $WORKED == *" ${2##*/} "* ]]; then
		work run "$1" "${2##*/}" "${@:3}"
	else
		nsenter --net="/run/netns/$1" "${@:2}"
	fi
}

sysctls() { # NAMESPACE KEY=VALUE...
	in_ns "$1" sysctl -qw "${@:2}"
}

namespace() { # NAME...
	# New namespaces inherit these values, so that addresses are usable at
	# once.
	sysctl -qw net.core.devconf_inherit_init_net=1 \
		net.ipv6.conf.default.{accept_dad,accept_ra}=0 \
		net.ipv6.conf.default.router_solicitations=0
	ip -batch - < <(printf 'netns add %s\n' "$@")
}

switch() { # NAME
	namespace "$1"
	in_ns "$1" ip -batch - <<-END
		link set lo up
		link add br0 type bridge mcast_snooping 0
		link set br0 up
	END
	# Firewall rules must not apply to bridged frames.
	if [[ -e /proc/sys/net/bridge ]]; then
		sysctls "$1" net.bridge.bridge-nf-call-{ip,ip6,arp}tables=0
	fi
}

plug() { # NAMESPACE DEVICE MAC SWITCH [ADDRESS/LEN...]
	local ns=$1 dev=$2 switch=$4 port=$1-$2 address
	in_ns "$switch" ip -batch - <<-END
		link add $port type veth peer name $dev address $3 netns $ns
		link set $port master br0 up
	END
	{
		echo "link set lo up"
		echo "link set $dev up"
		for address in "${@:5}"; do
			echo "address add $address dev $dev" \
				"$([[ $address != *:* ]] || echo nodad)"
		done
	} | in_ns "$ns" ip -batch -
}

at() { # ADDRESS PORT: in the form of lbctl and URLs
	if [[ $1 == *:* ]]; then echo "[$1]:$2"; else echo "$1:$2"; fi
}

of() { # ADDRESS NUMBER: the LAN address of host NUMBER, of ADDRESS's family
	if [[ $1 == *:* ]]; then echo "2001:db8::$2"; else echo "10.0.0.$2"; fi
}

lan_host() { # NAME NUMBER: gives a namespace eth0 on the LAN
	plug "$1" eth0 "02:00:00:00:00:$(printf %02d "$2")" lan \
		"10.0.0.$2/24" "2001:db8::$2/64"
}

default_via_router() { # NAMESPACE...
	local ns
	for ns; do
		in_ns "$ns" ip -batch - <<-END
			route add default via 10.0.0.1
			route add default via 2001:db8::1
		END
	done
}

vip_on_director() { # VIP...
	local vip
	for vip; do
		if [[ $vip == *:* ]]; then
			echo "address add $vip/128 dev eth0 nodad"
		else
			echo "address add $vip/32 dev eth0"
		fi
	done | in_ns director ip -batch -
}

real_server() { # NAMESPACE VIP...: as drlb-realserver does, but in two processes
	local vip
	sysctls "$1" net.ipv4.conf.all.arp_{ignore=1,announce=2}
	for vip in "${@:2}"; do
		if [[ $vip == *:* ]]; then
			echo "address replace $vip/128 dev lo nodad preferred_lft 0"
		else
			echo "address replace $vip/32 dev lo scope host"
		fi
	done | in_ns "$1" ip -batch -
}

three_servers() { # the flat topology; servers have both VIPs and serve nothing
	local n
	topology flat
	director_devices eth0
	vip_on_director $VIP $VIP6
	for n in 1 2 3; do
		real_server rs$n $VIP $VIP6
	done
}

two_servers() { # client, director, rs1 and rs2 on the LAN; both serve both VIPs
	local n
	switch lan
	namespace client director rs1 rs2
	lan_host client 3
	lan_host director 2
	lan_host rs1 11
	lan_host rs2 12
	director_devices eth0
	vip_on_director $VIP $VIP6
	for n in 1 2; do
		real_server rs$n $VIP $VIP6
		serve_http rs$n
		serve_udp rs$n rs$n $VIP 53 $VIP6 53
	done
}

# Makes a user who is root in a user namespace only. at_home runs a command there, in a
# network namespace of theirs.
stranger_home() {
	sysctl -qw kernel.unprivileged_userns_clone=1 2>/dev/null || true
	spawn director "$TMPDIR/home" setpriv --reuid 65534 --regid 65534 \
		--clear-groups unshare --user --map-root-user --net \
		sh -c 'echo ready; exec sleep 1000'
	home=$spawned
	wait_for 20 grep -q ready "$TMPDIR/home"
}

at_home() { # COMMAND...
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		nsenter --target "$home" --user --net \
		--preserve-credentials "$@"
}

topology() { # flat | routed
	#   flat:    client --- LAN --- director, rs1, rs2, rs3
	#   routed:  client --- router --- LAN --- director, rs1, rs2, rs3
	switch lan
	namespace client director rs1 rs2 rs3
	lan_host director 2
	lan_host rs1 11
	lan_host rs2 12
	lan_host rs3 13
	if [[ $1 == flat ]]; then
		lan_host client 3
	else
		namespace router
		lan_host router 1
		ip link add eth0 address $MAC_client netns client type veth \
			peer name wan0 netns router
		in_ns client ip -batch - <<-END
			link set lo up
			address add 198.51.100.3/24 dev eth0
			address add 2001:db8:c::3/64 dev eth0 nodad
			link set eth0 up
			route add default via 198.51.100.1
			route add default via 2001:db8:c::1
		END
		in_ns router ip -batch - <<-END
			address add 198.51.100.1/24 dev wan0
			address add 2001:db8:c::1/64 dev wan0 nodad
			link set wan0 up
		END
		sysctls router net.ipv4.ip_forward=1 \
			net.ipv6.conf.all.forwarding=1
		default_via_router director rs1 rs2 rs3
	fi
}

# The kernel patches its code when the first netfilter hook of a kind is
# registered in any namespace, and when the last one is removed. Under load an
# emulated processor may meet the breakpoint of the patch too late, which is a
# panic. Scenarios that register and remove hooks many times keep one hook of
# each kind registered.
hooks_stay() { # NAMESPACE: the owner of these hooks
	local hook chains=
	for hook in prerouting input forward output postrouting; do
		chains+="chain $hook { type filter hook $hook priority 0; }; "
	done
	in_ns "$1" nft -f - <<-END
		table inet stay { $chains }
		table netdev stay {
			chain ingress {
				type filter hook ingress device lo priority 0;
			}
		}
	END
}

offloads() { # on|off NAMESPACE...: segmentation and checksum offload of eth0
	local ns
	for ns in "${@:2}"; do
		in_ns "$ns" ethtool -K eth0 tx "$1" tso "$1" gso "$1" >/dev/null
	done
}

# Leaves few of the kernel's modules in /lib/modules, so that depmod, which
# reads all of them, is fast; and the headers there, as on a director that has
# them installed. The scenario may undo it with umount.
few_modules() {
	local few=$TMPDIR/modules all=/lib/modules/$KVER file
	mkdir "$few"
	cp "$all"/modules.{builtin,builtin.modinfo,order} "$few"
	ln -s "$(cd "$TOP" && realpath "$(scripts/kernel headers "$KVER")")" \
		"$few/build"
	modprobe --show-depends -a veth bridge dummy nf_tables \
		nf_{defrag,reject}_ipv{4,6} | awk '$1 == "insmod" { print $2 }' | sort -u |
		while read -r file; do
			install -D "$file" "$few/${file#"$all"/}"
		done
	mount --bind "$few" "$all"
	depmod "$KVER"
}

# ---- the director ----------------------------------------------------------

lb() { in_ns director lbctl "$@"; }

director_devices() { # DEVICE...: opens the door under test
	local dev
	[[ $DOOR == ingress ]] || return 0
	for dev; do
		lb device add "$dev"
	done
}

service() { # PROTOCOL ADDR:PORT "OPTIONS" [SERVER [weight N]]...
	local server
	# shellcheck disable=SC2086 # words
	lb service add "$1" "$2" $3
	for server in "${@:4}"; do
		# shellcheck disable=SC2086 # words
		lb server add "$1" "$2" $server
	done
}

json() { # EXPRESSION: a value out of lbctl's JSON on standard input
	json_ask "$1" cat
}

json_ask() { # EXPRESSION COMMAND...: a value out of the JSON of COMMAND
	# A command that fails prints no document, so there is no value.
	local input=("${@:2}")
	work json "$1"
}

services() { json_ask "$1" lb -j service show; }
stats() { json_ask "$1" lb -j stats; }
counter() { stats "counter('$1')"; }
connections() { json_ask "$1" lb -j connection show; }

server_state() { # VIP PORT SERVER
	services "srv('$1', $2, '$3')['state']"
}

server_is() { # VIP PORT SERVER STATE
	[[ $(server_state "$1" "$2" "$3") == "$4" ]]
}

servers_are_up() {
	[[ $(services "all(r['state'] in ('up', 'local') \
		for s in services for r in s['servers'])") == True ]]
}

servers_up() { wait_for 20 servers_are_up; } # all neighbours have answered

# ---- servers and clients ---------------------------------------------------

spawn() { # NAMESPACE LOG COMMAND...: in the background; sets $spawned to its id
	nsenter --net="/run/netns/$1" "${@:3}" >"$2" 2>&1 </dev/null &
	spawned=$!
}

listens() { # PROCESS: succeeds if this lbctl monitor listens
	awk -v id="$1" '$2 == 16 && $3 == id && $4 != "00000000" { found = 1 }
		END { exit !found }' "/proc/$1/net/netlink"
}

serve_http() { # NAMESPACE [NAME [PORT...]]
	# Answers each request with its name. Requests for /keep keep the
	# connection open; /files/ takes uploads and gives downloads; /slow/
	# gives them at 100 kB a second, on slow kernels at less.
	local ns=$1 name=${2:-$1} port dir=$TMPDIR/www-${2:-$1} listen=
	shift $(($# > 1 ? 2 : 1))
	for port in "${@:-80}"; do
		listen+="listen $port; listen [::]:$port; "
	done
	mkdir -p "$dir/files" "$dir/tmp"
	cat >"$dir/nginx.conf" <<-END
		user root;
		worker_processes 1;
		pid $dir/pid;
		error_log $dir/error.log;
		events { worker_connections 2048; }
		http {
			access_log $dir/access.log;
			client_body_temp_path $dir/tmp;
			proxy_temp_path $dir/tmp;
			fastcgi_temp_path $dir/tmp;
			uwsgi_temp_path $dir/tmp;
			scgi_temp_path $dir/tmp;
			client_max_body_size 0;
			keepalive_timeout 0;
			default_type text/plain;
			server {
				$listen
				location / { return 200 "$name\n"; }
				location /keep {
					keepalive_timeout 1h;
					keepalive_requests 100000;
					return 200 "$name\n";
				}
				location /files/ {
					root $dir;
					dav_methods PUT;
				}
				location /slow/ {
					alias $dir/files/;
					limit_rate $((100 / SLOW))k;
				}
			}
		}
	END
	in_ns "$ns" nginx -e "$dir/error.log" -c "$dir/nginx.conf" -p "$dir"
}

serve_udp() { # NAMESPACE NAME ADDRESS PORT [ADDRESS PORT]...
	local ready=$TMPDIR/udp-$1-$3-$4
	work start "$1" answer "$ready" "$2" "${@:3}"
	wait_for 20 test -s "$ready"
}

under_attack() { # PORT...: routed, with servers that can take a SYN flood
	# The router drops answers to the forged sources, 198.18.0.0/15 and
	# 2001:db8:bad::/48.
	local n
	topology routed
	in_ns router ip -batch - <<-END
		route add blackhole 198.18.0.0/15
		route add blackhole 2001:db8:bad::/48
	END
	director_devices eth0
	vip_on_director $VIP $VIP6
	for n in 1 2 3; do
		real_server rs$n $VIP $VIP6
		serve_http rs$n rs$n "$@"
		sysctls rs$n net.ipv4.tcp_syncookies=1
	done
}

curl_vip() { # COUNT ADDRESS [CURL-OPTION...]
	# Makes one connection after the other from the namespace `client` and
	# prints each answer, or the error, on a line.
	local n=$1 address=$2
	in_ns client curl -sS --max-time $((20 * SLOW)) --resolve "vip:80:$address" \
		--resolve "vip:8080:$address" "${@:3}" \
		"http://vip:${PORT:-80}/?[1-$n]" 2>&1
}

get_vip() { # COUNT ADDRESS: as curl_vip, but by the worker, many times as fast
	ask tcp "$2" "${PORT:-80}" -n "$1" --timeout $((20 * SLOW))
}

ask() { # tcp|udp ADDRESS PORT [OPTION...], see tests/tools/ask
	in_ns client "$TOOLS/ask" "$@"
}

tally() { # answers on stdin, one a line: "rs1=4 rs2=4"
	local -A count=()
	local line word words=() i
	while IFS= read -r line; do
		[[ $line ]] || continue
		count[$line]=$((${count[$line]-0} + 1))
	done
	for line in "${!count[@]}"; do
		word=${line%% *}=${count[$line]}
		for ((i = ${#words[@]}; i > 0; i--)); do
			[[ $word < ${words[i - 1]} ]] || break
			words[i]=${words[i - 1]}
		done
		words[i]=$word
	done
	echo "${words[*]}"
}

hold() { # NAME COUNT ADDRESS PORT: keeps connections open, see tests/tools/hold
	spawn client "$TMPDIR/hold-$1" "$TOOLS/hold" "$3" "$4" "$2"
	printf -v "hold_$1" %s "$spawned"
	wait_for 60 grep -q '^open' "$TMPDIR/hold-$1"
}

held() { # NAME: "rs1=4 rs2=4", the servers that answered at the beginning
	sed -n 's/^server //p' "$TMPDIR/hold-$1" | tally
}

use_held() { # NAME: makes a request on each; "alive N same N"
	local pid=hold_$1 n
	n=$(grep -c '^round' "$TMPDIR/hold-$1" || true)
	kill -USR1 "${!pid}"
	wait_for 60 test_rounds "$1" "$((n + 1))" || echo "no round"
	grep '^round' "$TMPDIR/hold-$1" | tail -n 1 | cut -d' ' -f3-
}

test_rounds() { (($(grep -c '^round' "$TMPDIR/hold-$1") >= $2)); }

release() { # NAME
	local pid=hold_$1
	kill "${!pid}"
	wait "${!pid}" || true
}

# ---- captures --------------------------------------------------------------

capture() { # NAME NAMESPACE DEVICE FILTER...
	local name=$1 ns=$2 dev=$3
	shift 3
	spawn "$ns" "$TMPDIR/$name.log" tcpdump -i "$dev" --immediate-mode -n \
		-U -B 16384 -s 0 -w "$TMPDIR/$name.pcap" "$@"
	printf -v "capture_$name" %s "$spawned"
	wait_for 20 grep -q 'listening on' "$TMPDIR/$name.log"
}

process_ended() { ! kill -0 "$1" 2>/dev/null; }

captured() { # NAME: ends the capture and prints a line of words for each frame
	local pid=capture_$1 size=-1 now
	# tcpdump would lose the packets that it has not read yet.
	while now=$(stat -c %s "$TMPDIR/$1.pcap") && ((now != size)); do
		size=$now
		pause 0.$((SLOW > 1 ? 5 : 2))
	done
	kill "${!pid}" 2>/dev/null || true
	# This is often a subshell, which cannot wait for its parent's children.
	wait_for 10 process_ended "${!pid}"
	work run "" frames "$TMPDIR/$1.pcap"
}
