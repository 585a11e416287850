// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "wire/attr.h"
#include "wire/event.h"
#include "wire/service.h"

bool get_event(const struct nlmsghdr *nlh, struct event *event)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	const struct nlattr *td[DRLB_DEVICE_A_MAX + 1];

	memset(event, 0, sizeof(*event));
	attrs_of(nlh, tb, DRLB_A_MAX);
	if (!tb[DRLB_A_EVENT])
		return false;
	event->kind = attr_uint(tb[DRLB_A_EVENT]);
	event->has_service = tb[DRLB_A_SERVICE];
	if (event->has_service)
		event->options = get_service(tb[DRLB_A_SERVICE],
					     &event->service);
	event->has_server = tb[DRLB_A_SERVER];
	if (event->has_server)
		get_server(tb[DRLB_A_SERVER], &event->server);
	if (tb[DRLB_A_DEVICE]) {
		attrs_in(tb[DRLB_A_DEVICE], td, DRLB_DEVICE_A_MAX);
		attr_text(td[DRLB_DEVICE_A_NAME], event->device.name,
			  sizeof(event->device.name));
	}
	return true;
}
