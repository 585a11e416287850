/* SPDX-License-Identifier: GPL-2.0 */
/* Settings as attributes */
#ifndef WIRE_CONFIG_H
#define WIRE_CONFIG_H

#include "base/model.h"
#include "wire/nl.h"

/* The current values, and those that hold as long as nothing is set */
int config_read(struct nl *nl, struct config *now, struct config *defaults);
/* Queue a request to set the values that are given. */
struct nlmsghdr *config_queue(struct nl *nl, const struct config *config,
			      const void *about);

#endif
