// SPDX-License-Identifier: GPL-2.0
/* Reading attributes: nothing in them is relied on to be there or in shape. */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <string.h>

#include <drlb.h>

#include "wire/nl.h"

/* All dumps go through here, for which calls of libmnl's take their time. */
static void attrs_take(const void *start, size_t left,
		       const struct nlattr **tb, unsigned int max)
{
	const struct nlattr *attr = start;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	while (left >= sizeof(*attr) && attr->nla_len >= sizeof(*attr) &&
	       attr->nla_len <= left) {
		unsigned int type = attr->nla_type & NLA_TYPE_MASK;
		size_t size = MNL_ALIGN(attr->nla_len);

		if (type <= max)
			tb[type] = attr;
		if (size >= left)
			break;
		left -= size;
		attr = (const void *)((const char *)attr + size);
	}
}

void attrs_of(const struct nlmsghdr *nlh, const struct nlattr **tb,
	      unsigned int max)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	attrs_take(mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
		   len > GENL_HDRLEN ? len - GENL_HDRLEN : 0, tb, max);
}

void attrs_in(const struct nlattr *nest, const struct nlattr **tb,
	      unsigned int max)
{
	attrs_take(nest ? mnl_attr_get_payload(nest) : NULL,
		   nest ? mnl_attr_get_payload_len(nest) : 0, tb, max);
}

uint64_t attr_uint(const struct nlattr *attr)
{
	switch (attr ? mnl_attr_get_payload_len(attr) : 0) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attr);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attr);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attr);
	case sizeof(uint64_t):
		return mnl_attr_get_u64(attr);
	}
	return 0;
}

int32_t attr_s32(const struct nlattr *attr)
{
	return (int32_t)attr_uint(attr);
}

uint16_t attr_be16(const struct nlattr *attr)
{
	return ntohs(attr_uint(attr));
}

void attr_text(const struct nlattr *attr, char *buf, size_t size)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;
	const char *text = attr ? mnl_attr_get_payload(attr) : NULL;
	size_t n = 0;

	for (; n < len && n < size - 1 && text[n]; n++)
		buf[n] = printable(text[n]);
	buf[n] = '\0';
}

const struct nlattr *attr_blamed(const struct nlmsghdr *nlh, uint32_t offset,
				 unsigned int *index)
{
	const struct nlattr *attr;
	unsigned int servers = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		uint32_t start = (const char *)attr - (const char *)nlh;

		if (offset >= start &&
		    offset < start + MNL_ALIGN(attr->nla_len)) {
			*index = servers;
			return attr;
		}
		servers += mnl_attr_get_type(attr) == DRLB_A_SERVER;
	}
	return NULL;
}

unsigned int attr_blamed_within(const struct nlmsghdr *nlh, uint32_t offset)
{
	unsigned int index;
	const struct nlattr *nest = attr_blamed(nlh, offset, &index);
	const struct nlattr *attr;

	if (!nest)
		return 0;
	mnl_attr_for_each_nested(attr, nest) {
		uint32_t start = (const char *)attr - (const char *)nlh;

		if (offset >= start &&
		    offset < start + MNL_ALIGN(attr->nla_len))
			return mnl_attr_get_type(attr);
	}
	return 0;
}
