/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers and times, refused unless they are exactly right */
#ifndef TEXT_NUMBER_H
#define TEXT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Digits without a leading zero, which might be meant as octal */
bool number_of(const char *text, uint64_t *value);
/* The same, or hexadecimal digits behind 0x, from 1 to 2^32 - 1 */
bool mark_of(const char *text, uint32_t *mark);
/* 30, 90s, 15m or 1h, in seconds */
bool seconds_of(const char *text, uint64_t *value);

#endif
