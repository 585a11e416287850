// SPDX-License-Identifier: GPL-2.0
#include "wire/attr.h"
#include "wire/field.h"

static void field_put(struct nlmsghdr *nlh, const struct field *f,
		      const void *object)
{
	switch (f->type) {
	case FIELD_STRING:
		mnl_attr_put_strz(nlh, f->attr, field_text(f, object).s);
		break;
	case FIELD_ENUM:
	case FIELD_FLAG:
	case FIELD_PREFIX:
		mnl_attr_put_u8(nlh, f->attr, field_value(f, object));
		break;
	default:
		mnl_attr_put_u32(nlh, f->attr, field_value(f, object));
	}
}

void fields_put(struct nlmsghdr *nlh, const struct schema *schema,
		const void *object, uint64_t set)
{
	for (const struct field *f = schema->field; f->name; f++)
		if (set & field_bit(f))
			field_put(nlh, f, object);
}

size_t fields_room(const struct schema *schema)
{
	size_t room = 0;

	for (const struct field *f = schema->field; f->name; f++)
		room += MNL_ATTR_HDRLEN + (f->type == FIELD_STRING ?
			MNL_ALIGN(f->size) : sizeof(uint32_t));
	return room;
}

void field_get(const struct nlattr *attr, const struct field *f, void *object)
{
	if (!attr)
		field_reset(f, object);
	else if (f->type == FIELD_STRING)
		attr_text(attr, field_string(f, object), f->size);
	else if (f->type == FIELD_FLAG && !mnl_attr_get_payload_len(attr))
		field_set(f, object, 1);
	else
		field_set(f, object, attr_uint(attr));
}

uint64_t fields_get(const struct nlattr *const *tb, const struct schema *schema,
		    void *object)
{
	uint64_t set = 0;

	for (const struct field *f = schema->field; f->name; f++) {
		field_get(tb[f->attr], f, object);
		if (tb[f->attr])
			set |= field_bit(f);
	}
	return set;
}
