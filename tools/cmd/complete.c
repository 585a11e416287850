// SPDX-License-Identifier: GPL-2.0
/*
 * Completion: the words that can follow the given ones, one on a line.
 * Everything comes from the tables that parse the words, or from the kernel.
 * "<file>" asks the shell for the names of files.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "cmd/filter.h"
#include "cmd/objects.h"
#include "text/object.h"
#include "wire/device.h"
#include "wire/family.h"
#include "wire/scheduler.h"
#include "wire/service.h"

struct completion {
	struct words *w;
	const struct object *obj;
	const struct verb *verb;
	struct service_key key;		/* once a SERVICE is complete */
	bool done;			/* no word is left */
};

static void print_names(const char *const *names)
{
	for (; *names; names++)
		puts(*names);
}

static bool is_adding(const struct completion *c)
{
	return c->verb->name && !strcmp(c->verb->name, "add");
}

static void print_objects(void)
{
	for (int i = 0; objects[i]; i++)
		if (!objects[i]->hidden)
			puts(objects[i]->name);
}

static void print_options(void)
{
	for (const struct option *o = long_options; o->name; o++)
		printf("--%s\n", o->name);
}

static void print_verbs(const struct object *obj)
{
	for (const struct verb *v = obj->verbs; v->name; v++)
		puts(v->name);
}

static void print_word(const char *words)
{
	printf("%.*s\n", (int)strcspn(words, " "), words);
}

/* The services of a protocol, or the servers of the service */
static void print_configured(const char *protocol,
			     const struct service_key *key)
{
	struct services list = { 0 };
	struct nl *nl = nl_open();

	if (nl && !services_read_brief(nl, &list)) {
		for (size_t i = 0; i < list.n; i++) {
			const struct service *svc = &list.service[i];
			struct name name = service_name(&svc->key);
			size_t len = strcspn(name.s, " ");

			if (protocol && strlen(protocol) == len &&
			    !memcmp(protocol, name.s, len))
				print_word(name.s + len + 1);
			for (size_t j = 0; key && j < svc->n; j++)
				if (!key_cmp(key, &svc->key))
					puts(addr_name(&svc->server[j].addr).s);
		}
	}
	services_free(&list);
	nl_close(nl);
}

static void print_devices(void)
{
	struct devices list = { 0 };
	struct nl *nl = nl_open();

	if (nl && !devices_read(nl, &list))
		for (size_t i = 0; i < list.n; i++)
			puts(list.device[i].name);
	devices_free(&list);
	nl_close(nl);
}

static void print_interfaces(void)
{
	struct if_nameindex *all = if_nameindex();

	for (struct if_nameindex *i = all; i && i->if_index; i++)
		puts(i->if_name);
	if_freenameindex(all);
}

static void complete_service(struct completion *c)
{
	struct words *w = c->w;

	c->done = true;
	if (!w->next[0])
		print_names(service_kinds);
	else if (!w->next[1])
		print_configured(w->next[0], NULL);
	else
		c->done = parse_service(w, &c->key);
	if (!c->done && !*w->next && c->key.mark &&
	    c->key.addr.family == AF_INET)
		print_names(family_names);
}

static void complete_addr(struct completion *c)
{
	c->done = !*c->w->next;
	if (!c->done)
		c->w->next++;
	else if (!is_adding(c))
		print_configured(NULL, &c->key);
}

static void complete_device(struct completion *c)
{
	c->done = true;
	if (*c->w->next)
		return;
	if (is_adding(c))
		print_interfaces();
	else
		print_devices();
}

static void complete_file(struct completion *c)
{
	struct words *w = c->w;

	while (is_option(*w->next))
		w->next++;
	c->done = true;
	if (!*w->next)
		puts("<file>");
}

static void complete_help(struct completion *c)
{
	c->done = true;
	if (!*c->w->next)
		print_objects();
}

static void print_schedulers(void)
{
	struct schedulers list = { 0 };
	struct nl *nl = nl_open();

	if (nl && !schedulers_read(nl, &list))
		for (size_t i = 0; i < list.n; i++)
			puts(list.scheduler[i].name);
	schedulers_free(&list);
	nl_close(nl);
}

