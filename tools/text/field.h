/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options as data. A field is an option of a service or of a server, or a
 * setting; a schema is the table of an object's fields. The functions here and
 * in the rooms above work on any row: parsing, netlink, comparison, save, show,
 * JSON, completion and help need no code for a new field.
 */
#ifndef TEXT_FIELD_H
#define TEXT_FIELD_H

#include <stdbool.h>

#include "text/json.h"
#include "text/name.h"
#include "text/words.h"

/* The type of the attribute, and of the value in words */
enum field_type {
	FIELD_U32,	/* u32: a number */
	FIELD_S32,	/* s32: a number that is shown only */
	FIELD_TIME,	/* u32: seconds */
	FIELD_PREFIX,	/* u8: bits of an address, also as a netmask */
	FIELD_ENUM,	/* u8: one of several names */
	FIELD_FLAG,	/* u8, 0 or 1, or a received flag: on or off */
	FIELD_STRING,	/* string */
};

enum field_flags {
	FIELD_READONLY	= 1 << 0,	/* cannot be set */
	FIELD_SAVED	= 1 << 1,	/* is saved even if it is the default */
	FIELD_COLUMN	= 1 << 2,	/* has a column of its own in tables */
	FIELD_SCHEDULER	= 1 << 3,	/* a name that the kernel lists */
};

struct field {
	const char *name;		/* the keyword */
	uint8_t attr;
	uint8_t type;			/* enum field_type */
	uint8_t flags;			/* enum field_flags */
	uint16_t offset, size;		/* of the member of the object: a
					 * uint32_t, a uint8_t, or the array of
					 * a string
					 */
	uint32_t min, max;
	uint32_t value;			/* the default, but for strings */
	uint32_t bare;			/* of the keyword alone, which may
					 * stand so; 0: it may not
					 */
	const char *string;		/* the default of a string */
	const char *const *names;	/* of an enum */
	const char *arg;		/* the value in the usage */
	const char *about;		/* for the help */
};

struct schema {
	const char *a_field;		/* "an option of a service" */
	uint16_t nest;			/* attribute of the top level */
	uint16_t attr_max;
	const struct field *field;	/* the last row is nameless */
};

/* Sets of fields have a bit for each field, by its attribute. */
static inline uint64_t field_bit(const struct field *f)
{
	return UINT64_C(1) << f->attr;
}

/* One field of an object. Values are for all types but strings. */
uint32_t field_value(const struct field *f, const void *object);
void field_set(const struct field *f, void *object, uint32_t value);
char *field_string(const struct field *f, void *object);
void field_reset(const struct field *f, void *object);
bool field_equal(const struct field *f, const void *a, const void *b);
struct name field_text(const struct field *f, const void *object);
/* The value, which follows the keyword */
int field_parse(struct words *w, const struct field *f, void *object);
/* True if a value follows a keyword that may stand alone */
bool field_has_value(const struct words *w);
/* The next word as a keyword, or NULL */
const struct field *field_take(struct words *w, const struct schema *schema);
/* The field of that attribute, or NULL */
const struct field *field_find(const struct schema *schema, unsigned int attr);

/* All fields of an object: set the defaults */
void fields_reset(const struct schema *schema, void *object);
/* [KEYWORD VALUE] ... to the end, each once; the fields parsed are added to
 * @given.
 */
int fields_parse(struct words *w, const struct schema *schema, void *object,
		 uint64_t *given);
/* Fail because no field is given. */
int fields_missing(struct words *w, const struct schema *schema);
/* The fields that differ */
uint64_t fields_differ(const struct schema *schema, const void *a,
		       const void *b);
/* The fields that are not the default */
uint64_t fields_changed(const struct schema *schema, const void *object);
/* The fields that have one of these flags */
uint64_t fields_flagged(const struct schema *schema, unsigned int flags);
/* " KEYWORD VALUE" for each field in @set; to be freed */
char *fields_text(const struct schema *schema, const void *object,
		  uint64_t set);
/* Add a member for each field in @set. */
void fields_json(json_t *json, const struct schema *schema,
		 const void *object, uint64_t set);

#define ALL_FIELDS	UINT64_MAX

#endif
