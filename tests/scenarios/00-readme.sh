#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the commands of README, section "For real", and of EXAMPLES in the manual
# pages: in order, each on the host that the text names. Each command must
# succeed, and the VIP must serve.
#
#     client    director    rs1    rs2      VIP 10.0.0.100
#        |         |         |      |
#        +---------+---LAN---+------+
#
# The director, rs1 and rs2 are containers: process, mount and control group
# namespaces with systemd as the first process. They share all files but those
# of /run. The director has the machine's first network namespace, since the
# module belongs to the whole machine. Commands run in a fresh clone, see
# tests/clone: the compiler has run there before, for this kernel, and the
# commands find its output.
#
# README: an indented line of that section is a command. The paragraph before it
# says "on the director", "on each real server" or "from another host".
# Manual pages: each line in a block (.EX or .nf) of EXAMPLES is a command, or
# continues one. drlb-realserver(8) is for rs1, the others are for the director.
#
# doors: none
# clone: yes
# kernels: 6.1 6.12
# timeout: 400
#
# Functions are called by name.
# shellcheck disable=SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

CLONE=$TOP/build/clone/$KVER
HOSTS_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# ---- the texts

readme_commands() { # "HOST<TAB>LINE" for each indented line
	awk '
		/^-+$/ { section = before }
		{ before = $0 }
		section != "For real" { next }
		/^    / {
			if (text != "")
				host = named(text)
			text = ""
			print host "\t" substr($0, 5)
			next
		}
		{ text = text " " tolower($0) }
		function named(text,	n, phrases, hosts, i, at, best, host) {
			n = split("on the director/on each real server/" \
				"from another host", phrases, "/")
			split("director/servers/client", hosts, "/")
			host = "nowhere"
			for (i = 1; i <= n; i++) {
				at = match(text, ".*" phrases[i]) ? RLENGTH : 0
				if (at > best) {
					best = at
					host = hosts[i]
				}
			}
			return host
		}' "$CLONE/README"
}

page_commands() { # PAGE: the rendered lines of the blocks in EXAMPLES
	awk '
		/^\.SH/ { wanted = /^\.SH "?EXAMPLES?"?$/; block = 0 }
		!wanted { next }
		/^\.(EX|nf)$/ { block = 1; next }
		/^\.(EE|fi)$/ { block = 0 }
		!block || /^\.\\"/ { next }
		{
			gsub(/\\-/, "-")
			gsub(/\\\(aq/, "\047")
			gsub(/\\\(dq/, "\"")
			gsub(/\\f[BIRP]|\\&/, "")
			gsub(/\\e/, "\\")
			print
		}' "$1"
}

complete() { # TEXT: succeeds if TEXT is a whole command
	[[ $1 != *\\ ]] && bash -n <<<"$1" 2>/dev/null
}

# ---- the hosts

declare -A first=()	# each host's first process, as a PID of this shell's

container() { # NAME...: turns these into hosts with systemd
	local name enter
	mkdir -p "$TMPDIR/none" /etc/systemd/system
	# Units of this machine must not start, only those of the texts.
	cat >/etc/systemd/system/bare.target <<-END
		[Unit]
		Description=No units
		DefaultDependencies=no
	END
	for name; do
		mkdir "/sys/fs/cgroup/$name"
		enter=()
		[[ $name == director ]] || enter=(nsenter "--net=/run/netns/$name")
		"${enter[@]}" bash "$TMPDIR/first" "$name" "$TMPDIR/none" \
			>"$TMPDIR/systemd-$name" 2>&1 </dev/null &
		first[$name]=$!
	done
	for name; do
		wait_for 60 child_of "$name" || return
		first[$name]=$(child_of "$name")
		wait_for 120 host "$name" "systemctl is-system-running --wait" ||
			return
	done
}

# Each systemd has its own control group, the root of its cgroup namespace.
cat >"$TMPDIR/first" <<'END'
echo $$ >/sys/fs/cgroup/$1/cgroup.procs
exec unshare --mount --pid --cgroup --fork --kill-child --mount-proc \
	env -i container=other PATH="$PATH" bash -c '
		# The first network namespace is the one that /sys shows.
		mount -t sysfs sys /sys 2>/dev/null || umount /sys/fs/cgroup
		mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
		mount -t tmpfs -o mode=755 run /run &&
		mount --bind "$0" /usr/lib/systemd/system-generators &&
		exec /lib/systemd/systemd --unit=bare.target \
			--log-target=console --show-status=no' "$2"
END

child_of() { # NAME
	local children
	children=$(<"/proc/${first[$1]}/task/${first[$1]}/children") &&
		[[ $children ]] && echo "${children% }"
}

host() { # NAME COMMAND-LINE
	local enter=("--net=/run/netns/$1")
	[[ ! ${first[$1]-} ]] ||
		enter=(--target "${first[$1]}" --mount --pid --net --cgroup)
	nsenter "${enter[@]}" --wd="$CLONE" env -i PATH="$HOSTS_PATH" \
		HOME=/root LANG=C.UTF-8 timeout $((200 * SLOW)) bash -c "$2" \
		</dev/null
}

answers() { # COMMAND-LINE: run by the client, prints a real server's name
	[[ $(host client "$1" | tee /dev/stderr) =~ ^rs[12]$ ]]
}

run_on() { # TEXT HOSTS COMMAND-LINE
	local name line=${3%%$'\n'*}
	case $2 in
	servers)	set -- "$1" "rs1 rs2" "$3" ;;
	nowhere)	fail "$1 names the host that runs: $line"; return ;;
	esac
	for name in $2; do
		if [[ $name == client ]]; then
			check "$1, client, gets an answer: $line" answers "$3"
		else
			check "$1, $name: $line" host "$name" "$3"
		fi
	done
}

