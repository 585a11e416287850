// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/field.h"
#include "text/number.h"

static const char *const flag_names[] = { "off", "on", NULL };

uint32_t field_value(const struct field *f, const void *object)
{
	const char *member = (const char *)object + f->offset;
	uint32_t value;

	if (f->size == sizeof(uint8_t))
		return *(const uint8_t *)member;
	memcpy(&value, member, sizeof(value));

	return value;
}

void field_set(const struct field *f, void *object, uint32_t value)
{
	char *member = (char *)object + f->offset;

	if (f->size == sizeof(uint8_t))
		*(uint8_t *)member = value;
	else
		memcpy(member, &value, sizeof(value));
}

char *field_string(const struct field *f, void *object)
{
	return (char *)object + f->offset;
}

static const char *string_of(const struct field *f, const void *object)
{
	return (const char *)object + f->offset;
}

void field_reset(const struct field *f, void *object)
{
	if (f->type == FIELD_STRING)
		strcpy(field_string(f, object), f->string);
	else
		field_set(f, object, f->value);
}

bool field_equal(const struct field *f, const void *a, const void *b)
{
	if (f->type == FIELD_STRING)
		return !strcmp(string_of(f, a), string_of(f, b));
	return field_value(f, a) == field_value(f, b);
}

static bool is_default(const struct field *f, const void *object)
{
	if (f->type == FIELD_STRING)
		return !strcmp(string_of(f, object), f->string);
	return field_value(f, object) == f->value;
}

struct name field_text(const struct field *f, const void *object)
{
	struct name name;

	switch (f->type) {
	case FIELD_STRING:
		strcpy(name.s, string_of(f, object));
		break;
	case FIELD_ENUM:
		strcpy(name.s, name_of(f->names, field_value(f, object)));
		break;
	case FIELD_FLAG:
		strcpy(name.s, flag_names[!!field_value(f, object)]);
		break;
	case FIELD_S32:
		snprintf(name.s, sizeof(name.s), "%d",
			 (int32_t)field_value(f, object));
		break;
	default:
		put_number(name.s, field_value(f, object));
	}
	return name;
}

static json_t *field_json(const struct field *f, const void *object)
{
	switch (f->type) {
	case FIELD_STRING:
	case FIELD_ENUM:
		return jmust(json_string(field_text(f, object).s));
	case FIELD_FLAG:
		return json_boolean(field_value(f, object));
	case FIELD_S32:
		return jmust(json_integer((int32_t)field_value(f, object)));
	}
	return jmust(json_integer(field_value(f, object)));
}

static int parse_number(struct words *w, const struct field *f, void *object)
{
	const char *text = *w->next++;
	bool time = f->type == FIELD_TIME;
	uint64_t value;

	if (!(time ? seconds_of(text, &value) : number_of(text, &value)) ||
	    value < f->min || value > f->max)
		return words_fail(w,
			"%s \"%s\" is not a %s from %u to %u%s",
			f->name, text, time ? "time" : "number", f->min, f->max,
			time ? " seconds, as in 30, 90s, 15m, 1h or 2d" : "");
	field_set(f, object, value);

	return 0;
}

/* 255.255.255.0 as 24; -1 for what is no mask. 0.0.0.0 has no meaning: a length
 * of 0 is the default, and means the whole address.
 */
static int netmask_bits(const char *text)
{
	struct in_addr mask;
	uint32_t bits;

	if (!strchr(text, '.') || inet_pton(AF_INET, text, &mask) != 1)
		return -1;
	bits = ntohl(mask.s_addr);

	return bits & (~bits >> 1) ? -1 : __builtin_popcount(bits);
}

static int parse_prefix(struct words *w, const struct field *f, void *object)
{
	const char *text = *w->next++;
	int bits = netmask_bits(text);
	uint64_t value = bits;

	if (!bits || (bits < 0 && (!number_of(text + (*text == '/'), &value) ||
				   value > f->max)))
		return words_fail(w,
			"%s \"%s\" is not a length from 0 to %u, nor a netmask",
			f->name, text, f->max);
	field_set(f, object, value);

	return 0;
}

static int parse_enum(struct words *w, const struct field *f, void *object)
{
	int value;
	char *what;

	what = xasprintf("a value of %s", f->name);
	value = words_choice(w, what, f->names);
	free(what);
	if (value < 0)
		return -1;
	field_set(f, object, value);

	return 0;
}

static int parse_string(struct words *w, const struct field *f, void *object)
{
	const char *text = *w->next++;

	if (!*text || strlen(text) >= f->size)
		return words_fail(w,
			"%s \"%s\" is not a name of 1 to %d characters",
			f->name, text, f->size - 1);
	strcpy(field_string(f, object), text);

	return 0;
}

