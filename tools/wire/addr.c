// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "wire/addr.h"

void put_addr(struct nlmsghdr *nlh, uint16_t attr4, const struct addr *addr)
{
	if (addr->family == AF_INET)
		mnl_attr_put(nlh, attr4, sizeof(struct in_addr), addr->bytes);
	else
		mnl_attr_put(nlh, attr4 + 1, sizeof(struct in6_addr),
			     addr->bytes);
}

void put_be16(struct nlmsghdr *nlh, uint16_t attr, uint16_t value)
{
	mnl_attr_put_u16(nlh, attr, htons(value));
}

void get_addr(const struct nlattr *attr4, const struct nlattr *attr6,
	      struct addr *addr)
{
	const struct nlattr *attr = attr4 ? attr4 : attr6;
	size_t len = attr4 ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	memset(addr, 0, sizeof(*addr));
	if (!attr || mnl_attr_get_payload_len(attr) != len)
		return;
	addr->family = attr4 ? AF_INET : AF_INET6;
	memcpy(addr->bytes, mnl_attr_get_payload(attr), len);
}
