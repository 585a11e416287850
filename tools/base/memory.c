// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "base/memory.h"

void *must(void *p)
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

char *xvasprintf(const char *fmt, va_list ap)
{
	char *text = NULL;

	return must(vasprintf(&text, fmt, ap) < 0 ? NULL : text);
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);

	return text;
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
