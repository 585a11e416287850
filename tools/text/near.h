/* SPDX-License-Identifier: GPL-2.0 */
/* The word that was probably meant */
#ifndef TEXT_NEAR_H
#define TEXT_NEAR_H

#include <stddef.h>

/* The name in a table that is nearest to @word, or NULL if none is near. Each
 * row of @size bytes begins with its name; the last row is nameless.
 */
const char *near_name(const char *word, const void *rows, size_t size);

#endif
