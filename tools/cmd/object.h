/* SPDX-License-Identifier: GPL-2.0 */
/* The commands of lbctl: objects with their verbs */
#ifndef CMD_OBJECT_H
#define CMD_OBJECT_H

#include <stdbool.h>

#include "base/complain.h"
#include "text/field.h"

/* @args is printed by the usage and read by the completion, which knows
 * SERVICE, ADDR, DEV, FILE, OBJECT, FILTER for a filter of connections, and
 * OPTION and KEY for a field of the object's schema.
 */
struct verb {
	const char *name;
	const char *args;
	const char *about;
	enum status (*run)(struct words *w);
};

/* A word that is no verb, and the words to type instead */
struct hint {
	const char *word;
	const char *instead;
};

/* An object has verbs, of which "show" is the default, or is a command alone. */
struct object {
	const char *name;
	const char *about;		/* more help, or NULL */
	const struct schema *schema;	/* of OPTION or KEY, or NULL */
	const struct verb *verbs;	/* the last one is nameless */
	const struct hint *hints;	/* the last one is wordless; or NULL */
	struct verb self;
	bool hidden;			/* left out of the usage */
};

extern const struct object service_object;
extern const struct object server_object;
extern const struct object connection_object;
extern const struct object device_object;
extern const struct object config_object;
extern const struct object stats_object;
extern const struct object show_object;
extern const struct object save_object;
extern const struct object apply_object;
extern const struct object monitor_object;
extern const struct object help_object;
extern const struct object version_object;
extern const struct object complete_object;

#endif
