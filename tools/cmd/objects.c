// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/objects.h"
#include "text/words.h"

#define OBJECTS_MAX	32

const struct object *const *objects;

/* Verbs of other programs */
static const struct hint hints[] = {
	{ "list", "show" }, { "ls", "show" }, { "get", "show" },
	{ "create", "add" }, { "new", "add" },
	{ "delete", "del" }, { "remove", "del" }, { "rm", "del" },
	{ "change", "set" }, { "edit", "set" }, { "modify", "set" },
	{ "clear", "flush" }, { "quiesce", "drain" }, { "reset", "zero" },
	{ NULL, NULL }
};

const struct object *object_find(struct words *w)
{
	const char *names[OBJECTS_MAX + 1] = { NULL };
	const struct object *shown[OBJECTS_MAX];
	int n = 0, found;

	/* A hidden object is not suggested, and is not to be shortened. */
	for (int i = 0; objects[i]; i++) {
		if (objects[i]->hidden && *w->next &&
		    !strcmp(*w->next, objects[i]->name)) {
			w->next++;
			return objects[i];
		}
		if (objects[i]->hidden || n == OBJECTS_MAX)
			continue;
		shown[n] = objects[i];
		names[n++] = objects[i]->name;
	}
	found = words_choice(w, "an object", names);

	return found < 0 ? NULL : shown[found];
}

static const struct verb *verb_named(const struct object *obj, const char *name)
{
	for (const struct verb *v = obj->verbs; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

/* What to type instead of a word that is no verb, or NULL */
static const char *hint_find(const struct object *obj, const char *word)
{
	for (const struct hint *h = obj->hints; h && h->word; h++)
		if (!strcmp(h->word, word))
			return h->instead;
	for (const struct hint *h = hints; h->word; h++)
		if (!strcmp(h->word, word) && verb_named(obj, h->instead))
			return h->instead;
	return NULL;
}

const struct verb *verb_find(const struct object *obj, struct words *w)
{
	const struct verb *verb = &obj->self;
	const char *instead;
	int found;

	words_subject(w, "%s", obj->name);
	if (!obj->verbs)
		return verb;
	if (*w->next) {
		instead = hint_find(obj, *w->next);
		if (instead) {
			words_fail(w, "\"%s\" is not a verb: type \"%s %s\"",
				   *w->next, obj->name, instead);
			return NULL;
		}
		found = words_choice(w, "a verb", obj->verbs);
		if (found < 0)
			return NULL;
		verb = &obj->verbs[found];
	} else {
		verb = verb_named(obj, "show");
	}
	words_subject(w, "%s %s", obj->name, verb->name);

	return verb;
}

void verb_usage(FILE *to, const struct object *obj, const struct verb *verb)
{
	fprintf(to, "  lbctl %s%s%s%s%s\n", obj->name, verb->name ? " " : "",
		verb->name ? verb->name : "", *verb->args ? " " : "",
		verb->args);
}

void object_usage(FILE *to, const struct object *obj)
{
	if (!obj->verbs)
		verb_usage(to, obj, &obj->self);
	for (const struct verb *v = obj->verbs; v && v->name; v++)
		verb_usage(to, obj, v);
}

void usage(FILE *to)
{
	fputs("Usage: lbctl [-j|--json] [-n|--numeric] [-o|--oneline] OBJECT VERB ...\n\n",
	      to);
	for (int i = 0; objects[i]; i++)
		if (!objects[i]->hidden)
			object_usage(to, objects[i]);
	fputs("\n"
	      "  SERVICE is { tcp | udp } ADDR:PORT. ADDR is 10.0.0.100 or [2001:db8::100];\n"
	      "  PORT is 1 to 65535, a name of /etc/services, or * for any port.\n"
	      "  Words may be shortened while they are unambiguous. \"lbctl help OBJECT\" lists\n"
	      "  options, lbctl(8) tells more.\n",
	      to);
}

char *field_arg(const struct field *f)
{
	char *text;

	if (f->type == FIELD_FLAG)
		return xstrdup("[off]");
	if (f->arg || f->type != FIELD_ENUM)
		return xstrdup(f->arg ? f->arg : "VALUE");
	text = xstrdup(f->names[0]);
	for (int i = 1; f->names[i]; i++) {
		char *longer = xasprintf("%s|%s", text, f->names[i]);

		free(text);
		text = longer;
	}
	return text;
}
