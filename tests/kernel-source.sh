# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The common functions of tests/debug/kernel and tests/bench/uml/kernel, which
# build kernels from Debian's source package. The callers have a die().

tarball=/usr/src/linux-source-6.12.tar.xz

# The result depends on these packages, and on the caller's text on stdin.
source_key() {
	{
		cat
		dpkg-query -W -f '${Package} ${Version}\n' linux-source-6.12 \
			gcc binutils
	} | sha256sum
}

# Configures the source tree, the current directory, with FRAGMENT and nothing
# else. The result is checked, since allnoconfig silently drops options that
# lack a dependency.
source_configure() { # FRAGMENT MAKE-WORD...
	local line missing=

	make -s "${@:2}" KCONFIG_ALLCONFIG="$1" allnoconfig || return
	while read -r line; do
		[[ $line != CONFIG_*=* ]] || grep -qxF "$line" .config ||
			missing+=" $line"
	done <"$1"
	[[ ! $missing ]] || die "cannot be had:$missing"
}

# Unpacks the source in WORK, runs COMMAND there, and removes it on success.
source_build() { # WORK LOG COMMAND...
	rm -rf "$1"
	mkdir "$1"
	tar -xf "$tarball" -C "$1" --strip-components=1
	if ! (cd "$1" && "${@:3}") >"$2" 2>&1; then
		tail -n 30 "$2" >&2
		die "the build failed, see $2"
	fi
	rm -rf "$1"
}

# The version must not show a git tree around it, and make no other make.
export LOCALVERSION=
unset ARCH KVER KDIR MAKEFLAGS MAKELEVEL MFLAGS
