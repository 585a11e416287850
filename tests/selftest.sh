#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module's self-tests: each message while it loads is a check.
#
# doors: none

set -euo pipefail

failed=
modprobe -a nf_{defrag,reject}_ipv{4,6}
insmod "${MODULE/$KVER/$KVER-selftest}" || failed="insmod fails"

count=0
while read -r line; do
	count=$((count + 1))
	case $line in
	*FAIL*)	echo "not ok - $line"; failed="a test failed" ;;
	*)	echo "ok - $line" ;;
	esac
done < <(dmesg | sed -n 's/.*drlb: \(.*self-test.*\)/\1/p')

[[ $count -gt 0 ]] || failed="no test was run"
if [[ $failed ]]; then
	echo "# $failed"
	dmesg | tail -n 30
	exit 1
fi
