/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sequence of words, from the command line or from a line of a file. A
 * function that fails leaves the cause in the words; the owner of the words
 * knows their origin and prints the complaint.
 */
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include <stdbool.h>

#include "base/model.h"

struct words {
	char **next;		/* the words left; ends with NULL */
	char *error;		/* the cause of a failure */
	/* The object concerned, which is named on demand: most never are. */
	enum { ABOUT_TEXT, ABOUT_SERVICE, ABOUT_SERVER } about;
	char *subject;
	struct service_key key;
	struct addr server;
};

void words_free(struct words *w);

/* Returns -1, for the caller to return. */
int words_fail(struct words *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void words_subject(struct words *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The name of the object concerned, for messages, or NULL */
const char *words_about(struct words *w);

/* The next word, or NULL and an error that says that @what is missing */
char *words_take(struct words *w, const char *what);
/* Fail if a word is left. */
int words_end(struct words *w);
/* Whether @word is written as an option: longer than a lone dash */
bool is_option(const char *word);
/* Fail because of a word that is written as an option. */
int words_misplaced(struct words *w, const char *option);

/* Take the next word as a row's name, which it may shorten without ambiguity.
 * Returns the row's index, or -1. Each row of @size bytes begins with its name;
 * the last row is nameless.
 */
int words_choose(struct words *w, const char *what, const void *rows,
		 size_t size);
#define words_choice(w, what, rows) \
	words_choose(w, what, rows, sizeof((rows)[0]))
/* All names of such a table, with commas between them; to be freed */
char *rows_names(const void *rows, size_t size);
/* Fail if the next word is one of these, which other versions may know. */
int words_unsupported(struct words *w, const char *const *names);

#endif
