# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What is common to the kernels that are built here from Debian's source package:
# tests/debug/kernel and tests/bench/uml/kernel. They have a die().

tarball=/usr/src/linux-source-6.12.tar.xz

# What the result depends on, besides what a kernel adds to it on stdin.
source_key() {
	{
		cat
		dpkg-query -W -f '${Package} ${Version}\n' linux-source-6.12 \
			gcc binutils
	} | sha256sum
}

# In the source tree: a configuration of what FRAGMENT says and nothing else. It is
# checked, since allnoconfig drops in silence what lacks a dependency.
source_configure() { # FRAGMENT MAKE-WORD...
	local line missing=

	make -s "${@:2}" KCONFIG_ALLCONFIG="$1" allnoconfig || return
	while read -r line; do
		[[ $line != CONFIG_*=* ]] || grep -qxF "$line" .config ||
			missing+=" $line"
	done <"$1"
	[[ ! $missing ]] || die "cannot be had:$missing"
}

# Unpacks the source in WORK, runs COMMAND there, and removes it if that was well.
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

# So that the version tells of no git tree around it, and make of no other make.
export LOCALVERSION=
unset ARCH KVER KDIR MAKEFLAGS MAKELEVEL MFLAGS
