/* SPDX-License-Identifier: GPL-2.0 */
/* Columns for people, JSON for machines */
#ifndef PRINT_H
#define PRINT_H

#include <jansson.h>
#include <stdint.h>

#include "base/model.h"

enum colour { PLAIN, BOLD, GREEN, YELLOW, RED };

struct column {
	const char *title;
	bool right;
};

struct table;

/* The columns end with a titleless one. A long table comes out piecemeal. */
struct table *table_new(const struct column *columns);
/* The next cell, from left to right, then the next row */
void table_text(struct table *t, enum colour colour, const char *text);
void table_number(struct table *t, uint64_t value);
void table_cell(struct table *t, enum colour colour, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Print what is left, and free it. */
void table_end(struct table *t);

/* Text in a colour if the output is a terminal that has some */
void print_colour(enum colour colour, const char *text);

/* "3.4M", or all the digits with --numeric */
struct name human(uint64_t value);
struct name lladdr_name(const struct server *srv);
/* The name of a network device, or "" when there is none */
struct name device_name(uint32_t ifindex);

/* jansson's NULL for a failed allocation ends the program. */
json_t *jmust(json_t *value);
/* json_pack() */
json_t *jpack(const char *fmt, ...);
json_t *key_json(const struct service_key *key);
json_t *addr_json(const struct addr *addr);
/* Print on a line, and free. */
void json_print(json_t *value);

#endif
