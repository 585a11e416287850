/* SPDX-License-Identifier: GPL-2.0 */
/* The options of services and servers, and the settings. An option is added by
 * a row here and a member of its object in base/model.h.
 */
#ifndef TEXT_SCHEMA_H
#define TEXT_SCHEMA_H

#include "text/field.h"

extern const struct schema service_schema;	/* of struct service */
extern const struct schema server_schema;	/* of struct server */
extern const struct schema config_schema;	/* of struct config */

/* The schema of a nest of the top level, or NULL */
const struct schema *schema_find(unsigned int nest);

#endif
