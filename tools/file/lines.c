// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "base/memory.h"
#include "file/lines.h"

#define LINE_SIZE	4096
#define BLOCK_SIZE	(16 * LINE_SIZE)

struct lines {
	FILE *stream;
	const char *name;
	unsigned int line;
	int error;
	bool over;
	char *word[LINE_SIZE / 2 + 1];
	/* The part of the text that is read but not cut into lines yet */
	size_t start, end;
	char block[BLOCK_SIZE + 1];
};

void line_complain(const char *name, unsigned int line, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s:", name);
	if (line)
		fprintf(stderr, "%u:", line);
	fputc(' ', stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

struct lines *lines_new(FILE *stream, const char *name)
{
	struct lines *l = xcalloc(1, sizeof(*l));

	l->stream = stream;
	l->name = name;

	return l;
}

void lines_free(struct lines *l)
{
	free(l);
}

static bool is_blank(char c)
{
	return c <= ' ' && (c == ' ' || (c >= '\t' && c <= '\r'));
}

static bool is_in_word(char c)
{
	return (unsigned char)c > ' ' || (c && !is_blank(c));
}

/* A word that starts with # starts a comment. */
static char **cut_line(struct lines *l, char *text)
{
	size_t n = 0;

	for (;;) {
		while (is_blank(*text))
			text++;
		if (!*text || *text == '#')
			break;
		l->word[n++] = text;
		while (is_in_word(*text))
			text++;
		if (!*text)
			break;
		*text++ = '\0';
	}
	l->word[n] = NULL;

	return l->word;
}

static void read_block(struct lines *l)
{
	size_t room;

	l->end -= l->start;
	memmove(l->block, l->block + l->start, l->end);
	l->start = 0;
	room = BLOCK_SIZE - l->end;
	l->end += fread(l->block + l->end, 1, room, l->stream);
	l->over = feof(l->stream) || ferror(l->stream);
	if (ferror(l->stream))
		l->error = errno;
}

static bool is_text(const struct lines *l, const char *text, size_t len)
{
	if (memchr(text, '\0', len < LINE_SIZE ? len : LINE_SIZE)) {
		line_complain(l->name, l->line,
			      "there is a NUL character, this is not a text");
		return false;
	}
	if (len >= LINE_SIZE) {
		line_complain(l->name, l->line,
			      "the line has more than %d characters",
			      LINE_SIZE - 1);
		return false;
	}
	return true;
}

/* The next line, without its newline; or NULL, as lines_next() */
static char *next_line(struct lines *l, bool *failed)
{
	char *text, *end;
	size_t len;

	for (;;) {
		text = l->block + l->start;
		len = l->end - l->start;
		end = memchr(text, '\n', len);
		if (end || l->over || len >= LINE_SIZE)
			break;
		read_block(l);
	}
	l->line++;
	if (end)
		len = end - text;
	if (!is_text(l, text, len)) {
		*failed = true;
	} else if (!end && l->error) {
		complain("apply", "%s: %s", l->name, strerror(l->error));
		*failed = true;
	}
	if (*failed || (!end && !len))
		return NULL;
	text[len] = '\0';
	l->start += len + !!end;

	return text;
}

char **lines_next(struct lines *l, unsigned int *line, bool *failed)
{
	char **words;
	char *text;

	while ((text = next_line(l, failed))) {
		/* Some editors begin a file with a byte order mark. */
		if (l->line == 1 && !strncmp(text, "\xef\xbb\xbf", 3))
			text += 3;
		words = cut_line(l, text);
		*line = l->line;
		if (*words)
			return words;
	}
	return NULL;
}
