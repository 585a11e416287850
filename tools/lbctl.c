// SPDX-License-Identifier: GPL-2.0
/* lbctl configures and shows drlb, the direct-routing load balancer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "cmd/objects.h"
#include "text/words.h"

static const struct object *const all_objects[] = {
	&service_object, &server_object, &connection_object, &device_object,
	&config_object, &stats_object, &show_object, &save_object,
	&apply_object, &monitor_object, &help_object, &version_object,
	&complete_object, NULL
};

static void explain(struct words *w, const struct object *obj,
		    const struct verb *verb)
{
	complain(words_about(w), "%s", w->error);
	if (!obj) {
		fputs("Try \"lbctl help\".\n", stderr);
		return;
	}
	fputs("Usage:\n", stderr);
	if (verb)
		verb_usage(stderr, obj, verb);
	else
		object_usage(stderr, obj);
}

static enum status dispatch(struct words *w)
{
	const struct object *obj = object_find(w);
	const struct verb *verb = obj ? verb_find(obj, w) : NULL;
	enum status status = verb ? verb->run(w) : STATUS_USAGE;

	if (w->error)
		explain(w, obj, verb);
	return status;
}

/* Fail if the output could not be written. */
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

	objects = all_objects;
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
			w.next = argv + argc;
			return output_end(version_object.self.run(&w));
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
