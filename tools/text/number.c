// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "text/number.h"

static bool digits_of(const char *text, size_t len, uint64_t *value)
{
	uint64_t v = 0;

	if (!len || (text[0] == '0' && len > 1) || len > 18)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = 10 * v + text[i] - '0';
	}
	*value = v;

	return true;
}

bool number_of(const char *text, uint64_t *value)
{
	return digits_of(text, strlen(text), value);
}

bool mark_of(const char *text, uint32_t *mark)
{
	uint64_t value = 0;

	if (!strncmp(text, "0x", 2)) {
		size_t len = strspn(text + 2, "0123456789abcdefABCDEF");

		if (!len || len > 8 || text[2 + len])
			return false;
		value = strtoul(text + 2, NULL, 16);
	} else if (!number_of(text, &value)) {
		return false;
	}
	*mark = value;

	return value && value <= UINT32_MAX;
}

bool seconds_of(const char *text, uint64_t *value)
{
	static const struct {
		char letter;
		unsigned int seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 },
		    { 'd', 86400 } };
	size_t len = strlen(text);
	unsigned int factor = 1;

	for (size_t i = 0; len && i < sizeof(units) / sizeof(units[0]); i++) {
		if (text[len - 1] != units[i].letter)
			continue;
		factor = units[i].seconds;
		len--;
		break;
	}
	/* The largest number of days is far from an overflow. */
	if (!digits_of(text, len, value) || *value > UINT32_MAX)
		return false;
	*value *= factor;

	return true;
}
