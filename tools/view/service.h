/* SPDX-License-Identifier: GPL-2.0 */
/* Services with their servers, for a person and as JSON */
#ifndef VIEW_SERVICE_H
#define VIEW_SERVICE_H

#include "text/json.h"

void services_print(const struct services *list);
json_t *services_json(const struct services *list);

#endif
