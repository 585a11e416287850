/* SPDX-License-Identifier: GPL-2.0 */
/* The table of objects: finding them and their verbs, and their usage */
#ifndef CMD_OBJECTS_H
#define CMD_OBJECTS_H

#include <stdio.h>

#include "cmd/object.h"

/* All objects; main() sets it. The last one is NULL. */
extern const struct object *const *objects;

/* The next word as an object, or NULL */
const struct object *object_find(struct words *w);
/* The next word as a verb of the object, or its default; or NULL. The words get
 * the command as their subject.
 */
const struct verb *verb_find(const struct object *obj, struct words *w);

/* The usage of one verb, of an object, and of lbctl */
void verb_usage(FILE *to, const struct object *obj, const struct verb *verb);
void object_usage(FILE *to, const struct object *obj);
void usage(FILE *to);

/* The value of a field in the usage, as "N" or "on|off"; to be freed */
char *field_arg(const struct field *f);

#endif
