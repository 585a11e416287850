// SPDX-License-Identifier: GPL-2.0
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lbctl.h"
#include "view/print.h"

/* Rows that are measured together, so that any number of them can be printed
 * in bounded memory.
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
		if (row[i].len)
			last = i;
	for (size_t i = 0; i <= last; i++) {
		size_t fill = t->width[i] - row[i].len;
		bool right = t->columns[i].right;

		blanks(pad + (right ? fill : 0));
		print_colour(row[i].colour, t->text + row[i].text);
		pad = 2 + (right ? 0 : fill);
	}
	putchar('\n');
}

static void table_flush(struct table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t *width = &t->width[i % t->n_columns];

		if (*width < t->cell[i].len)
			*width = t->cell[i].len;
	}
	for (size_t i = 0; i + t->n_columns <= t->n; i += t->n_columns)
		print_row(t, &t->cell[i]);
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

struct name human(uint64_t value)
{
	static const char units[] = "kMGTPE";
	double scaled = value;
	struct name name;
	int unit = -1;

	while (scaled >= 999.95 && units[unit + 1]) {
		scaled /= 1000;
		unit++;
	}
	if (options.numeric || unit < 0)
		put_number(name.s, value);
	else
		snprintf(name.s, sizeof(name.s), "%.1f%c", scaled,
			 units[unit]);
	return name;
}

struct name lladdr_name(const struct server *srv)
{
	static const char hex[] = "0123456789abcdef";
	struct name name;
	char *to = name.s;

	for (int i = 0; i < srv->lladdr_len; i++) {
		if (i)
			*to++ = ':';
		*to++ = hex[srv->lladdr[i] >> 4];
		*to++ = hex[srv->lladdr[i] & 15];
	}
	*to = '\0';
	return name;
}

struct name device_name(uint32_t ifindex)
{
	/* One after the other is mostly the same. */
	static struct name name;
	static uint32_t known;

	if (!ifindex)
		return (struct name) { "" };
	if (known != ifindex) {
		if (!if_indextoname(ifindex, name.s))
			snprintf(name.s, sizeof(name.s), "if%u", ifindex);
		for (char *c = name.s; *c; c++)
			*c = printable(*c);
		known = ifindex;
	}
	return name;
}

json_t *jmust(json_t *value)
{
	if (!value) {
		complain(NULL, "out of memory");
		exit(STATUS_FAILED);
	}
	return value;
}

json_t *jpack(const char *fmt, ...)
{
	json_t *value;
	va_list ap;

	va_start(ap, fmt);
	value = json_vpack_ex(NULL, 0, fmt, ap);
	va_end(ap);

	return jmust(value);
}

json_t *addr_json(const struct addr *addr)
{
	return jmust(json_string(addr_name(addr).s));
}

json_t *key_json(const struct service_key *key)
{
	return jpack("{s:s, s:o, s:i}",
			       "protocol", protocol_name(key->protocol),
			       "address", addr_json(&key->addr),
			       "port", key->port);
}

void json_print(json_t *value)
{
	/* What cannot be written is noticed at the end. */
	if (json_dumpf(value, stdout, JSON_COMPACT) && !ferror(stdout))
		jmust(NULL);
	putchar('\n');
	json_decref(value);
}
