// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "base/memory.h"
#include "file/lines.h"
#include "file/read.h"
#include "text/object.h"
#include "text/schema.h"

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
	uint64_t given = 0;
	struct service *svc;

	if (parse_service(w, &key))
		return -1;
	svc = services_add(&file->services);
	svc->key = key;
	svc->line = line;
	fields_reset(&service_schema, svc);

	return fields_parse(w, &service_schema, svc, &given);
}

static int read_server(struct file *file, struct words *w, unsigned int line)
{
	uint64_t given = 0;
	struct service *svc;
	struct server *srv;

	if (!file->services.n)
		return words_fail(w,
			"a server has no service here, put it below the line of its service");
	svc = &file->services.service[file->services.n - 1];
	srv = services_add_server(&file->services);
	srv->line = line;
	fields_reset(&server_schema, srv);
	if (parse_server(w, &svc->key, &srv->addr))
		return -1;

	return fields_parse(w, &server_schema, srv, &given);
}

static int read_line(struct file *file, struct words *w, unsigned int line)
{
	enum { DEVICE, CONFIG, SERVICE, SERVER };
	static const char *const names[] = {
		"device", "config", "service", "server", NULL
	};

	switch (words_choice(w, "the first word of a line", names)) {
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

static int read_lines(struct file *file, FILE *stream)
{
	struct lines *lines = lines_new(stream, file->name);
	struct words w = { .next = NULL };
	bool failed = false;
	unsigned int line;
	const char *about;

	while (!failed && (w.next = lines_next(lines, &line, &failed))) {
		words_free(&w);
		if (!read_line(file, &w, line))
			continue;
		about = words_about(&w);
		line_complain(file->name, line, "%s%s%s", about ? about : "",
			      about ? ": " : "", w.error);
		failed = true;
	}
	words_free(&w);
	lines_free(lines);

	return failed ? -1 : 0;
}

/* Two lines with the same object: the pair whose second line comes first */
struct twins {
	unsigned int first, second;
	char *name;
};

static void twins_note(struct twins *t, unsigned int first,
		       unsigned int second, const char *type, const char *name)
{
	if (t->second && t->second <= second)
		return;
	free(t->name);
	t->name = xasprintf("%s%s", type, name);
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

/* In sorted lists twins are neighbours. */
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
	line_complain(file->name, twins.second,
		      "%s is given already, on line %u", twins.name,
		      twins.first);
	free(twins.name);

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
	devices_end(&file->devices);

	return check_twins(file);
}

void file_free(struct file *file)
{
	services_free(&file->services);
	devices_free(&file->devices);
}
