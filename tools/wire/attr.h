/* SPDX-License-Identifier: GPL-2.0 */
/* Reading attributes. None is relied upon to be there, or to be in shape. */
#ifndef WIRE_ATTR_H
#define WIRE_ATTR_H

#include <libmnl/libmnl.h>
#include <stdint.h>

/* The attributes of a message or of a nest, by type, without unknown ones */
void attrs_of(const struct nlmsghdr *nlh, const struct nlattr **tb,
	      unsigned int max);
void attrs_in(const struct nlattr *nest, const struct nlattr **tb,
	      unsigned int max);
/* Values; 0 or "" if the attribute is absent or has a senseless length */
uint64_t attr_uint(const struct nlattr *attr);
uint16_t attr_be16(const struct nlattr *attr);
/* Characters that are not printable become question marks. */
void attr_text(const struct nlattr *attr, char *buf, size_t size);

#endif
