/* SPDX-License-Identifier: GPL-2.0 */
/* The changes that make the kernel equal to a file */
#ifndef FILE_PLAN_H
#define FILE_PLAN_H

#include "file/read.h"
#include "wire/present.h"

enum change_type {
	CHANGE_CONFIG,
	CHANGE_DEVICE_ADD,
	CHANGE_SERVICE_ADD,
	CHANGE_SERVICE_SET,
	CHANGE_SERVICE_DEL,
	CHANGE_DEVICE_DEL,
};

struct change {
	enum change_type type;
	const struct service *want, *have;
	uint64_t given;			/* the options to send */
	const struct device *device;
};

struct plan {
	struct change *change;
	size_t n, room;
	struct config config;		/* the settings to change */
	size_t changes;			/* as a person counts them */
	size_t unchanged;
};

/* @file and @present must not change while the plan is used. */
void plan_make(struct plan *plan, const struct file *file,
	       const struct present *present);
void plan_free(struct plan *plan);

#endif
