#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Configurations that cannot work as they are, and the warnings about them.
#
#     director    rs1     eth0 10.0.0.2/24; eth1 has the VIP 10.9.0.100/24 as
#        |         |      its first address
#        +---LAN---+
#
# doors: prerouting
# timeout: 90
#
# Addresses and names have no spaces; functions are called by name.
# shellcheck disable=SC2086,SC2317

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

switch lan
namespace director rs1
lan_host director 2
lan_host rs1 11
vip_on_director $VIP

# ---- a VIP that would be the source of the director's ARP requests

is "a VIP that is an address of its own has no warning" \
	"$(lb service add tcp $VIP:80 2>&1
	lb server add tcp $VIP:80 10.0.0.11 2>&1)" ""
plug director eth1 02:00:00:00:01:02 lan 10.9.0.100/24 10.9.0.2/24
plug rs1 eth1 02:00:00:00:01:11 lan 10.9.0.11/24
said=$(lb service add tcp 10.9.0.100:80 2>&1
	lb server add tcp 10.9.0.100:80 10.9.0.11 2>&1)
matches "a VIP that is the first of its network has one" "$said" warning
matches "it names the VIP" "$said" "10\.9\.0\.100"
matches "it tells a remedy" "$said" '/32|secondary|own address|another address'
in_ns director ip address del 10.9.0.100/24 dev eth1
in_ns director ip address add 10.9.0.2/24 dev eth1 2>/dev/null || true
in_ns director ip address add 10.9.0.100/32 dev eth1
lb service del tcp 10.9.0.100:80
is "which has helped: there is no warning then" \
	"$(lb service add tcp 10.9.0.100:80 2>&1
	lb server add tcp 10.9.0.100:80 10.9.0.11 2>&1)" ""
lb service flush

# ---- a standby

{
	for port in {8001..8020}; do
		echo "service tcp 10.0.0.105:$port"
	done
} >"$TMPDIR/standby"
warnings=$(lb apply "$TMPDIR/standby" 2>&1)
is "a standby's twenty services are applied" \
	"$(services "len(services)")" 20
is "it is told once that it has not the VIP" \
	"$(grep -c "10\.0\.0\.105" <<<"$warnings" || true)" 1
matches "in a warning" "$warnings" warning

# ---- drained servers

lb service add tcp $VIP:80
lb server add tcp $VIP:80 10.0.0.11 weight 3
lb server drain tcp $VIP:80 10.0.0.11
said=$(lb server undrain tcp $VIP:80 10.0.0.11 2>&1) && said="done"
# The first line, without the usage.
matches "who would undo a drain does, or is told how" "${said%%$'\n'*}" \
	'done|weight'
lb service flush

finish
