/* SPDX-License-Identifier: GPL-2.0 */
/* Filters of connections */
#ifndef CMD_FILTER_H
#define CMD_FILTER_H

#include "text/words.h"
#include "wire/connection.h"

/* A keyword and its value */
struct filter_word {
	const char *name;
	const char *arg;	/* the value in the usage, or "" */
	int (*take)(struct words *w, struct filter *f);
};

extern const struct filter_word filter_words[];	/* the last one is nameless */

/* [all | FILTER ...] to the end; all is the empty filter. */
int parse_filter(struct words *w, struct filter *f);

#endif
