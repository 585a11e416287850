/* SPDX-License-Identifier: GPL-2.0 */
/* The options of lbctl itself, which come before the object */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

struct options {
	bool json;
	bool numeric;
	bool oneline;
};

extern struct options options;

/* For getopt_long(); the last one is nameless. */
extern const struct option long_options[];

#endif
