/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections are meant */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/model.h"

struct nlmsghdr;
struct words;

struct filter {
	unsigned int given;	/* bits by enum drlb_connection_attr */
	uint8_t protocol;
	uint8_t state;
	uint8_t prefix;
	uint16_t client_port;
	uint16_t vip_port;
	struct addr client;
	struct addr vip;
	struct addr server;
	bool all;		/* said so, and nothing else is given */
};

/* [all | FILTER ...] to the end */
int parse_filter(struct words *w, struct filter *f);
void put_filter(struct nlmsghdr *nlh, const struct filter *f);

#endif
