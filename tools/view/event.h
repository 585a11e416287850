/* SPDX-License-Identifier: GPL-2.0 */
/* Events, a line each */
#ifndef VIEW_EVENT_H
#define VIEW_EVENT_H

#include "base/report.h"

void event_print(const struct event *event);

#endif
