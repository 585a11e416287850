# SPDX-License-Identifier: GPL-2.0
# bash completion for lbctl: what can follow is asked of lbctl itself

_lbctl() {
	local cur prev words cword at=1 candidates
	_init_completion -n : || return

	while [[ ${words[at]-} == -* && $at -lt $cword ]]; do
		((at++))
	done
	local object=${words[at]-} verb=${words[at + 1]-}

	case $((cword - at)),$object,$verb,$prev in
	0,*)
		candidates="$(lbctl help | awk '$1 == "lbctl" { print $2 }')
			--json --numeric --oneline --help --version" ;;
	*,apply,*|1,save,*)
		_filedir
		return ;;
	1,help,*)
		candidates=$(lbctl help | awk '$1 == "lbctl" { print $2 }') ;;
	1,*)
		candidates=$(lbctl help "$object" 2>/dev/null |
			awk '$1 == "lbctl" && $3 ~ /^[a-z]/ { print $3 }') ;;
	*,device,add,*)
		_available_interfaces
		return ;;
	*,device,*)
		candidates=$(lbctl -o device show 2>/dev/null |
			awk '{ print $2 }') ;;
	*,config,set,*)
		candidates=$(lbctl -o config show 2>/dev/null |
			awk '$2 != "hook_priority" { print $2 }') ;;
	2,service,*|2,server,*)
		candidates="tcp udp" ;;
	*,@(service|server),*,@(tcp|udp))
		candidates=$(lbctl -o service show 2>/dev/null |
			awk -v proto="$prev" '$1 == "service" && $2 == proto { print $3 }') ;;
	4,server,@(set|del|drain),*)
		candidates=$(lbctl -o server show "${words[at + 2]}" \
			"${words[at + 3]}" 2>/dev/null | awk '{ print $2 }') ;;
	*,service,*,scheduler)
		candidates="rr wrr wlc mh" ;;
	*,service,*,hash)
		candidates="source-port source" ;;
	*,service,@(add|set),*)
		candidates="scheduler table-size hash" ;;
	*,server,@(add|set),*)
		candidates="weight" ;;
	*,connection,*,state)
		candidates="SYN_RECV ESTABLISHED FIN_WAIT TIME_WAIT CLOSE UDP" ;;
	*,connection,*)
		candidates="tcp udp client client-port vip service server state" ;;
	*)
		return ;;
	esac

	# In single quotes: compgen expands it, and must not expand what it finds,
	# such as $(...), which is a good name for a device.
	mapfile -t COMPREPLY < <(compgen -W '$candidates' -- "$cur")
	__ltrim_colon_completions "$cur"
}

complete -F _lbctl lbctl
