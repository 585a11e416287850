/* SPDX-License-Identifier: GPL-2.0 */
/* What every part of lbctl shares: exit status, options, the command table. */
#ifndef LBCTL_H
#define LBCTL_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#define LBCTL_VERSION "0.1"

struct words;

enum status {
	STATUS_OK,
	STATUS_FAILED,	/* refused by the kernel, or could not be done */
	STATUS_USAGE,	/* the command line makes no sense */
};

struct options {
	bool json;
	bool numeric;
	bool oneline;
};

extern struct options options;

/* Their names, as on the command line: the last one is nameless. */
extern const struct option long_options[];

struct verb {
	const char *name;
	const char *args;	/* as the usage shows them */
	const char *about;
	enum status (*run)(struct words *w);
};

/* An object has verbs, of which "show" is the one meant when none is given, or
 * is a command by itself.
 */
struct object {
	const char *name;
	const char *about;
	const struct verb *verbs;	/* the last one is nameless */
	struct verb self;
};

extern const struct object service_object;
extern const struct object server_object;
extern const struct object connection_object;
extern const struct object device_object;
extern const struct object config_object;
extern const struct object stats_object;
extern const struct object show_object;
extern const struct object save_object;
extern const struct object apply_object;
extern const struct object monitor_object;

/* Print "lbctl: SUBJECT: cause" on stderr; without a subject just the cause. */
void complain(const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* These end the program when memory is short. */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *old, size_t n, size_t size);
char *xstrdup(const char *text);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The character, or a question mark when not every terminal would show it */
char printable(char c);

/* Room for one more element behind the @n that *@array has; it is zeroed. */
void *array_grow(void *array, size_t *n, size_t *room, size_t size);

/* qsort() for what mostly is in order already, or empty. */
void sort(void *array, size_t n, size_t size,
	  int (*cmp)(const void *, const void *));

#endif
