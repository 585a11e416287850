/* SPDX-License-Identifier: GPL-2.0 */
/* Events, a line each */
#ifndef VIEW_EVENT_H
#define VIEW_EVENT_H

#include "base/model.h"

/* The state of a server has changed. */
void event_server_state(const struct server *srv);

#endif
