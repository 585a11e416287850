// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <string.h>

#include "base/complain.h"
#include "wire/attr.h"

/* All dumps go through here. Function calls to libmnl would be slow. */
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
