#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The neighbour table belongs to the whole host. Servers, however many and
# whoever configures them, leave room in it for others. A server that finds no
# room there says so.
#
#     director    rs1, which also has 10.8.1.1 to .200, 10.8.2.1 to .200 and
#        |         |   2001:db8:8::1:0:1 to ::c8:0:1
#        +---LAN---+          a namespace of a stranger: wire0 --- wire1
#
# The servers of the stranger, 10.8.0.0/16 by wire0, do not exist.
#
# doors: prerouting
# timeout: 150
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

MOST=256	# next hops in a namespace of another user namespace

switch lan
namespace director rs1
lan_host director 2
lan_host rs1 11
serve_http rs1
{
	for n in {1..200}; do
		echo "address add 10.8.1.$n/32 dev eth0"
		echo "address add 10.8.2.$n/32 dev eth0"
		printf 'address add 2001:db8:8::%x:0:1/128 dev eth0 nodad\n' $n
	done
	echo "address add 10.8.255.11/16 dev eth0"
	echo "address add 2001:db8:8::ff11/64 dev eth0 nodad"
	# Permanent entries are not counted, and nobody takes them away.
	for address in 10.0.0.2 10.8.255.2 2001:db8::2 2001:db8:8::ff02 \
		fe80::ff:fe00:2; do
		echo "neighbour replace $address lladdr $MAC_director" \
			"dev eth0 nud permanent"
	done
} | in_ns rs1 ip -batch -
in_ns director ip -batch - <<END
address add 10.8.255.2/16 dev eth0
address add 2001:db8:8::ff02/64 dev eth0 nodad
END

thresholds() { # FIRST SECOND THIRD: of the host, both families
	sysctl -qw net.ipv{4,6}.neigh.default.gc_thresh1=$1 \
		net.ipv{4,6}.neigh.default.gc_thresh2=$2 \
		net.ipv{4,6}.neigh.default.gc_thresh3=$3
}

# ---- a stranger

stranger_home

dead() { # COUNT: a service with so many servers
	local n
	echo "config probe_interval 0"
	echo "service tcp 10.8.0.1:80 scheduler rr"
	for ((n = 0; n < $1; n++)); do
		echo "server 10.8.$((n / 250 + 1)).$((n % 250 + 1))"
	done
}

home_servers() { at_home lbctl -j service show |
	json "sum(len(s['servers']) for s in services)"; }

none_is_waited_for() {
	[[ $(at_home lbctl -j service show | json "any(r['state'] == 'resolving' \
		for s in services for r in s['servers'])") == False ]]
}

host_resolves() { # resolves twenty addresses at once, each time other ones
	local n
	echo >>"$TMPDIR/asked"
	n=$((($(wc -l <"$TMPDIR/asked") - 1) % 10 * 20))
	[[ $(in_ns director curl -sS -Z --parallel-max 20 --max-time 3 \
		"http://10.8.2.[$((n + 1))-$((n + 20))]/" | grep -cx rs1) == 20 ]]
}

at_home ip -batch - <<-END
	link set lo up
	link add wire0 type veth peer name wire1
	link set wire0 up
	link set wire1 up
	address add 10.8.0.1/16 dev wire0
END

thresholds 64 128 512
check "the host resolves neighbours" host_resolves
dead $MOST | at_home lbctl apply -
is "a stranger may have $MOST next hops" "$(home_servers)" $MOST
saved=$(at_home lbctl save)
said=$(at_home lbctl server add tcp 10.8.0.1:80 10.8.9.1 2>&1 || echo refused)
check "and no more" grep -qx refused <<<"$said"
matches "of which the refusal tells" "$said" "$MOST|No space"
check "a further service may use the same ones" \
	at_home lbctl service add tcp 10.8.0.1:81
check "as its servers" at_home lbctl server add tcp 10.8.0.1:81 10.8.1.1
at_home lbctl service del tcp 10.8.0.1:81
refute "1,200 at once are refused" at_home lbctl apply - < <(dead 1200)
is "nothing was changed by that" "$(at_home lbctl save | sha1sum)" \
	"$(sha1sum <<<"$saved")"
eventually "the host still resolves its neighbours" 20 host_resolves
at_home lbctl service flush

# ---- the kernel may remove the entry of a next hop, as any other

check "without servers it does" wait_for 30 host_resolves
thresholds 64 128 200
dead $MOST | at_home lbctl apply -
wait_for 30 none_is_waited_for || say "some servers are being asked for"
eventually "next hops without an answer make room for the host's neighbours" 30 \
	host_resolves
kill $home

# ---- a director with rights, and more servers than neighbour entries

# In namespaces of the first user namespace there is no other limit.
many() { # VIP FIRST LAST: a service with these servers of rs1
	local n
	echo "service tcp $(at $1 80) scheduler rr"
	for ((n = $2; n <= $3; n++)); do
		if [[ $1 == *:* ]]; then
			# All of them share one solicited-node multicast group.
			printf 'server 2001:db8:8::%x:0:1\n' $n
		else
			echo "server 10.8.1.$n"
		fi
	done
}

without() { # VIP: the number of servers in the state "no neighbour"
	services "sum(r['state'].replace('_', ' ') == 'no neighbour' \
		for r in svc('$1', 80)['servers'])"
}

some_without() { (($(without $1) > 0)); }

has_none() { # VIP SERVER
	[[ $(server_state $1 80 $2) == no[_\ ]neighbour ]]
}

all_servers_are() { # VIP COUNT: up
	[[ $(services "sum(r['state'] == 'up' for r in \
		svc('$1', 80)['servers'])") == "$2" ]]
}

for vip in $VIP $VIP6; do
	hundredth=10.8.1.101 last=10.8.1.200
	[[ $vip != *:* ]] || hundredth=2001:db8:8::65:0:1 last=2001:db8:8::c8:0:1
	thresholds 16 64 4096
	many $vip 1 100 | lb apply - 2>/dev/null
	eventually "$vip: a hundred servers are up" 30 all_servers_are $vip 100
	matches "$vip: past gc_thresh2 a further server is added with a warning" \
		"$(lb server add tcp "$(at $vip 80)" $hundredth 2>&1)" gc_thresh
	thresholds 16 64 128
	matches "$vip: as many are by a file" \
		"$(many $vip 1 199 | lb apply - 2>&1)" gc_thresh
	eventually "$vip: servers without a neighbour entry say so" 10 \
		some_without $vip
	say "$(services "'\n'.join(r['state'] for r in \
		svc('$vip', 80)['servers'])" | tr ' ' - | tally)"
	lb server add tcp "$(at $vip 80)" $last 2>/dev/null
	eventually "$vip: a new server does as well, and not 'no route'" 10 \
		has_none $vip $last
	between "$vip: a person is told" \
		"$(lb show | grep -c 'no neighbour' || true)" 1 200
	thresholds 16 64 4096
	eventually "$vip: all are up once there is room" 30 \
		all_servers_are $vip 200
	lb service flush
done

finish
