/* SPDX-License-Identifier: GPL-2.0 */
/* Settings, for a person and as JSON */
#ifndef VIEW_CONFIG_H
#define VIEW_CONFIG_H

#include "text/json.h"

void config_print(const struct config *now, const struct config *defaults);
json_t *config_json(const struct config *config);

#endif
