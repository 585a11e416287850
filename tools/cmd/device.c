// SPDX-License-Identifier: GPL-2.0
/* Devices whose packets are taken at the ingress hook */
#include <stdio.h>
#include <string.h>

#include "cmd/device.h"
#include "wire/nl.h"
#include "text/parse.h"

static void device_data(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[DRLB_A_MAX + 1];
	const struct nlattr *td[DRLB_DEVICE_A_MAX + 1];
	struct device *dev = devices_add(ctx);

	attrs_of(nlh, tb, DRLB_A_MAX);
	attrs_in(tb[DRLB_A_DEVICE], td, DRLB_DEVICE_A_MAX);
	attr_text(td[DRLB_DEVICE_A_NAME], dev->name, sizeof(dev->name));
	dev->ifindex = attr_uint(td[DRLB_DEVICE_A_IFINDEX]);
}

static void device_reset(void *ctx)
{
	devices_free(ctx);
}

int devices_read(struct nl *nl, struct devices *list)
{
	const struct nl_dump dump = {
		.cmd = DRLB_CMD_DEVICE_GET,
		.subject = "device",
		.data = device_data,
		.reset = device_reset,
		.ctx = list,
	};

	if (nl_dump(nl, &dump))
		return -1;
	devices_sort(list);

	return 0;
}

void put_device(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DRLB_A_DEVICE);

	mnl_attr_put_strz(nlh, DRLB_DEVICE_A_NAME, name);
	mnl_attr_nest_end(nlh, nest);
}

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
		{ "DEVICE", false }, { "INGRESS HOOK", false }, { NULL, false }
	};
	struct table *t;

	if (options.oneline) {
		for (size_t i = 0; i < list->n; i++)
			printf("device %s %s\n", list->device[i].name,
			       list->device[i].ifindex ? "attached" : "waiting");
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

static enum status device_change(struct words *w, uint8_t cmd)
{
	char name[DRLB_NAME_MAX];
	struct nl *nl;

	if (parse_device(w, name) || words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	put_device(nl_queue(nl, cmd, 0, NL_ROOM, words_about(w)), name);

	return nl_finish(nl);
}

static enum status device_add(struct words *w)
{
	return device_change(w, DRLB_CMD_DEVICE_ADD);
}

static enum status device_del(struct words *w)
{
	return device_change(w, DRLB_CMD_DEVICE_DEL);
}

/* All of them, or the named one */
static int device_select(struct devices *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->device[i].name, name)) {
			list->device[0] = list->device[i];
			list->n = 1;
			return 0;
		}
	return -1;
}

static enum status device_show(struct words *w)
{
	enum status status = STATUS_FAILED;
	char name[DRLB_NAME_MAX] = "";
	struct devices list = { 0 };
	struct nl *nl;

	if ((*w->next && parse_device(w, name)) || words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl || devices_read(nl, &list))
		goto out;
	if (*name && device_select(&list, name)) {
		complain(words_about(w), "it was not added");
		goto out;
	}
	status = STATUS_OK;
	if (options.json)
		json_print(jpack("{s:o}", "devices", devices_json(&list)));
	else
		devices_print(&list);
out:
	devices_free(&list);
	nl_close(nl);
	return status;
}

static const struct verb device_verbs[] = {
	{ "add", "DEV",
	  "take the packets of a device before the IP stack sees them; it need not exist yet",
	  device_add },
	{ "del", "DEV", "take them at PRE_ROUTING again", device_del },
	{ "show", "[DEV]", "show the devices that were added", device_show },
	{ NULL, NULL, NULL, NULL }
};

const struct object device_object = { .name = "device",
				      .verbs = device_verbs };
