#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Promises of the interface for years: weights of any size, ages that do not
# begin anew, events about every change.
#
#     client    director    rs1    rs2      VIP 10.0.0.100 on the last three
#        |         |         |      |
#        +---------+---LAN---+------+
#
# doors: prerouting
# timeout: 120
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

LARGEST=2147483647 HALF=1073741824

switch lan
namespace client director rs1 rs2
lan_host client 3
lan_host director 2
lan_host rs1 11
lan_host rs2 12
vip_on_director $VIP
for n in 1 2; do
	real_server rs$n $VIP
	serve_http rs$n
done

# ---- events

for format in text json; do
	[[ $format == text ]] && options= || options=-j
	spawn director "$TMPDIR/events-$format" lbctl $options monitor
	check "a monitor listens: $format" wait_for 30 listens $spawned
done

told() { # FORMAT LINES REGEX: a line after the first LINES matches
	tail -n +$(($2 + 1)) "$TMPDIR/events-$1" | grep -qiE "$3"
}

text_names() { # SERVER|-: a regex for the server and its service
	[[ $1 == - ]] || printf '%s' "${1//./[.]}\\b.*"
	printf '%s' '10[.]0[.]0[.]100:80\b'
}

tells() { # WHAT SERVER|- WORDS COMMAND...: both monitors say and name it
	local format vip json="\"10\.0\.0\.100\".*\"port\": *80\b" server=
	local -A lines names
	for format in text json; do
		lines[$format]=$(wc -l <"$TMPDIR/events-$format")
	done
	"${@:4}"
	[[ $2 == - ]] || server=".*${2//./\\.}\b"
	names=([text]="$(text_names "$2")" [json]="$json$server")
	for format in text json; do
		if wait_for 5 told $format ${lines[$format]} "${names[$format]}" &&
			told $format ${lines[$format]} "$3"; then
			pass "events, $format: $1"
		else
			fail "events, $format: $1" \
				"$(tail -n +$((lines[$format] + 1)) \
					"$TMPDIR/events-$format")"
		fi
	done
}

REMOVED='remov|delet|\bdel\b'
tells "a service was added" - 'add|new' \
	lb service add tcp $VIP:80 scheduler rr
tells "a server was added" 10.0.0.11 'add|new' \
	lb server add tcp $VIP:80 10.0.0.11
lb server add tcp $VIP:80 10.0.0.12
servers_up
tells "a weight was changed" 10.0.0.11 4711 \
	lb server set tcp $VIP:80 10.0.0.11 weight 4711
tells "a service was changed" - wrr \
	lb service set tcp $VIP:80 scheduler wrr

link() { # up|down; waits until the state is known
	ip -n lan link set rs1-eth0 $1
	wait_for 30 server_is $VIP 80 10.0.0.11 ${1/down/unreachable}
}

tells "a server is unreachable" 10.0.0.11 unreachable link down
tells "it is up" 10.0.0.11 '\bup\b' link up

# ---- weights

check "the largest weight is taken" \
	lb server set tcp $VIP:80 10.0.0.11 weight $LARGEST
check "the half of it" lb server set tcp $VIP:80 10.0.0.12 weight $HALF
refute "a larger one is not" \
	lb server set tcp $VIP:80 10.0.0.12 weight $((LARGEST + 1))
is "they are shown" \
	"$(services "[r['weight'] for r in svc('$VIP', 80)['servers']]")" \
	"[$LARGEST, $HALF]"
lb save >"$TMPDIR/saved"
is "they are saved" "$(grep -cE "weight ($LARGEST|$HALF)\$" \
	"$TMPDIR/saved" || true)" 2
check "they can be applied" lb apply "$TMPDIR/saved"
is "wrr: two to one" "$(curl_vip 12 $VIP | tally)" "rs1=8 rs2=4"
lb connection del all >/dev/null
lb service set tcp $VIP:80 scheduler wlc
hold six 6 $VIP 80
is "wlc: two to one" "$(held six)" "rs1=4 rs2=2"

# ---- the age of a connection

age_bits() {
	in_ns director python3 -BES - "$TOOLS" "$TOP/kmod/uapi/drlb.h" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import genl
		h, s = genl.Header(sys.argv[2]), genl.Socket()
		drlb = genl.number(genl.family_id("drlb", s)[1])
		_, _, bodies = s.request(
		    drlb, h.values("drlb_cmd")["CONNECTION_GET"], flags=genl.DUMP)
		outer = h.values("drlb_attr")["CONNECTION"]
		age = h.values("drlb_connection_attr")["AGE_MS"]
		print({8 * len(dict(genl.attributes(inside))[age])
		       for body in bodies
		       for kind, inside in genl.attributes(body) if kind == outer})
	END
}
is "a connection's age is a number that does not begin anew" "$(age_bits)" "{64}"
release six

# ---- mh with these weights

lb service add udp $VIP:80 scheduler mh
lb server add udp $VIP:80 10.0.0.11 weight $LARGEST || true
lb server add udp $VIP:80 10.0.0.12 weight $HALF || true
servers_up
in_ns client "$TOOLS/flood" eth0 $MAC_director $VIP 80 600 udp >/dev/null
shares=$(services "[r['packets'] for r in svc('$VIP', 80, 'udp')['servers']]")
say "mh: $shares"
read -r first second <<<"${shares//[^0-9 ]/}"
is "mh: all are forwarded" "$((${first:-0} + ${second:-0}))" 600
between "mh: two to one" "${first:-0}" 360 440

tells "a server was removed" 10.0.0.11 "$REMOVED" \
	lb server del tcp $VIP:80 10.0.0.11
tells "a service was removed" - "$REMOVED" lb service del tcp $VIP:80

# ---- dumps cost what they are long

dump_cost() { # COUNT: a service with so many servers; milliseconds of the kernel
	python3 -BES - "$1" <<-'END' >"$TMPDIR/many"
		import sys
		print("service tcp 10.0.0.100:90")
		for n in range(int(sys.argv[1])):
		    print(f"server 9.8.{n >> 8}.{n & 255}")
	END
	lb apply "$TMPDIR/many" 2>/dev/null
	in_ns director python3 -BES - <<-'END'
		import resource
		import subprocess
		for _ in range(4):
		    subprocess.run(["lbctl", "-j", "service", "show"], check=True,
		                   stdout=subprocess.DEVNULL)
		print(int(1000 *
		    resource.getrusage(resource.RUSAGE_CHILDREN).ru_stime))
	END
}

few=$(dump_cost 2000)
many=$(dump_cost 8000)
say "four dumps: $few ms of 2,000 servers, $many ms of 8,000"
between "a dump of four times the servers takes four times as long" \
	$many $few $((few * 8))

finish
