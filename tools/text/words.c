// SPDX-License-Identifier: GPL-2.0
/* Taking words one after the other */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/lbctl.h"
#include "text/parse.h"

void words_free(struct words *w)
{
	free(w->subject);
	free(w->error);
	w->subject = NULL;
	w->error = NULL;
	w->about = ABOUT_TEXT;
}

static void replace(char **text, const char *fmt, va_list ap)
{
	char *new = NULL;

	if (vasprintf(&new, fmt, ap) < 0) {
		complain(NULL, "out of memory");
		exit(STATUS_FAILED);
	}
	free(*text);
	*text = new;
}

int words_fail(struct words *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	replace(&w->error, fmt, ap);
	va_end(ap);
	/* It quotes others, who may want to write to the terminal themselves. */
	for (char *c = w->error; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return -1;
}

void words_subject(struct words *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	replace(&w->subject, fmt, ap);
	va_end(ap);
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
		return words_fail(w, "\"%s\" is not understood here",
				  *w->next);
	return 0;
}

/* The names that start with @word (all of them when it is NULL), as a list */
static char *candidates(const char *const *names, const char *word)
{
	char *list = xstrdup("");

	for (; *names; names++) {
		char *longer;

		if (word && strncasecmp(*names, word, strlen(word)))
			continue;
		longer = xasprintf("%s%s%s", list, *list ? ", " : "", *names);
		free(list);
		list = longer;
	}
	return list;
}

int words_choice(struct words *w, const char *what, const char *const *names)
{
	const char *word = *w->next;
	int found = -1, matches = 0;
	char *list;

	/* Nearly all words are written as they are: files are read by this. */
	for (int i = 0; word && names[i]; i++) {
		if (*word == *names[i] && !strcmp(word, names[i])) {
			w->next++;
			return i;
		}
	}
	for (int i = 0; word && *word && names[i]; i++) {
		if (!strcasecmp(names[i], word)) {
			found = i;
			matches = 1;
			break;
		}
		if (!strncasecmp(names[i], word, strlen(word))) {
			found = i;
			matches++;
		}
	}
	if (matches == 1) {
		w->next++;
		return found;
	}
	if (is_option(word))
		return words_misplaced(w, word);

	list = candidates(names, matches ? word : NULL);
	if (!word)
		words_fail(w, "%s is missing: it could be %s", what, list);
	else if (matches)
		words_fail(w, "\"%s\" is ambiguous: it could be %s", word,
			   list);
	else
		words_fail(w, "\"%s\" is not %s: it could be %s", word, what,
			   list);
	free(list);

	return -1;
}

int words_unsupported(struct words *w, const char *const *names)
{
	for (; *w->next && *names; names++)
		if (!strcasecmp(*names, *w->next))
			return words_fail(w,
				"%s is not supported by this version", *names);
	return 0;
}
