#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boot: a machine with the installed files comes up as a director, without help.
# The director is the first network namespace of this machine.
#
#     client           this machine           rs1    rs2
#        |                  | eth0             |      |
#        +------------------+---LAN------------+------+
#
# doors: none
# timeout: 300
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

unit_line() { # KEY: the commands of drlb.service, as PREFIX|COMMAND
	sed -n "s/^$1=\([-+@!:]*\)/\1|/p" "$UNITS/drlb.service"
}

unit_rights() { # its capabilities, in the form of setpriv
	sed -n 's/^CapabilityBoundingSet=/-all /p' "$UNITS/drlb.service" |
		sed 's/ CAP_/,+/g' | tr '[:upper:]' '[:lower:]'
}

with_rights() { # RIGHTS COMMAND...: as root with these capabilities only
	setpriv --no-new-privs --bounding-set="$1" "${@:2}"
}

refused() { # RIGHTS FILE
	local said
	! said=$(with_rights $1 lbctl apply $2 2>&1) &&
		[[ $said =~ CAP_NET_ADMIN|[Pp]ermi ]]
}

# Runs the commands with systemd's capabilities: those with a + keep all.
run_lines() { # KEY...
	local key before line
	for key; do
		while IFS='|' read -r before line; do
			if [[ $before == *+* ]]; then
				bash -c "$line"
			else
				with_rights "$(unit_rights)" bash -c "$line"
			fi || return 1
		done < <(unit_line "$key")
	done
}

hash_secret() { # from the kernel's memory, if root may read it
	[[ ! -e /proc/kcore ]] || "$TOOLS/kcore" drlb_hash_secret 40
}

# ---- installing

install_what_was_built() { # MAKE-WORD...
	# The build was brought up to date before the machine started.
	make -s -C "$TOP" -o compile -o lbctl KVER="$KVER" "$@"
}

few_modules
check "make install DESTDIR= PREFIX=" install_what_was_built install \
	DESTDIR="$TMPDIR/stage" PREFIX=/usr
for file in "lib/modules/$KVER/updates/drlb.ko" usr/sbin/lbctl \
	usr/sbin/drlb-upgrade usr/sbin/drlb-realserver \
	usr/share/man/man8/lbctl.8 etc/drlb.conf \
	etc/modprobe.d/drlb.conf etc/modules-load.d/drlb.conf \
	usr/lib/systemd/system/drlb.service \
	usr/lib/systemd/system/drlb-realserver@.service; do
	check "DESTDIR has $file" test -s "$TMPDIR/stage/$file"
done
check "make uninstall DESTDIR= PREFIX=" install_what_was_built uninstall \
	DESTDIR="$TMPDIR/stage" PREFIX=/usr
is "uninstall leaves no file" "$(find "$TMPDIR/stage" -type f)" ""

check "make install" install_what_was_built install
UNITS=/usr/local/lib/systemd/system
hash -r
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
is "lbctl is the installed one" "$(command -v lbctl)" /usr/local/sbin/lbctl
check "modprobe finds the module" modinfo drlb
is "every parameter is in modprobe.d, as a comment" \
	"$(sed -n 's/^#options drlb \([a-z_]*\)=.*/\1/p' \
		/etc/modprobe.d/drlb.conf | sort | paste -sd' ')" \
	"$(modinfo -F parm drlb | cut -d: -f1 | sort | paste -sd' ')"
is "nothing in it is active" \
	"$(grep -vc '^#\|^$' /etc/modprobe.d/drlb.conf || true)" 0
is "it is loaded at boot" "$(grep -v '^#' /etc/modules-load.d/drlb.conf)" drlb
if command -v systemd-analyze >/dev/null; then
	cp "$UNITS/drlb-realserver@.service" "$TMPDIR/drlb-realserver@vip.service"
	matches "systemd finds nothing wrong with drlb.service" \
		"$(systemd-analyze verify --man=no "$UNITS/drlb.service" 2>&1 |
			grep drlb || true)" '^$'
	matches "nor with drlb-realserver@.service" \
		"$(systemd-analyze verify --man=no \
			"$TMPDIR/drlb-realserver@vip.service" 2>&1 |
			grep drlb-realserver || true)" '^$'
fi

# ---- the administrator's settings

sed -i -e 's/^#options drlb conn_max=.*/options drlb conn_max=12345/' \
	-e 's/^#options drlb udp=.*/options drlb udp=33/' \
	-e 's/^#options drlb tcp_established=.*/options drlb tcp_established=1800/' \
	-e 's/^#options drlb probe_interval=.*/options drlb probe_interval=1/' \
	-e 's/^#options drlb hook_priority=.*/options drlb hook_priority=-222/' \
	-e 's/^#options drlb ingress=.*/options drlb ingress=eth0/' \
	/etc/modprobe.d/drlb.conf
cat >/etc/drlb.conf <<END
device eth0
service tcp $VIP:80 scheduler rr
    server 10.0.0.11
    server 10.0.0.12
service tcp [$VIP6]:80 scheduler rr
    server 2001:db8::11
    server 2001:db8::12
