/* SPDX-License-Identifier: GPL-2.0 */
/* Refusals and warnings of the kernel about the lines of a file */
#ifndef FILE_COMPLAINTS_H
#define FILE_COMPLAINTS_H

#include <stdbool.h>
#include <stddef.h>

struct complaint {
	unsigned int line;	/* 0 for an object that no line has */
	bool warning;
	const char *kind;	/* of the object: "service" */
	char *object;		/* "service tcp 10.0.0.100:80: " */
	char *cause;
	size_t more;		/* objects with the same warning */
};

struct complaints {
	struct complaint *complaint;	/* the warnings come first */
	size_t n, room;
	size_t warnings;
	bool each;		/* of equal warnings keep each, not the first */
};

/* Takes over the strings of @c. Of equal warnings about objects of a kind the
 * one with the first line is kept; refusals are all kept.
 */
void complaints_add(struct complaints *list, const struct complaint *c);
/* Print the complaints about the file @name in the order of its lines, and
 * forget them. Without @each a long list is cut.
 */
void complaints_print(struct complaints *list, const char *name);
void complaints_free(struct complaints *list);

#endif
