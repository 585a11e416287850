# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The checks at the end of each run in a virtual machine, and their verdict.

# Unloads the module drlb. Fails, with the reason on stdout, if that is
# impossible.
unload_drlb() {
	local tries said

	[[ -e /sys/module/drlb ]] || return 0

	# A hanging rmmod cannot be killed, so it runs in the background.
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

# Writes a unique line into the kernel's log and prints it.
log_mark() {
	local mark="tests: mark $BASHPID.$SRANDOM"

	echo "<7>$mark" >"${KMSG:-/dev/kmsg}"
	echo "$mark"
}

# Prints the log after that line. A log without the line has lost messages.
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

# Removes KCSAN's reports of races without the module; the kernel has many of
# its own. A report stands between two lines of ===. It has a line for each
# access, followed by the stack, innermost function first. The module takes part
# in a race if one of the innermost functions, including functions inlined into
# it, is the module's own. The exception is a race in which both are
# rhashtable's, which its header compiles into the module: it reads a bucket
# under a lock that is a bit of the same word, and other processors wait for
# that bit.
only_our_races() {
	races ours
}

# Prints the titles of the other reports in whose stack the module appears.
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

# Removes warnings about unprotected RCU lists without the module: nf_tables of
# 6.12 causes them when it walks its sets. Such a report ends with its stack.
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

# Fails, with the first complaint on stdout, if the kernel log on stdin has one.
log_is_clean() {
	local bad line

	bad='BUG:|WARNING:|Call Trace|RIP:|Oops|unreferenced object'
	bad+='|ref_tracker:|refcount_t|rcu:.*stall'
	bad+='|blocked for more than|soft lockup|unregister_netdevice: waiting'
	bad+='|leak detector disabled'
	# 20-faults makes allocations of trackers fail, which is no complaint.
	line=$(only_our_races | only_our_lists |
		grep -v 'ref_tracker: memory allocation failure' |
		grep -E "$bad") || return 0
	line=${line%%$'\n'*}

	echo "the kernel complained: $line"
	return 1
}

# Fails, with the reason on stdout, if the checks of a debug kernel have
# stopped.
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

# In the guest: writes the status of the command, and one line for each problem.
verdict_write() { # FILE STATUS PROBLEMS
	printf 'exit %d\n%s' "$2" "${3:+$3$'\n'}" >"$1"
}

# On the host: prints the problems. Returns the status of the command, or 126 if
# the command succeeded and there was a problem.
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
