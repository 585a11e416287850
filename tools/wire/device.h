/* SPDX-License-Identifier: GPL-2.0 */
/* Front-door devices as attributes */
#ifndef WIRE_DEVICE_H
#define WIRE_DEVICE_H

#include "base/model.h"
#include "wire/nl.h"

int devices_read(struct nl *nl, struct devices *list);
void put_device(struct nlmsghdr *nlh, const char *name);

#endif
