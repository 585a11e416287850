/* SPDX-License-Identifier: GPL-2.0 */
/* Memory and arrays. A failed allocation ends the program. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

void *xcalloc(size_t n, size_t size);
void *xrealloc(void *old, size_t n, size_t size);
char *xstrdup(const char *text);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap);

/* @p, unless it is NULL: then end the program */
void *must(void *p);

/* Append a zeroed element to the *@n elements of @array, which has *@room. */
void *array_grow(void *array, size_t *n, size_t *room, size_t size);

/* qsort() for arrays that mostly are sorted already, or empty */
void sort(void *array, size_t n, size_t size,
	  int (*cmp)(const void *, const void *));

#endif