# ---- README

switch lan
namespace client rs1 rs2
lan_host client 3
lan_host rs1 11
lan_host rs2 12
ip link add eth0 address $MAC_director type veth peer name director-eth0 netns lan
ip -n lan link set director-eth0 master br0 up
ip link set eth0 up
ip address add 10.0.0.2/24 dev eth0
few_modules
is "this kernel's headers are where a director has them" \
	"$(realpath "/lib/modules/$KVER/build")" \
	"$(realpath "$(cd "$TOP" && scripts/kernel headers "$KVER")")"
for n in 1 2; do
	serve_http rs$n
done
# check() would run this in a subshell, which would keep the PIDs to itself.
if container director rs1 rs2; then
	pass "systemd runs on the director and the real servers"
else
	fail "systemd runs on the director and the real servers" \
		"$(tail -n 5 "$TMPDIR"/systemd-*)"
	finish
fi

readme_commands >"$TMPDIR/readme"
is "README has commands for each kind of host" \
	"$(cut -f1 "$TMPDIR/readme" | sort -u | paste -sd' ')" \
	"client director servers"
while IFS=$'\t' read -r -u 3 where line; do
	run_on README "$where" "$line"
done 3<"$TMPDIR/readme"

is "the director serves from its unit" \
	"$(host director "systemctl is-active drlb")" active
is "the VIP is held by each real server's unit" \
	"$(for n in 1 2; do
		host rs$n "systemctl is-active drlb-realserver@$VIP"
	done | tally)" "active=2"
is "the VIP serves" "$(curl_vip 6 $VIP | grep -c '^rs[12]$')" 6

# ---- the manual pages

mapfile -t pages < <(find "$CLONE"/{scripts,tools} -name '*.[1-9]' | sort)
between "there are manual pages" ${#pages[@]} 3 100
for page in "${pages[@]}"; do
	name=${page##*/} where=director command=
	[[ $name != drlb-realserver.8 ]] || where=rs1
	host director "lbctl service flush"
	page_commands "$page" >"$TMPDIR/page"
	between "$name has examples" "$(wc -l <"$TMPDIR/page")" 1 1000
	while IFS= read -r -u 3 line; do
		command+=${command:+$'\n'}$line
		complete "$command" || continue
		run_on "$name" $where "$command"
		command=
	done 3<"$TMPDIR/page"
	is "$name: the last example is a whole command" "$command" ""
done

ip link del eth0
finish
