/* SPDX-License-Identifier: GPL-2.0 */
/* JSON values. A failed allocation ends the program. */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <jansson.h>

#include "base/model.h"

/* @value, unless it is NULL: then end the program */
json_t *jmust(json_t *value);
/* json_pack() */
json_t *jpack(const char *fmt, ...);
/* Add the members of @more to @object, and drop @more. */
void jmerge(json_t *object, json_t *more);
json_t *key_json(const struct service_key *key);
json_t *addr_json(const struct addr *addr);
/* Print on a line, and drop. */
void json_print(json_t *value);
/* Print without a newline, and drop. */
void json_print_part(json_t *value);

#endif
