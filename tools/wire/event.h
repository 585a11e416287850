/* SPDX-License-Identifier: GPL-2.0 */
/* Events as attributes */
#ifndef WIRE_EVENT_H
#define WIRE_EVENT_H

#include "base/report.h"
#include "wire/nl.h"

/* False if the message is no event. */
bool get_event(const struct nlmsghdr *nlh, struct event *event);

#endif
