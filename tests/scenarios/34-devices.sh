#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Devices: LRO is disabled on all devices of a namespace with services, by
# whichever door their packets come, since merged packets cannot be forwarded.
# The number of device names has a limit.
#
#     director: bond0, bond1, bond2 without ports, on which LRO can be seen
#     other:    bond0, without services
#
# doors: prerouting
# timeout: 60
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

MOST=256	# names of devices in a namespace

modprobe bonding max_bonds=0
namespace director other
in_ns other ip link add bond0 type bond
in_ns director ip -batch - <<END
link set lo up
link add bond0 type bond
link add bond1 type bond
address add 10.0.0.2/24 dev bond0
address add $VIP/32 dev bond0
END

lro() { # DEVICE...: "on off ..."
	local dev
	for dev; do
		in_ns director ethtool -k $dev |
			sed -n 's/^large-receive-offload: //p'
	done | paste -sd ' '
}

# ---- LRO

lro_is() { # "on off ..." DEVICE...
	[[ $(lro "${@:2}") == "$1" ]]
}

is "bonds have LRO" "$(lro bond0 bond1)" "on on"
lb device add bond1
is "one whose ingress hook is used has none" "$(lro bond0 bond1)" "on off"
lb service add tcp $VIP:80 scheduler rr
lb server add tcp $VIP:80 10.0.0.11 2>/dev/null
eventually "with a service no device has, since each may bring its packets" 5 \
	lro_is "off off" bond0 bond1
in_ns director ip link add bond2 type bond
eventually "nor has one that comes afterwards" 5 lro_is off bond2
is "where there is no service it stays" "$(in_ns other ethtool -k bond0 |
	sed -n 's/^large-receive-offload: //p')" on
lb service flush
lb apply - </dev/null

# ---- the number of names

names() { # COUNT
	local n
	for ((n = 0; n < $1; n++)); do
		echo "device dev$n"
	done
}

devices() { json_ask "len(devices)" lb -j device show; }

names $MOST >"$TMPDIR/most"
check "$MOST names of devices can be had" lb apply "$TMPDIR/most"
is "all of them" "$(devices)" $MOST
said=$(lb device add onemore 2>&1 || echo refused)
check "and no more" grep -qx refused <<<"$said"
matches "of which the refusal tells" "$said" "$MOST"
lb device del onemore 2>/dev/null || true
refute "one more is refused in a file as well" lb apply - < <(names $((MOST + 1)))
is "nothing was changed by that" "$(devices)" $MOST
lb device del dev0
check "after one has gone another can be added" lb device add onemore
is "then there are as many" "$(devices)" $MOST

finish
