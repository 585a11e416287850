// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdio.h>

#include <drlb.h>

#include "text/schema.h"
#include "wire/attr.h"
#include "wire/blame.h"
#include "wire/field.h"

static bool is_in(const struct nl_answer *answer, const struct nlattr *attr)
{
	uint32_t start = (const char *)attr - (const char *)answer->request;

	return answer->offset >= start &&
	       answer->offset < start + MNL_ALIGN(attr->nla_len);
}

const struct nlattr *attr_blamed(const struct nl_answer *answer,
				 unsigned int *index)
{
	const struct nlattr *attr;

	*index = 0;
	mnl_attr_for_each(attr, answer->request, sizeof(struct genlmsghdr)) {
		if (is_in(answer, attr))
			return attr;
		*index += mnl_attr_get_type(attr) == DRLB_A_SERVER;
	}
	return NULL;
}

static const struct field *find(const struct nl_answer *answer,
				const struct nlattr **attr)
{
	const struct schema *schema;
	const struct nlattr *nest;
	unsigned int index;

	nest = attr_blamed(answer, &index);
	schema = nest ? schema_find(mnl_attr_get_type(nest)) : NULL;
	if (!schema)
		return NULL;
	mnl_attr_for_each_nested(*attr, nest)
		if (is_in(answer, *attr))
			return field_find(schema, mnl_attr_get_type(*attr));
	return NULL;
}

const struct field *field_blamed(const struct nl_answer *answer)
{
	const struct nlattr *attr;

	return find(answer, &attr);
}

struct name option_blamed(const struct nl_answer *answer)
{
	union {
		struct service service;
		struct server server;
		struct config config;
	} object;
	struct name name = { "" };
	const struct nlattr *attr;
	const struct field *f = find(answer, &attr);

	if (!f)
		return name;
	field_get(attr, f, &object);
	snprintf(name.s, sizeof(name.s), "%s %.64s: ", f->name,
		 field_text(f, &object).s);
	return name;
}

static void complain_about(const struct nl_answer *answer, void *ctx)
{
	(void)ctx;
	if (answer->cause)
		nl_complain(answer, option_blamed(answer).s);
}

const struct nl_handler blame_handler = { .answer = complain_about };
