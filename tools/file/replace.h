/* SPDX-License-Identifier: GPL-2.0 */
/* Files that are replaced whole, or stay as they are */
#ifndef FILE_REPLACE_H
#define FILE_REPLACE_H

#include <stdio.h>

struct replacement {
	char *path, *temporary;
	FILE *stream;
};

/* A stream for the new content of @path, which need not exist. A device or a
 * pipe is written to directly. Returns NULL and errno on failure; then there is
 * nothing to end.
 */
FILE *replacement_open(struct replacement *r, const char *path);
/* Put the new content in place. On failure returns -1 and errno, and the file
 * stays as it is.
 */
int replacement_end(struct replacement *r);

#endif
