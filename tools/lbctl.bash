# SPDX-License-Identifier: GPL-2.0
# bash completion for lbctl, which itself tells the words that can follow

_lbctl() {
	local cur prev words cword candidates
	_init_completion -n : || return

	candidates=$(lbctl complete "${words[@]:1:cword-1}" 2>/dev/null)
	if [[ $candidates == "<file>" ]]; then
		_filedir
		return
	fi
	# Single quotes: compgen itself expands $candidates, and does not expand
	# the words in it. $(...) is a possible name of a device.
	mapfile -t COMPREPLY < <(compgen -W '$candidates' -- "$cur")
	__ltrim_colon_completions "$cur"
}

complete -F _lbctl lbctl
