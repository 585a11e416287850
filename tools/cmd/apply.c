// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cmd/object.h"
#include "file/apply.h"
#include "text/words.h"

struct request {
	bool dry;
	bool verbose;
	const char *path;
};

static int parse_request(struct words *w, struct request *r)
{
	const char *word;

	while ((word = *w->next)) {
		w->next++;
		if (!strcmp(word, "-v") || !strcmp(word, "--verbose"))
			r->verbose = true;
		else if (!strcmp(word, "-c") || !strcmp(word, "--check"))
			r->dry = true;
		else if (is_option(word))
			return words_misplaced(w, word);
		else if (r->path)
			return words_fail(w,
				"\"%s\" is a second file: apply one file at a time",
				word);
		else
			r->path = word;
	}
	if (!r->path)
		return words_fail(w, "FILE is missing; - is standard input");

	return 0;
}

static enum status apply_run(struct words *w)
{
	struct request r = { .path = NULL };

	if (parse_request(w, &r))
		return STATUS_USAGE;
	return apply_file(r.path, r.dry, r.verbose);
}

const struct object apply_object = {
	.name = "apply",
	.self = { .args = "[-v|--verbose] [-c|--check] FILE",
		  .about = "make the configuration equal to the file; --check only shows changes",
		  .run = apply_run },
};
