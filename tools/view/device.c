// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "base/options.h"
#include "view/device.h"
#include "view/table.h"

json_t *devices_json(const struct devices *list)
{
	json_t *array = jmust(json_array());

	for (size_t i = 0; i < list->n; i++) {
		const struct device *dev = &list->device[i];
		json_t *index = dev->ifindex ? json_integer(dev->ifindex) :
					       json_null();

		json_t *object = jpack("{s:s, s:b, s:o}", "name", dev->name,
				       "attached", dev->ifindex != 0,
				       "ifindex", jmust(index));

		json_array_append_new(array, object);
	}
	return array;
}

void devices_print(const struct devices *list)
{
	static const struct column columns[] = {
		{ .title = "DEVICE" }, { .title = "INGRESS HOOK" },
		{ .title = NULL }
	};
	struct table *t;

	if (options.oneline) {
		for (size_t i = 0; i < list->n; i++)
			printf("device %s %s\n", list->device[i].name,
			       list->device[i].ifindex ? "attached" :
							 "waiting");
		return;
	}
	if (!list->n)
		return;
	t = table_new(columns);
	for (size_t i = 0; i < list->n; i++) {
		const struct device *dev = &list->device[i];

		table_text(t, PLAIN, dev->name);
		if (dev->ifindex)
			table_text(t, GREEN, "attached");
		else
			table_text(t, YELLOW, "waiting for the device to appear");
	}
	table_end(t);
}
