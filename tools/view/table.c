// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "text/name.h"
#include "view/table.h"

/* Rows whose columns are aligned together, so that tables of any length take
 * bounded memory
 */
#define TABLE_ROWS	4096

struct cell {
	size_t text;		/* offset in the table's text */
	size_t len;
	enum colour colour;
};

struct table {
	const struct column *columns;
	size_t n_columns;
	size_t *width;
	bool titled;		/* the row of titles is printed */
	struct cell *cell;
	size_t n, room;
	char *text;
	size_t used, size;
};

static bool coloured(void)
{
	static int answer = -1;

	if (answer < 0) {
		const char *term = getenv("TERM");
		const char *no = getenv("NO_COLOR");

		answer = isatty(STDOUT_FILENO) && !(no && *no) && term &&
			 strcmp(term, "dumb");
	}
	return answer;
}

void print_colour(enum colour colour, const char *text)
{
	static const char *const codes[] = {
		[BOLD] = "1", [GREEN] = "32", [YELLOW] = "33", [RED] = "31"
	};

	if (colour == PLAIN || !*text || !coloured())
		fputs(text, stdout);
	else
		printf("\033[%sm%s\033[0m", codes[colour], text);
}

struct table *table_new(const struct column *columns)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->columns = columns;
	while (columns[t->n_columns].title)
		t->n_columns++;
	t->width = xcalloc(t->n_columns, sizeof(*t->width));
	for (size_t i = 0; i < t->n_columns; i++)
		table_text(t, BOLD, columns[i].title);

	return t;
}

static void blanks(size_t n)
{
	while (n--)
		putchar_unlocked(' ');
}

static void print_row(const struct table *t, const struct cell *row)
{
	size_t pad = 0, last = 0;

	for (size_t i = 0; i < t->n_columns; i++)
		if (row[i].len && t->width[i])
			last = i;
	for (size_t i = 0; i <= last; i++) {
		size_t fill = t->width[i] - row[i].len;
		bool right = t->columns[i].right;

		if (!t->width[i])
			continue;
		blanks(pad + (right ? fill : 0));
		print_colour(row[i].colour, t->text + row[i].text);
		pad = 2 + (right ? 0 : fill);
	}
	putchar('\n');
}

/* A column whose title alone would be printed may be left out. */
static bool is_empty(const struct table *t, size_t column)
{
	size_t i = column + (t->titled ? 0 : t->n_columns);

	if (!t->columns[column].optional)
		return false;
	for (; i < t->n; i += t->n_columns)
		if (t->cell[i].len)
			return false;
	return true;
}

static void measure(struct table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t column = i % t->n_columns;
		size_t *width = &t->width[column];

		if (*width < t->cell[i].len && !is_empty(t, column))
			*width = t->cell[i].len;
	}
}

static void table_flush(struct table *t)
{
	measure(t);
	for (size_t i = 0; i + t->n_columns <= t->n; i += t->n_columns)
		print_row(t, &t->cell[i]);
	t->titled = true;
	t->n = 0;
	t->used = 0;
}

void table_text(struct table *t, enum colour colour, const char *text)
{
	size_t len = strlen(text) + 1;

	if (t->used + len > t->size) {
		t->size = 2 * t->size + len;
		t->text = xrealloc(t->text, t->size, 1);
	}
	if (t->n == t->room) {
		t->room = 2 * t->room + t->n_columns;
		t->cell = xrealloc(t->cell, t->room, sizeof(*t->cell));
	}
	t->cell[t->n++] = (struct cell) { t->used, len - 1, colour };
	memcpy(t->text + t->used, text, len);
	t->used += len;

	if (t->n == TABLE_ROWS * t->n_columns)
		table_flush(t);
}

void table_number(struct table *t, uint64_t value)
{
	char text[24];

	put_number(text, value);
	table_text(t, PLAIN, text);
}

void table_cell(struct table *t, enum colour colour, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	table_text(t, colour, text);
}

void table_end(struct table *t)
{
	table_flush(t);
	free(t->width);
	free(t->cell);
	free(t->text);
	free(t);
}
