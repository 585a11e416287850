/* SPDX-License-Identifier: GPL-2.0 */
/* The module's netlink family, found by asking the kernel's controller */
#ifndef WIRE_FAMILY_H
#define WIRE_FAMILY_H

#include "wire/nl.h"

/* NULL after a complaint if there is no module to talk to */
struct nl *nl_open(void);

/* NULL if there is no module to talk to, without a complaint */
struct nl *nl_open_loaded(void);

/* Take the numbers of the family out of a message of the controller. */
void family_take(const struct nlmsghdr *nlh, void *ctx);

#endif
