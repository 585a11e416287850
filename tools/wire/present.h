/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel has: all that save prints, and that apply compares with a file */
#ifndef PRESENT_H
#define PRESENT_H

#include "base/model.h"

struct nl;

struct present {
	struct services services;
	struct devices devices;
	struct config config, defaults;
};

/* Returns -1 after a complaint; what was read by then is to be freed as well. */
int present_read(struct nl *nl, struct present *present);
void present_free(struct present *present);

#endif
