/* SPDX-License-Identifier: GPL-2.0 */
/* Options and settings as attributes */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include <libmnl/libmnl.h>

#include "text/field.h"

/* Add an attribute for each field in @set. */
void fields_put(struct nlmsghdr *nlh, const struct schema *schema,
		const void *object, uint64_t set);

/* The bytes that all fields together take, for nl_queue() */
size_t fields_room(const struct schema *schema);

/* A field whose attribute is absent becomes the default. */
void field_get(const struct nlattr *attr, const struct field *f, void *object);
/* @tb is by type, as of attrs_in(). Returns the fields that were there. */
uint64_t fields_get(const struct nlattr *const *tb, const struct schema *schema,
		    void *object);

#endif