END
check "make install again" install_what_was_built install
matches "keeps the administrator's files" \
	"$(</etc/drlb.conf) $(</etc/modprobe.d/drlb.conf)" \
	'2001:db8::12.*options drlb conn_max=12345'

# ---- the boot: modules-load, then the network, then the unit

refute "the module is not loaded yet" grep -q '^drlb ' /proc/modules
check "modules-load.d loads it" xargs -a <(grep -hv '^#' \
	/etc/modules-load.d/drlb.conf) modprobe -a
is "it has modprobe.d's parameters" "$(lbctl -j config show |
	json "[config[k] for k in ('conn_max', 'udp', 'tcp_established', \
	'probe_interval', 'hook_priority')]")" "[12345, 33, 1800, 1, -222]"
is "the device of ingress= does not exist yet" "$(lbctl -j device show |
	json "[(x['name'], x['attached']) for x in devices]")" \
	"[('eth0', False)]"
check "the unit starts before the network is there" \
	run_lines ExecStartPre ExecStart
is "it knows the servers, without a route" "$(lbctl -j service show |
	json "{r['state'] for s in services for r in s['servers']}")" \
	"{'no route'}"

switch lan
namespace client rs1 rs2
lan_host client 3
lan_host rs1 11
lan_host rs2 12
for n in 1 2; do
	real_server rs$n $VIP $VIP6
	serve_http rs$n
done
ip link add eth0 address $MAC_director type veth peer name director-eth0 \
	netns lan
ip -n lan link set director-eth0 master br0 up
ip link set eth0 up
ip address add 10.0.0.2/24 dev eth0
ip address add 2001:db8::2/64 dev eth0 nodad
ip address add $VIP/32 dev eth0
ip address add $VIP6/128 dev eth0 nodad

serves() { # [COUNT EACH]
	[[ $(get_vip 4 $VIP | tally) == "rs1=2 rs2=2" &&
		$(get_vip 4 $VIP6 | tally) == "rs1=2 rs2=2" ]]
}
eventually "it serves without a hand on it" 40 serves
is "by the fast path" "$(lbctl -j device show |
	json "[(x['name'], x['attached']) for x in devices]")" \
	"[('eth0', True)]"

# ---- the unit's rights

is "the unit gives its commands one capability" "$(unit_rights)" \
	"-all,+net_admin"
is "and these have no other" "$(with_rights "$(unit_rights)" \
	sed -n 's/^Cap\(Prm\|Eff\|Bnd\):\t//p' /proc/self/status | sort -u)" \
	0000000000001000
saved=$(lbctl save)
for rights in -all -net_admin; do
	check "with $rights they are refused" refused $rights /dev/null
done
is "which changes nothing" "$(lbctl save)" "$saved"

# ---- upgrades: the installed module is loaded, with the same configuration

is "a parameter of the module is as at boot" \
	"$(</sys/module/drlb/parameters/udp)" 33
sed -i 's/^options drlb udp=.*/options drlb udp=44/' /etc/modprobe.d/drlb.conf
saved=$(lbctl save)
secret=$(hash_secret)
matches "drlb-upgrade" "$(drlb-upgrade 2>&1 || true)" '^drlb-upgrade: took'
is "the module was loaded again" "$(</sys/module/drlb/parameters/udp)" 44
is "the configuration is what it was" "$(lbctl save)" "$saved"
eventually "it serves again" 20 serves
if [[ $secret ]]; then
	matches "the hash of connections has a secret" "$secret" \
		'^[0-9a-f]*[1-9a-f][0-9a-f]*$'
	refute "each time that the module is loaded another" \
		test "$(hash_secret)" == "$secret"
else
	say "no /proc/kcore: not seen whether each load has a secret of its own"
fi
matches "one that does not load gives way to the installed one" \
	"$(drlb-upgrade "/lib/modules/$KVER/updates/drlb.ko" udp=0 2>&1 || true)" \
	'does not load; the installed module was loaded'
is "with the configuration" "$(lbctl save)" "$saved"
eventually "it serves even then" 20 serves

# ---- reload and stop

hold kept 2 $VIP 80
sed -i "s/^    server 10.0.0.12/& weight 0/" /etc/drlb.conf
check "reload" run_lines ExecReload
is "reload takes the new file" "$(get_vip 4 $VIP | tally)" "rs1=4"
is "and keeps connections" "$(use_held kept)" "alive 2 same 2"
release kept
check "stop" run_lines ExecStop
is "stop clears" "$(lbctl -j service show)" '{"services":[]}'
refute "nobody serves then" serves
check "nor if the unit had not its capability" refused -net_admin /etc/drlb.conf
is "since nothing would be there" "$(lbctl -j service show)" '{"services":[]}'
check "start again" run_lines ExecStartPre ExecStart
is "and it serves again" "$(get_vip 4 $VIP | tally)" "rs1=4"

# ---- uninstalling

run_lines ExecStop
check "modprobe -r" modprobe -r drlb
check "make uninstall" install_what_was_built uninstall
refute "the module is gone" modinfo drlb
check "the administrator's file is kept" grep -q "$VIP" /etc/drlb.conf
ip link del eth0
umount "/lib/modules/$KVER"

finish