/* The keyword alone means on. */
static int parse_flag(struct words *w, const struct field *f, void *object)
{
	bool on = true;

	for (int i = 0; *w->next && flag_names[i]; i++) {
		if (strcmp(*w->next, flag_names[i]))
			continue;
		on = i;
		w->next++;
		break;
	}
	field_set(f, object, on);

	return 0;
}

bool field_has_value(const struct words *w)
{
	return *w->next && **w->next >= '0' && **w->next <= '9';
}

/* The keyword alone, or with "off" */
static int parse_bare(struct words *w, const struct field *f, void *object)
{
	bool off = *w->next && !strcmp(*w->next, flag_names[0]);

	w->next += off;
	field_set(f, object, off ? 0 : f->bare);

	return 0;
}

int field_parse(struct words *w, const struct field *f, void *object)
{
	if (f->flags & FIELD_READONLY)
		return words_fail(w,
			"%s cannot be set: it is a parameter of the module, given when that is loaded",
			f->name);
	if (f->type == FIELD_FLAG)
		return parse_flag(w, f, object);
	if (f->type == FIELD_ENUM)
		return parse_enum(w, f, object);
	if (f->bare && !field_has_value(w))
		return parse_bare(w, f, object);
	if (!*w->next)
		return words_fail(w, "%s: the value is missing", f->name);
	if (f->type == FIELD_STRING)
		return parse_string(w, f, object);
	if (f->type == FIELD_PREFIX)
		return parse_prefix(w, f, object);

	return parse_number(w, f, object);
}

const struct field *field_take(struct words *w, const struct schema *schema)
{
	int found;

	found = words_choice(w, schema->a_field, schema->field);

	return found < 0 ? NULL : &schema->field[found];
}

const struct field *field_find(const struct schema *schema, unsigned int attr)
{
	for (const struct field *f = schema->field; f->name; f++)
		if (f->attr == attr)
			return f;
	return NULL;
}

void fields_reset(const struct schema *schema, void *object)
{
	for (const struct field *f = schema->field; f->name; f++)
		field_reset(f, object);
}

int fields_parse(struct words *w, const struct schema *schema, void *object,
		 uint64_t *given)
{
	while (*w->next) {
		const struct field *f = field_take(w, schema);

		if (!f)
			return -1;
		if (*given & field_bit(f))
			return words_fail(w, "%s is given twice", f->name);
		*given |= field_bit(f);
		if (field_parse(w, f, object))
			return -1;
	}
	return 0;
}

int fields_missing(struct words *w, const struct schema *schema)
{
	char *names = rows_names(schema->field, sizeof(*schema->field));

	words_fail(w, "%s is missing: give one of %s", schema->a_field, names);
	free(names);

	return -1;
}

uint64_t fields_differ(const struct schema *schema, const void *a,
		       const void *b)
{
	uint64_t set = 0;

	for (const struct field *f = schema->field; f->name; f++)
		if (!field_equal(f, a, b))
			set |= field_bit(f);
	return set;
}

uint64_t fields_changed(const struct schema *schema, const void *object)
{
	uint64_t set = 0;

	for (const struct field *f = schema->field; f->name; f++)
		if (!is_default(f, object))
			set |= field_bit(f);
	return set;
}

uint64_t fields_flagged(const struct schema *schema, unsigned int flags)
{
	uint64_t set = 0;

	for (const struct field *f = schema->field; f->name; f++)
		if (f->flags & flags)
			set |= field_bit(f);
	return set;
}

static size_t put_field(char *to, const struct field *f, const void *object)
{
	struct name value = field_text(f, object);

	/* A flag's keyword alone means on. */
	if (f->type == FIELD_FLAG && field_value(f, object))
		*value.s = '\0';
	return sprintf(to, " %s%s%s", f->name, *value.s ? " " : "", value.s);
}

char *fields_text(const struct schema *schema, const void *object,
		  uint64_t set)
{
	size_t len = 0, size = 1;
	char *text;

	for (const struct field *f = schema->field; f->name; f++)
		if (set & field_bit(f))
			size += strlen(f->name) + sizeof(struct name);
	text = xcalloc(1, size);
	for (const struct field *f = schema->field; f->name; f++)
		if (set & field_bit(f))
			len += put_field(text + len, f, object);
	return text;
}

void fields_json(json_t *json, const struct schema *schema,
		 const void *object, uint64_t set)
{
	for (const struct field *f = schema->field; f->name; f++) {
		char *key;

		if (!(set & field_bit(f)))
			continue;
		key = xstrdup(f->name);
		for (char *c = key; *c; c++)
			if (*c == '-')
				*c = '_';
		json_object_set_new(json, key, field_json(f, object));
		free(key);
	}
}
