// SPDX-License-Identifier: GPL-2.0
/* Memory that is there or ends the program, and complaints. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lbctl.h"

void complain(const char *subject, const char *fmt, ...)
{
	va_list ap;

	/* Keeps the order when both streams go to one place. */
	fflush(stdout);
	fputs("lbctl: ", stderr);
	if (subject)
		fprintf(stderr, "%s: ", subject);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void *must(void *p)
{
	if (!p) {
		complain(NULL, "out of memory");
		exit(STATUS_FAILED);
	}
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return must(calloc(n ? n : 1, size));
}

void *xrealloc(void *old, size_t n, size_t size)
{
	return must(reallocarray(old, n ? n : 1, size));
}

char *xstrdup(const char *text)
{
	return must(strdup(text));
}

char *xasprintf(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);

	return must(len < 0 ? NULL : text);
}

char printable(char c)
{
	return c >= ' ' && c < 0x7f ? c : '?';
}

void sort(void *array, size_t n, size_t size,
	  int (*cmp)(const void *, const void *))
{
	for (size_t i = 1; i < n; i++) {
		const char *next = (const char *)array + i * size;

		if (cmp(next - size, next) > 0) {
			qsort(array, n, size, cmp);
			return;
		}
	}
}

void *array_grow(void *array, size_t *n, size_t *room, size_t size)
{
	if (*n == *room) {
		*room = *room ? 2 * *room : 8;
		array = xrealloc(array, *room, size);
	}
	memset((char *)array + *n * size, 0, size);
	++*n;

	return array;
}
