/* SPDX-License-Identifier: GPL-2.0 */
/* Columns and colours */
#ifndef VIEW_TABLE_H
#define VIEW_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum colour { PLAIN, BOLD, GREEN, YELLOW, RED };

struct column {
	const char *title;
	bool right;
	bool optional;		/* left out while all cells are empty */
};

struct table;

/* The last column has no title. A long table is printed in pieces. */
struct table *table_new(const struct column *columns);
/* Add the next cell, from left to right and then in the next row. */
void table_text(struct table *t, enum colour colour, const char *text);
void table_number(struct table *t, uint64_t value);
void table_cell(struct table *t, enum colour colour, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Print the rows that are left, and free the table. */
void table_end(struct table *t);

/* Print in colour if the output is a terminal with colours. */
void print_colour(enum colour colour, const char *text);

#endif
