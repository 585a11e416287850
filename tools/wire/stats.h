/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WIRE_STATS_H
#define WIRE_STATS_H

#include "base/report.h"
#include "wire/nl.h"

int stats_read(struct nl *nl, struct stats *stats);

#endif
