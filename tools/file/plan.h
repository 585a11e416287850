/* SPDX-License-Identifier: GPL-2.0 */
/* What has to change for the kernel to become equal to a file */
#ifndef PLAN_H
#define PLAN_H

#include "file/file.h"
#include "base/model.h"
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
	unsigned int given;		/* options that differ, by attribute */
	const struct device *device;
};

struct plan {
	struct change *change;
	size_t n, room;
	struct config config;		/* the settings to change, if any */
	size_t changes;			/* as people count them */
	size_t unchanged;
};

/* Both must stay as they are while the plan is used. */
void plan_make(struct plan *plan, const struct file *file,
	       const struct present *present);
void plan_print(const struct plan *plan, const struct present *present);
void plan_free(struct plan *plan);

#endif
