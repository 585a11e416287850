/* SPDX-License-Identifier: GPL-2.0 */
/* Requests that are answered by a list */
#ifndef WIRE_DUMP_H
#define WIRE_DUMP_H

#include "wire/nl.h"

struct nl_dump {
	uint8_t cmd;
	const char *subject;		/* of complaints */
	/* Add the attributes of the request; may be NULL. */
	void (*fill)(struct nlmsghdr *nlh, void *ctx);
	void (*data)(const struct nlmsghdr *nlh, void *ctx);
	/* Drop the data, since objects have changed and the dump begins again.
	 * Without it a change is a warning.
	 */
	void (*reset)(void *ctx);
	void *ctx;
};

/* Returns 0, or otherwise as nl_flush() does. */
int nl_dump(struct nl *nl, const struct nl_dump *dump);

/* For @data: the messages do not fit together, so objects have changed. */
void nl_interrupted(struct nl *nl);

#endif
