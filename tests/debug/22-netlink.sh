#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All requests that anybody may send to the netlink interface. A model of the
# manuals' promises predicts each answer and the configuration that the kernel
# shows. The requests come from the policies that the kernel reports: see
# tests/fuzz/netlink.
#
#     client    director    rs1    rs2    rs3      VIPs 10.0.0.100, 10.0.0.101,
#        |         |         |      |      |       2001:db8::100 and ::101 on the
#        +---------+---LAN---+------+------+       last four
#
# kernels: 6.12 6.1 kasan lockdep kcsan gcov
# doors: prerouting
# timeout: 240
# progress: yes
# seconds: 60

# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

topology flat
vip_on_director $VIP $VIPB $VIP6 $VIPB6
for n in 1 2 3; do
	real_server rs$n $VIP $VIPB $VIP6 $VIPB6
done
# The model also knows servers behind a gateway, and another device.
in_ns director ip -batch - <<-END
	link add eth1 type veth peer name eth7
	link property add dev eth0 altname eth-other
	route add 192.0.2.0/24 via 10.0.0.3
	route add 2001:db8:9::/64 via 2001:db8::3
END

status=0
in_ns director "$TOP/tests/fuzz/netlink" "$SECS" "$SEED" \
	"$TOP/kmod/uapi/drlb.h" client eth0 $MAC_director \
	>"$TMPDIR/said" || status=$?
mapfile -t said <"$TMPDIR/said"
if [[ $status -eq 0 ]]; then
	pass "the kernel does what the model says"
	say "${said[@]}"
else
	# The first mismatch, with its whole batch.
	fail "the kernel does what the model says" "${said[@]:0:100}"
	say "SEED=$SEED"
fi

finish
