/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVICE_H
#define DEVICE_H

#include "base/model.h"
#include "view/print.h"

struct nl;
struct nlmsghdr;

int devices_read(struct nl *nl, struct devices *list);
void put_device(struct nlmsghdr *nlh, const char *name);
json_t *devices_json(const struct devices *list);
void devices_print(const struct devices *list);

#endif
