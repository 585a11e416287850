// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "text/near.h"

#define LEN_MAX	24

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters to insert, delete, exchange or swap to make one word the other. Row i
 * holds the distances of @a's first i letters; three rows are in use at a time.
 */
static unsigned int distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned int row[3][LEN_MAX + 1];

	for (size_t j = 0; j <= nb; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		unsigned int *now = row[i % 3], *last = row[(i + 2) % 3];
		unsigned int *swapped = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			now[j] = min(min(now[j - 1], last[j]) + 1,
				     last[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				now[j] = min(now[j], swapped[j - 2] + 1);
		}
	}
	return row[na % 3][nb];
}

const char *near_name(const char *word, const void *rows, size_t size)
{
	size_t len = strlen(word);
	/* One slip in a short word, two in a longer one */
	unsigned int best = (len > 4 ? 2 : 1) + 1;
	const char *found = NULL;
	const char *row = rows;
	const char *name;

	if (len < 3 || len > LEN_MAX)
		return NULL;
	for (; (name = *(const char *const *)row); row += size) {
		size_t n = strlen(name);
		unsigned int d;

		if (n > LEN_MAX)
			continue;
		d = distance(word, len, name, n);
		if (d < best) {
			best = d;
			found = name;
		}
	}
	return found;
}
