// SPDX-License-Identifier: GPL-2.0
#include "wire/attr.h"
#include "wire/device.h"
#include "wire/dump.h"

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
	devices_end(list);

	return 0;
}

void put_device(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DRLB_A_DEVICE);

	mnl_attr_put_strz(nlh, DRLB_DEVICE_A_NAME, name);
	mnl_attr_nest_end(nlh, nest);
}
