// SPDX-License-Identifier: GPL-2.0
#include "base/event.h"

static BLOCKING_NOTIFIER_HEAD(listeners);

int drlb_event_listen(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&listeners, nb);
}

void drlb_event_unlisten(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&listeners, nb);
}

void drlb_event_publish(struct drlb_event *event)
{
	blocking_notifier_call_chain(&listeners, event->kind, event);
}
