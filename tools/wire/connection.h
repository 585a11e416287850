/* SPDX-License-Identifier: GPL-2.0 */
/* Connections and filters of them as attributes */
#ifndef WIRE_CONNECTION_H
#define WIRE_CONNECTION_H

#include <libmnl/libmnl.h>

#include "base/report.h"

/* The connections that have all given values, whose bits are by enum
 * drlb_connection_attr; the bit of an IPv4 attribute stands for both families.
 */
struct filter {
	uint64_t given;
	uint8_t protocol;
	uint8_t state;
	uint8_t prefix;
	uint8_t family;		/* with a mark only */
	uint32_t mark;
	uint16_t client_port;
	uint16_t vip_port;
	struct addr client;
	struct addr vip;
	struct addr server;
};

#define FILTER_BIT(attr)	(UINT64_C(1) << DRLB_CONNECTION_A_##attr)

void put_filter(struct nlmsghdr *nlh, const struct filter *f);
void get_connection(const struct nlmsghdr *nlh, struct connection *c);

#endif
