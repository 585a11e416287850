/* SPDX-License-Identifier: GPL-2.0 */
/* Files that are written whole, or stay what they were */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdio.h>

struct replacement {
	char *path, *temporary;
	FILE *stream;
};

/* Where to write what takes the place of @path, existing or not; a device or a
 * pipe is written to as it is. NULL and errno, and nothing to end, if that
 * cannot be.
 */
FILE *replacement_open(struct replacement *r, const char *path);
/* Returns -1 and errno if the file stays what it was. */
int replacement_end(struct replacement *r);

#endif
