// SPDX-License-Identifier: GPL-2.0
/* lbctl: configures and shows drlb, the direct-routing load balancer */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lbctl.h"
#include "text/parse.h"

struct options options;

const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "oneline", no_argument, NULL, 'o' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static enum status help_run(struct words *w);
static enum status version_run(struct words *w);

static const struct object help_object = {
	.name = "help",
	.self = { .args = "[OBJECT]", .about = "show the usage",
		  .run = help_run },
};

static const struct object version_object = {
	.name = "version",
	.self = { .args = "", .about = "show lbctl's version",
		  .run = version_run },
};

static const struct object *const objects[] = {
	&service_object, &server_object, &connection_object, &device_object,
	&config_object, &stats_object, &show_object, &save_object,
	&apply_object, &monitor_object, &help_object, &version_object,
};

#define N_OBJECTS (sizeof(objects) / sizeof(objects[0]))
#define MAX_VERBS 8

static void print_verb(FILE *to, const struct object *obj,
		       const struct verb *verb)
{
	fprintf(to, "  lbctl %s%s%s%s%s\n", obj->name, verb->name ? " " : "",
		verb->name ? verb->name : "", *verb->args ? " " : "",
		verb->args);
}

static void print_object(FILE *to, const struct object *obj, bool about)
{
	if (!obj->verbs) {
		print_verb(to, obj, &obj->self);
		if (about)
			fprintf(to, "      %s\n", obj->self.about);
		return;
	}
	for (const struct verb *v = obj->verbs; v->name; v++) {
		print_verb(to, obj, v);
		if (about)
			fprintf(to, "      %s\n", v->about);
	}
	if (about && obj->about)
		fprintf(to, "\n%s", obj->about);
}

static void usage(FILE *to)
{
	fputs("Usage: lbctl [-j|--json] [-n|--numeric] [-o|--oneline] OBJECT VERB ...\n\n",
	      to);
	for (size_t i = 0; i < N_OBJECTS; i++)
		print_object(to, objects[i], false);
	fputs("\n"
	      "  SERVICE is { tcp | udp } ADDR:PORT; ADDR is 10.0.0.100 or [2001:db8::100],\n"
	      "  PORT is 1 to 65535, a name of /etc/services, or * for any.\n"
	      "  Words may be shortened while unambiguous. See also lbctl(8).\n",
	      to);
}

static const struct object *object_find(struct words *w)
{
	const char *names[N_OBJECTS + 1] = { NULL };
	int found;

	for (size_t i = 0; i < N_OBJECTS; i++)
		names[i] = objects[i]->name;
	found = words_choice(w, "an object", names);

	return found < 0 ? NULL : objects[found];
}

static const struct verb *verb_default(const struct object *obj)
{
	const struct verb *verb = obj->verbs;

	while (strcmp(verb->name, "show"))
		verb++;
	return verb;
}

static const struct verb *verb_find(const struct object *obj, struct words *w)
{
	const char *names[MAX_VERBS + 1] = { NULL };
	int found;

	if (!obj->verbs)
		return &obj->self;
	for (int i = 0; i < MAX_VERBS && obj->verbs[i].name; i++)
		names[i] = obj->verbs[i].name;
	words_subject(w, "%s", obj->name);
	if (!*w->next)
		return verb_default(obj);
	found = words_choice(w, "a verb", names);

	return found < 0 ? NULL : &obj->verbs[found];
}

static enum status help_run(struct words *w)
{
	const struct object *obj;

	if (!*w->next) {
		usage(stdout);
		return STATUS_OK;
	}
	obj = object_find(w);
	if (!obj || words_end(w))
		return STATUS_USAGE;
	print_object(stdout, obj, true);

	return STATUS_OK;
}

static enum status version_run(struct words *w)
{
	if (words_end(w))
		return STATUS_USAGE;
	puts("lbctl " LBCTL_VERSION);

	return STATUS_OK;
}

static enum status dispatch(struct words *w)
{
	const struct object *obj = object_find(w);
	const struct verb *verb = obj ? verb_find(obj, w) : NULL;
	enum status status = STATUS_USAGE;

	if (verb) {
		words_subject(w, "%s%s%s", obj->name, verb->name ? " " : "",
			      verb->name ? verb->name : "");
		status = verb->run(w);
	}
	if (w->error) {
		complain(words_about(w), "%s", w->error);
		if (verb) {
			fputs("Usage:\n", stderr);
			print_verb(stderr, obj, verb);
		} else if (obj) {
			fputs("Usage:\n", stderr);
			print_object(stderr, obj, false);
		} else {
			fputs("Try \"lbctl help\".\n", stderr);
		}
	}
	return status;
}

/* Output that could not be written is a failure like any other. */
static enum status output_end(enum status status)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "lbctl: standard output: %s\n",
			strerror(errno));
		return status ? status : STATUS_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct words w = { .next = NULL };
	enum status status;
	int c;

	while ((c = getopt_long(argc, argv, "+jnoVh", long_options, NULL)) !=
	       -1) {
		switch (c) {
		case 'j':
			options.json = true;
			break;
		case 'n':
			options.numeric = true;
			break;
		case 'o':
			options.oneline = true;
			break;
		case 'V':
			return output_end(version_run(&(struct words) {
				.next = &argv[argc] }));
		case 'h':
			usage(stdout);
			return output_end(STATUS_OK);
		default:
			fputs("Try \"lbctl help\".\n", stderr);
			return STATUS_USAGE;
		}
	}
	w.next = argv + optind;
	if (!*w.next) {
		usage(stderr);
		return STATUS_USAGE;
	}
	status = dispatch(&w);
	words_free(&w);

	return output_end(status);
}
