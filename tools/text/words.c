// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/options.h"
#include "text/name.h"
#include "text/near.h"
#include "text/words.h"

void words_free(struct words *w)
{
	free(w->subject);
	free(w->error);
	w->subject = NULL;
	w->error = NULL;
	w->about = ABOUT_TEXT;
}

int words_fail(struct words *w, const char *fmt, ...)
{
	va_list ap;

	free(w->error);
	va_start(ap, fmt);
	w->error = xvasprintf(fmt, ap);
	va_end(ap);
	/* Quoted words must not reach the terminal as control sequences. */
	for (char *c = w->error; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return -1;
}

void words_subject(struct words *w, const char *fmt, ...)
{
	char *subject;
	va_list ap;

	va_start(ap, fmt);
	subject = xvasprintf(fmt, ap);
	va_end(ap);
	free(w->subject);
	w->subject = subject;
	w->about = ABOUT_TEXT;
}

const char *words_about(struct words *w)
{
	if (w->about == ABOUT_SERVICE)
		words_subject(w, "service %s", service_name(&w->key).s);
	else if (w->about == ABOUT_SERVER)
		words_subject(w, "%s", server_name(&w->key, &w->server).s);
	return w->subject;
}

char *words_take(struct words *w, const char *what)
{
	if (!*w->next) {
		words_fail(w, "%s is missing", what);
		return NULL;
	}
	return *w->next++;
}

bool is_option(const char *word)
{
	return word && *word == '-' && word[1];
}

static bool names_option(const char *word, const struct option *o)
{
	if (word[1] == '-')
		return !strcmp(word + 2, o->name);
	return word[1] == o->val && !word[2];
}

int words_misplaced(struct words *w, const char *option)
{
	for (const struct option *o = long_options; o->name; o++)
		if (names_option(option, o))
			return words_fail(w,
				"\"%s\": options come before the object, as in \"lbctl -j show\"",
				option);
	return words_fail(w, "there is no option %s here", option);
}

int words_end(struct words *w)
{
	if (is_option(*w->next))
		return words_misplaced(w, *w->next);
	if (*w->next)
		return words_fail(w,
			"\"%s\" is one word too many: nothing may follow here",
			*w->next);
	return 0;
}

/* The name of row @i, or NULL behind the last one */
static const char *row_name(const void *rows, size_t size, int i)
{
	return *(const char *const *)((const char *)rows + i * size);
}

/* The names that start with @word, with commas between them */
static char *candidates(const void *rows, size_t size, const char *word)
{
	char *list = xstrdup("");
	const char *name;

	for (int i = 0; (name = row_name(rows, size, i)); i++) {
		char *longer;

		if (strncasecmp(name, word, strlen(word)))
			continue;
		longer = xasprintf("%s%s%s", list, *list ? ", " : "", name);
		free(list);
		list = longer;
	}
	return list;
}

char *rows_names(const void *rows, size_t size)
{
	return candidates(rows, size, "");
}

static void choice_fail(struct words *w, const char *what, const void *rows,
			size_t size, bool ambiguous)
{
	const char *word = *w->next;
	const char *near = word ? near_name(word, rows, size) : NULL;
	char *list;

	if (is_option(word)) {
		words_misplaced(w, word);
		return;
	}
	list = candidates(rows, size, ambiguous ? word : "");
	if (!word)
		words_fail(w, "%s is missing: give one of %s", what, list);
	else if (ambiguous)
		words_fail(w, "\"%s\" is ambiguous: it may be %s", word, list);
	else if (near)
		words_fail(w, "\"%s\" is not %s: did you mean %s?", word, what,
			   near);
	else
		words_fail(w, "\"%s\" is not %s: give one of %s", word, what,
			   list);
	free(list);
}

int words_choose(struct words *w, const char *what, const void *rows,
		 size_t size)
{
	const char *word = *w->next;
	int found = -1, matches = 0;
	const char *name;

	/* Nearly all words of a file are written in full. */
	for (int i = 0; word && (name = row_name(rows, size, i)); i++) {
		if (*word == *name && !strcmp(word, name)) {
			w->next++;
			return i;
		}
	}
	if (word && !*word)
		word = NULL;
	for (int i = 0; word && (name = row_name(rows, size, i)); i++) {
		if (strncasecmp(name, word, strlen(word)))
			continue;
		found = i;
		matches++;
		if (!name[strlen(word)]) {
			matches = 1;
			break;
		}
	}
	if (matches != 1) {
		choice_fail(w, what, rows, size, matches > 1);
		return -1;
	}
	w->next++;

	return found;
}

int words_unsupported(struct words *w, const char *const *names)
{
	for (; *w->next && *names; names++)
		if (!strcasecmp(*names, *w->next))
			return words_fail(w,
				"%s is not supported by this version", *names);
	return 0;
}