static void print_values(const struct field *f)
{
	if (f->type == FIELD_ENUM)
		print_names(f->names);
	else if (f->type == FIELD_FLAG || f->bare)
		puts("off");
	else if (f->flags & FIELD_SCHEDULER)
		print_schedulers();
}

/* True if the next word is the value of the keyword, and not a keyword after
 * one that stands alone
 */
static bool takes_word(const struct field *f, const struct words *w)
{
	if (f->type != FIELD_FLAG && !f->bare)
		return true;

	return field_has_value(w) || !strcmp(*w->next, "on") ||
	       !strcmp(*w->next, "off");
}

/* [KEYWORD VALUE] ...: a value for the last keyword, or the keywords left */
static void complete_fields(struct completion *c)
{
	const struct schema *schema = c->obj->schema;
	struct words *w = c->w;
	uint64_t given = 0;

	c->done = true;
	while (*w->next) {
		const struct field *f = field_take(w, schema);

		if (!f)
			return;
		given |= field_bit(f);
		if (!*w->next) {
			print_values(f);
			if (f->type == FIELD_FLAG || f->bare)
				break;
			return;
		}
		if (takes_word(f, w))
			w->next++;
	}
	given |= fields_flagged(schema, FIELD_READONLY);
	for (const struct field *f = schema->field; f->name; f++)
		if (!(given & field_bit(f)))
			puts(f->name);
}

static void print_filters(const struct completion *c)
{
	if (strstr(c->verb->args, "all"))
		puts("all");
	for (const struct filter_word *f = filter_words; f->name; f++)
		puts(f->name);
}

static void complete_filters(struct completion *c)
{
	struct words *w = c->w;

	while (*w->next) {
		int found = words_choice(w, "a filter", filter_words);
		const char *arg = found < 0 ? NULL : filter_words[found].arg;

		c->done = !arg;
		if (!c->done && !strcmp(arg, "SERVICE")) {
			complete_service(c);
		} else if (!c->done && *arg) {
			c->done = !*w->next;
			if (!c->done)
				w->next++;
			else if (!strcmp(arg, "NAME"))
				print_names(connection_state_names + 1);
		}
		if (c->done)
			return;
	}
	c->done = true;
	print_filters(c);
}

/* By the words of a verb's args. Other words there mean nothing here. */
static const struct {
	const char *name;
	void (*run)(struct completion *c);
} steps[] = {
	{ "SERVICE", complete_service },
	{ "ADDR", complete_addr },
	{ "DEV", complete_device },
	{ "FILE", complete_file },
	{ "OBJECT", complete_help },
	{ "OPTION", complete_fields },
	{ "KEY", complete_fields },
	{ "FILTER", complete_filters },
};

static void complete_args(struct completion *c)
{
	const char *args = c->verb->args;

	while (*args && !c->done) {
		size_t len;

		args += strspn(args, " []{}|.");
		len = strcspn(args, " []{}|.");
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
			if (strlen(steps[i].name) == len &&
			    !memcmp(steps[i].name, args, len) && !c->done)
				steps[i].run(c);
		args += len;
	}
}

static enum status complete_run(struct words *w)
{
	struct completion c = { .w = w };

	while (is_option(*w->next))
		w->next++;
	if (!*w->next) {
		print_objects();
		print_options();
		return STATUS_OK;
	}
	c.obj = object_find(w);
	if (c.obj && c.obj->verbs && !*w->next)
		print_verbs(c.obj);
	else if (c.obj)
		c.verb = verb_find(c.obj, w);
	if (c.verb)
		complete_args(&c);
	/* Words that make no sense have no continuation. */
	words_free(w);

	return STATUS_OK;
}

const struct object complete_object = {
	.name = "complete",
	.self = { .args = "[WORD] ...",
		  .about = "print the words that can follow, for a shell's completion",
		  .run = complete_run },
	.hidden = true,
};
