/* SPDX-License-Identifier: GPL-2.0 */
/* A text, line by line and word by word */
#ifndef FILE_LINES_H
#define FILE_LINES_H

#include <stdbool.h>
#include <stdio.h>

struct lines;

/* The lines of a stream, which @name stands for in complaints */
struct lines *lines_new(FILE *stream, const char *name);
void lines_free(struct lines *l);

/* The words of the next line that has any, ending with NULL, and its number.
 * They are valid until the next call. Returns NULL at the end, and after a
 * complaint, which sets *@failed.
 */
char **lines_next(struct lines *l, unsigned int *line, bool *failed);

/* Print "NAME:LINE: cause"; @line is 0 for causes that no line has. */
void line_complain(const char *name, unsigned int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
