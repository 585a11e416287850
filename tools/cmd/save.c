// SPDX-License-Identifier: GPL-2.0
#include "base/options.h"
#include "cmd/object.h"
#include "file/save.h"
#include "text/words.h"

static enum status save_run(struct words *w)
{
	const char *path = "-";

	if (*w->next)
		path = *w->next++;
	if (is_option(path))
		words_misplaced(w, path);
	else if (options.json)
		words_fail(w, "it has no JSON, use \"lbctl -j show\"");
	if (w->error || words_end(w))
		return STATUS_USAGE;

	return save_file(path);
}

const struct object save_object = {
	.name = "save",
	.self = { .args = "[FILE]",
		  .about = "print the configuration as apply reads it, or write it to the file",
		  .run = save_run },
};
