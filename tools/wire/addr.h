/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and ports as attributes */
#ifndef WIRE_ADDR_H
#define WIRE_ADDR_H

#include <libmnl/libmnl.h>

#include "base/model.h"

/* Bytes that an address takes */
#define ADDR_ROOM	(MNL_ATTR_HDRLEN + 16)

/* An address is one of a pair of attributes; @attr4 is the one for IPv4. */
void put_addr(struct nlmsghdr *nlh, uint16_t attr4, const struct addr *addr);
void put_be16(struct nlmsghdr *nlh, uint16_t attr, uint16_t value);
void get_addr(const struct nlattr *attr4, const struct nlattr *attr6,
	      struct addr *addr);

#endif
