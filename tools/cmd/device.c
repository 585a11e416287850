// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "base/options.h"
#include "cmd/object.h"
#include "text/object.h"
#include "view/device.h"
#include "wire/device.h"
#include "wire/family.h"

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

/* Keep the named device only. */
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
		complain(words_about(w), "it was not added, see lbctl device show");
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
	  "take the packets of a device at its ingress hook; it need not exist yet",
	  device_add },
	{ "del", "DEV", "take its packets at PRE_ROUTING again", device_del },
	{ "show", "[DEV]", "show the devices that were added", device_show },
	{ NULL, NULL, NULL, NULL }
};

const struct object device_object = { .name = "device",
				      .verbs = device_verbs };
