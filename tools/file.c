// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "lbctl.h"
#include "parse.h"

#define BLANKS " \t\r\v\f"
#define LINE_SIZE 4096

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

/* Cuts a line into words; a word that starts with # starts a comment. */
struct cutter {
	char **word;
	size_t n, room;
};

static void cut_push(struct cutter *cut, char *word)
{
	cut->word = array_grow(cut->word, &cut->n, &cut->room,
			       sizeof(*cut->word));
	cut->word[cut->n - 1] = word;
}

static char **cut_line(struct cutter *cut, char *line)
{
	cut->n = 0;
	for (;;) {
		line += strspn(line, BLANKS);
		if (!*line || *line == '#')
			break;
		cut_push(cut, line);
		line += strcspn(line, BLANKS);
		if (!*line)
			break;
		*line++ = '\0';
	}
	cut_push(cut, NULL);

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
	struct service svc;

	if (parse_service(w, &key))
		return -1;
	service_init(&svc, &key);
	svc.line = line;
	if (parse_service_options(w, &svc, &given))
		return -1;
	*services_add(&file->services) = svc;

	return 0;
}

static int read_server(struct file *file, struct words *w, unsigned int line)
{
	struct server srv = { .weight = DRLB_WEIGHT_DEFAULT, .line = line };
	unsigned int given = 0;
	struct service *svc;

	if (!file->services.n)
		return words_fail(w,
			"a server belongs below the line of its service");
	svc = &file->services.service[file->services.n - 1];
	if (parse_server(w, &svc->key, &srv.addr) ||
	    parse_server_options(w, &srv, &given))
		return -1;
	*service_add_server(svc) = srv;

	return 0;
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

/* One line into @text: 1, or 0 at the end of the file, or -1 */
static int next_line(struct file *file, FILE *stream, unsigned int line,
		     char text[LINE_SIZE])
{
	size_t n = 0;
	int c;

	while ((c = getc_unlocked(stream)) != EOF && c != '\n') {
		if (!c) {
			file_complain(file, line,
				      "a NUL character: this is not a text");
			return -1;
		}
		if (n == LINE_SIZE - 1) {
			file_complain(file, line,
				      "the line has more than %d characters",
				      LINE_SIZE - 1);
			return -1;
		}
		text[n++] = c;
	}
	text[n] = '\0';
	if (ferror(stream)) {
		complain("apply", "%s: %s", file->name, strerror(errno));
		return -1;
	}
	return n || c != EOF;
}

static int read_lines(struct file *file, FILE *stream)
{
	struct words w = { .next = NULL };
	struct cutter cut = { 0 };
	unsigned int line = 1;
	const char *about;
	char text[LINE_SIZE];
	int ret;

	for (; (ret = next_line(file, stream, line, text)) > 0; line++) {
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
	free(cut.word);

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

	services_sort(&file->services);
	devices_sort(&file->devices);

	return check_twins(file);
}

void file_free(struct file *file)
{
	services_free(&file->services);
	devices_free(&file->devices);
}
