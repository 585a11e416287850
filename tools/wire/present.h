/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's whole configuration, which save prints and apply compares */
#ifndef WIRE_PRESENT_H
#define WIRE_PRESENT_H

#include "base/model.h"
#include "wire/nl.h"

struct present {
	struct services services;
	struct devices devices;
	struct config config, defaults;
};

/* Returns -1 after a complaint; the parts read so far must be freed, too. */
int present_read(struct nl *nl, struct present *present);
void present_free(struct present *present);

#endif
