// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file/file.h"
#include "base/lbctl.h"
#include "text/parse.h"

#define LINE_SIZE 4096
#define BLOCK_SIZE (16 * LINE_SIZE)

void file_complain(const struct file *file, unsigned int line, const char *fmt,
		   ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s:", file->name);
	if (line)
		fprintf(stderr, "%u:", line);
	fputc(' ', stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* A line's words, and NULL behind them */
struct cutter {
	char *word[LINE_SIZE / 2 + 1];
};

static bool is_blank(char c)
{
	return c <= ' ' && (c == ' ' || (c >= '\t' && c <= '\r'));
}

static bool is_in_word(char c)
{
	return (unsigned char)c > ' ' || (c && !is_blank(c));
}

/* Cuts a line into words; a word that starts with # starts a comment. */
static char **cut_line(struct cutter *cut, char *line)
{
	size_t n = 0;

	for (;;) {
		while (is_blank(*line))
			line++;
		if (!*line || *line == '#')
			break;
		cut->word[n++] = line;
		while (is_in_word(*line))
			line++;
		if (!*line)
			break;
		*line++ = '\0';
	}
	cut->word[n] = NULL;

	return cut->word;
}

static int read_device(struct file *file, struct words *w, unsigned int line)
{
	struct device dev = { .line = line };

	if (parse_device(w, dev.name) || words_end(w))
		return -1;
	*devices_add(&file->devices) = dev;

	return 0;
}

static int read_service(struct file *file, struct words *w, unsigned int line)
{
	struct service_key key;
	unsigned int given = 0;
	struct service *svc;

	if (parse_service(w, &key))
		return -1;
	svc = services_add(&file->services);
	service_init(svc, &key);
	svc->line = line;

	return parse_service_options(w, svc, &given);
}

static int read_server(struct file *file, struct words *w, unsigned int line)
{
	unsigned int given = 0;
	struct service *svc;
	struct server *srv;

	if (!file->services.n)
		return words_fail(w,
			"a server belongs below the line of its service");
	svc = &file->services.service[file->services.n - 1];
	srv = services_add_server(&file->services);
	srv->weight = DRLB_WEIGHT_DEFAULT;
	srv->line = line;
	if (parse_server(w, &svc->key, &srv->addr))
		return -1;

	return parse_server_options(w, srv, &given);
}

static int read_line(struct file *file, struct words *w, unsigned int line)
{
	enum { DEVICE, CONFIG, SERVICE, SERVER };
	static const char *const names[] = {
		"device", "config", "service", "server", NULL
	};

	switch (words_choice(w, "a line's first word", names)) {
	case DEVICE:
		return read_device(file, w, line);
	case CONFIG:
		return parse_config(w, &file->config, line);
	case SERVICE:
		return read_service(file, w, line);
	case SERVER:
		return read_server(file, w, line);
	}
	return -1;
}

/* What was read of a file and is not a line yet: from @start to @end */
struct reader {
	FILE *stream;
	int error;
	bool over;
	size_t start, end;
	char block[BLOCK_SIZE + 1];
};

static void read_block(struct reader *r)
{
	size_t room;

	r->end -= r->start;
	memmove(r->block, r->block + r->start, r->end);
	r->start = 0;
	room = BLOCK_SIZE - r->end;
	r->end += fread(r->block + r->end, 1, room, r->stream);
	r->over = feof(r->stream) || ferror(r->stream);
	if (ferror(r->stream))
		r->error = errno;
}

static int check_line(const struct file *file, unsigned int line,
		      const char *text, size_t len)
{
	if (memchr(text, '\0', len < LINE_SIZE ? len : LINE_SIZE)) {
		file_complain(file, line,
			      "a NUL character: this is not a text");
		return -1;
	}
	if (len >= LINE_SIZE) {
		file_complain(file, line,
			      "the line has more than %d characters",
			      LINE_SIZE - 1);
		return -1;
	}
	return 0;
}

/* The next line in @text: 1, or 0 at the end of the file, or -1 */
static int next_line(struct file *file, struct reader *r, unsigned int line,
		     char **text)
{
	size_t len;
	char *end;

	for (;;) {
		*text = r->block + r->start;
		len = r->end - r->start;
		end = memchr(*text, '\n', len);
		if (end || r->over || len >= LINE_SIZE)
			break;
		read_block(r);
	}
	if (end)
		len = end - *text;
	if (check_line(file, line, *text, len))
		return -1;
	if (!end && r->error) {
		complain("apply", "%s: %s", file->name, strerror(r->error));
		return -1;
	}
	(*text)[len] = '\0';
	r->start += len + !!end;

	return end || len;
}

static int read_lines(struct file *file, FILE *stream)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	struct words w = { .next = NULL };
	unsigned int line = 1;
	struct cutter cut;
	const char *about;
	char *text;
	int ret;

	r->stream = stream;
	for (; (ret = next_line(file, r, line, &text)) > 0; line++) {
		if (line == 1 && !strncmp(text, "\xef\xbb\xbf", 3))
			text += 3; /* of UTF-8, as some editors begin a file */
		w.next = cut_line(&cut, text);
		if (!*w.next)
			continue;
		words_free(&w);
		if (read_line(file, &w, line)) {
			about = words_about(&w);
			file_complain(file, line, "%s%s%s", about ? about : "",
				      about ? ": " : "", w.error);
			ret = -1;
			break;
		}
	}
	words_free(&w);
	free(r);

	return ret;
}

/* Keeps of two pairs of lines with the same object the one that ends first */
struct twins {
	unsigned int first, second;
	char *what;
};

static void twins_note(struct twins *t, unsigned int first,
		       unsigned int second, const char *type, const char *name)
{
	if (t->second && t->second <= second)
		return;
	free(t->what);
	t->what = xasprintf("%s%s", type, name);
	t->first = first;
	t->second = second;
}

static void server_twins(const struct service *svc, struct twins *t)
{
	const struct server *srv = svc->server;

	for (size_t i = 1; i < svc->n; i++)
		if (!addr_cmp(&srv[i - 1].addr, &srv[i].addr))
			twins_note(t, srv[i - 1].line, srv[i].line,
				   "", server_name(&svc->key, &srv[i].addr).s);
}

/* Equal ones are neighbours, now that all is sorted. */
static int check_twins(const struct file *file)
{
	const struct service *svc = file->services.service;
	const struct device *dev = file->devices.device;
	struct twins twins = { 0 };

	for (size_t i = 1; i < file->devices.n; i++)
		if (!strcmp(dev[i - 1].name, dev[i].name))
			twins_note(&twins, dev[i - 1].line, dev[i].line,
				   "device ", dev[i].name);
	for (size_t i = 0; i < file->services.n; i++) {
		if (i && !key_cmp(&svc[i - 1].key, &svc[i].key))
			twins_note(&twins, svc[i - 1].line, svc[i].line,
				   "service ", service_name(&svc[i].key).s);
		server_twins(&svc[i], &twins);
	}
	if (!twins.second)
		return 0;
	file_complain(file, twins.second, "%s is given already, on line %u",
		      twins.what, twins.first);
	free(twins.what);

	return -1;
}

int file_read(struct file *file, const char *path)
{
	bool in = !strcmp(path, "-");
	FILE *stream;
	int ret;

	memset(file, 0, sizeof(*file));
	file->name = in ? "standard input" : path;
	stream = in ? stdin : fopen(path, "re");
	if (!stream) {
		complain("apply", "%s: %s", path, strerror(errno));
		return -1;
	}
	ret = read_lines(file, stream);
	if (!in)
		fclose(stream);
	if (ret)
		return ret;

	services_end(&file->services);
	devices_sort(&file->devices);

	return check_twins(file);
}

void file_free(struct file *file)
{
	services_free(&file->services);
	devices_free(&file->devices);
}
