// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "base/options.h"
#include "text/json.h"
#include "text/name.h"
#include "view/event.h"

void event_server_state(const struct server *srv)
{
	const char *state = name_of(server_state_names, srv->state);

	if (options.json)
		json_print(jpack("{s:s, s:o, s:s}", "event", "server_state",
				 "server", addr_json(&srv->addr),
				 "state", state));
	else
		printf("server %s: %s\n", addr_name(&srv->addr).s, state);
}
