/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WIRE_SCHEDULER_H
#define WIRE_SCHEDULER_H

#include "base/report.h"
#include "wire/nl.h"

/* The schedulers of the loaded module */
int schedulers_read(struct nl *nl, struct schedulers *list);

#endif
