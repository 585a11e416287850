// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "cmd/objects.h"
#include "text/words.h"
#include "wire/family.h"
#include "wire/scheduler.h"

#define LBCTL_VERSION	"0.1"

static void help_verb(const struct object *obj, const struct verb *verb)
{
	verb_usage(stdout, obj, verb);
	printf("      %s\n", verb->about);
}

/* "KEYWORD VALUE    about (default)" */
static void help_field(const struct field *f, const void *defaults)
{
	char *arg = field_arg(f);
	char *usage = xasprintf("%s %s", f->name, arg);

	printf("    %-26s %s", usage, f->about);
	if (defaults)
		printf(" (%s)", field_text(f, defaults).s);
	putchar('\n');
	free(usage);
	free(arg);
}

static bool has_times(const struct schema *schema)
{
	for (const struct field *f = schema->field; f->name; f++)
		if (f->type == FIELD_TIME)
			return true;
	return false;
}

/* The defaults of settings are in the kernel, where "config show" gets them. */
static void help_schema(const struct object *obj)
{
	union {
		struct service service;
		struct server server;
		struct config config;
	} defaults = { 0 };
	bool setting = obj->schema->nest == DRLB_A_CONFIG;

	printf("\n  %s is one of the following%s%s:\n",
	       setting ? "KEY" : "OPTION",
	       setting ? "" : ", with its default in parentheses",
	       has_times(obj->schema) ? "; TIME is 30, 90s, 15m, 1h or 2d" : "");
	fields_reset(obj->schema, &defaults);
	for (const struct field *f = obj->schema->field; f->name; f++)
		if (!(f->flags & FIELD_READONLY))
			help_field(f, setting ? NULL : &defaults);
}

/* Schedulers belong to the module, not to lbctl. */
static void help_schedulers(void)
{
	struct schedulers list = { 0 };
	struct nl *nl = nl_open_loaded();

	if (!nl) {
		puts("\n  The schedulers are listed here when the drlb module is loaded.");
		return;
	}
	if (!schedulers_read(nl, &list))
		puts("\n  The schedulers of the loaded module:");
	for (size_t i = 0; i < list.n; i++) {
		const struct scheduler *s = &list.scheduler[i];

		printf("    %-26s %s%s\n", s->name, s->about, s->adopts ?
		       " (it takes over connections of other directors)" : "");
	}
	schedulers_free(&list);
	nl_close(nl);
}

static void help_object_run(const struct object *obj)
{
	if (!obj->verbs)
		help_verb(obj, &obj->self);
	for (const struct verb *v = obj->verbs; v && v->name; v++)
		help_verb(obj, v);
	if (obj->about)
		printf("\n%s", obj->about);
	if (!obj->schema)
		return;
	help_schema(obj);
	if (fields_flagged(obj->schema, FIELD_SCHEDULER))
		help_schedulers();
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
	help_object_run(obj);

	return STATUS_OK;
}

const struct object help_object = {
	.name = "help",
	.self = { .args = "[OBJECT]", .about = "show the usage",
		  .run = help_run },
};

static enum status version_run(struct words *w)
{
	if (words_end(w))
		return STATUS_USAGE;
	puts("lbctl " LBCTL_VERSION);

	return STATUS_OK;
}

const struct object version_object = {
	.name = "version",
	.self = { .args = "", .about = "show the version of lbctl",
		  .run = version_run },
};
