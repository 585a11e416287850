# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every run in a virtual machine is asked at its end, and how it is told.

# Fails, with the reason on stdout, if the module drlb is here to stay.
unload_drlb() {
	local tries said

	[[ -e /sys/module/drlb ]] || return 0

	# One that hangs cannot be killed either; nobody waits for it.
	said=$(mktemp)
	rmmod drlb >/dev/null 2>"$said" &
	for ((tries = 0; tries < 300; tries++)); do
		[[ -e /sys/module/drlb ]] || return 0
		kill -0 $! 2>/dev/null || break
		sleep 0.1
	done
	[[ -e /sys/module/drlb ]] || return 0

	echo "drlb does not unload: $(tr '\n' ' ' <"$said")"
	return 1
}

# Writes a line of its own into the kernel's log, and tells what to find it by.
log_mark() {
	local mark="tests: mark $BASHPID.$SRANDOM"

	echo "<7>$mark" >"${KMSG:-/dev/kmsg}"
	echo "$mark"
}

# What came after it. A log that has lost it may have lost anything.
log_since() { # MARK
	dmesg | awk -v mark="$1" '
		found { print; next }
		index($0, mark) { found = 1; next }
		{ before[++n] = $0 }
		END {
			if (found)
				exit
			print "BUG: the log is overrun, its beginning is lost"
			for (i = 1; i <= n; i++)
				print before[i]
		}'
}

# Of the races that KCSAN reports only those that the module takes part in: the
# kernel has many of its own. A report stands between two lines of ===. In it a
# line tells of each access, and the stack follows, innermost function first, as
# which one counts that what was compiled into it. The module takes part if one of
# these first functions is its own. If none is, the race is between two pieces of
# the kernel's code, whoever called them; or if both are rhashtable's, which its
# header compiles into the module: it reads a bucket while it holds that one's lock,
# a bit of the same word, for which others wait there.
only_our_races() {
	races ours
}

# Of the others, what those are about that the module has called for.
races_beneath() {
	races beneath | sed -n 's/.*BUG: KCSAN: //p'
}

races() { # ours|beneath
	awk -v which="$1" '
		{ line = $0; sub(/^\[[^]]*\] /, "", line) }
		line ~ /^=+$/ && !inside {
			inside = 1; ours = access = table = 0; text = $0
			next
		}
		line ~ /^=+$/ {
			ours = text !~ /BUG: KCSAN/ || (ours && table < 2)
			if (which == "ours" ? ours : !ours && text ~ /\[drlb\]/)
				print text "\n" $0
			inside = 0
			next
		}
		access && line ~ /\[drlb\]/ { ours = 1 }
		access && line ~ /^ *(__)?(rhashtable|rht)_/ { table++ }
		{ access = line ~ / to 0x[0-9a-f]+ of [0-9]+ bytes by / }
		inside { text = text "\n" $0; next }
		which == "ours" { print }
		END { if (inside && which == "ours") print text }'
}

# Likewise of lists that nobody seems to protect: 6.12's nf_tables walks its sets
# so. Such a report ends with its stack.
only_our_lists() {
	awk '
		/WARNING: suspicious RCU usage/ { inside = 1; text = ours = "" }
		!inside { print; next }
		{ text = text $0 "\n" }
		/\[drlb\]/ { ours = 1 }
		/<\/TASK>/ {
			if (ours || text !~ /RCU-list traversed/)
				printf "%s", text
			inside = 0
		}
		END { if (inside) printf "%s", text }'
}

# Fails, with the first complaint on stdout, if there is one in a kernel log.
log_is_clean() {
	local bad line

	bad='BUG:|WARNING:|Call Trace|RIP:|Oops|unreferenced object'
	bad+='|ref_tracker:|refcount_t|rcu:.*stall'
	bad+='|blocked for more than|soft lockup|unregister_netdevice: waiting'
	bad+='|leak detector disabled'
	# That a tracker got no memory is no complaint: 20-faults sees to it.
	line=$(only_our_races | only_our_lists |
		grep -v 'ref_tracker: memory allocation failure' |
		grep -E "$bad") || return 0
	line=${line%%$'\n'*}

	echo "the kernel complained: $line"
	return 1
}

# Fails, with the reason on stdout, if a kernel that watches itself has ceased to,
# maybe before anybody looked at its log.
watches_still() {
	local debug=/sys/kernel/debug what=

	case $(uname -r) in
	*-kasan)	[[ -e $debug/kmemleak ]] || what=kmemleak ;;
	*-lockdep)	grep -qE '^ *debug_locks: *1$' /proc/lockdep_stats ||
				what=lockdep ;;
	*-kcsan)	grep -qx 'enabled: 1' $debug/kcsan || what=KCSAN ;;
	*-gcov)		[[ -d $debug/gcov ]] || what=gcov ;;
	esac
	[[ $what ]] || return 0

	echo "$what is not at work"
	return 1
}

# In the guest: what came of the command, and what is wrong besides, in lines.
verdict_write() { # FILE STATUS PROBLEMS
	printf 'exit %d\n%s' "$2" "${3:+$3$'\n'}" >"$1"
}

# On the host: tells the problems. Returns what the command did, or 126 if that
# was all right and something else was not.
verdict_read() { # FILE WHO
	local status problem

	{
		read -r _ status
		while read -r problem; do
			echo "$2: $problem" >&2
			[[ $status -ne 0 ]] || status=126
		done
	} <"$1"
	return "$status"
}
