/* SPDX-License-Identifier: GPL-2.0 */
/* Front-door devices, for a person and as JSON */
#ifndef VIEW_DEVICE_H
#define VIEW_DEVICE_H

#include "text/json.h"

void devices_print(const struct devices *list);
json_t *devices_json(const struct devices *list);

#endif
