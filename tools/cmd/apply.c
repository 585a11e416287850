// SPDX-License-Identifier: GPL-2.0
/*
 * Make the kernel equal to a file, and touch nothing that is equal already.
 *
 * All changes are sent twice: the first time the kernel only checks them, so
 * that a refusal is known before anything was done.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/config.h"
#include "cmd/device.h"
#include "file/file.h"
#include "wire/nl.h"
#include "text/parse.h"
#include "file/plan.h"
#include "wire/wire.h"

/* Complaints that are worth reading */
#define COMPLAINTS_MAX 20
/* Others' changes may be met so often */
#define TRIES 3

struct complaint {
	unsigned int line;
	char *text;
};

struct apply {
	struct file file;
	struct present present;
	struct plan plan;
	bool dry;		/* check and show only */
	bool verbose;
	bool checking;		/* this pass only checks */
	bool denied;
	struct complaint *complaint;
	size_t n, room;
};

static void put_servers(struct nlmsghdr *nlh, const struct service *svc)
{
	for (size_t i = 0; i < svc->n; i++)
		put_server(nlh, &svc->server[i], 1 << DRLB_SERVER_A_WEIGHT);
}

static void change_queue(const struct apply *a, struct nl *nl,
			 const struct change *change)
{
	static const uint8_t cmd[] = {
		[CHANGE_CONFIG]		= DRLB_CMD_CONFIG_SET,
		[CHANGE_DEVICE_ADD]	= DRLB_CMD_DEVICE_ADD,
		[CHANGE_SERVICE_ADD]	= DRLB_CMD_SERVICE_ADD,
		[CHANGE_SERVICE_SET]	= DRLB_CMD_SERVICE_SET,
		[CHANGE_SERVICE_DEL]	= DRLB_CMD_SERVICE_DEL,
		[CHANGE_DEVICE_DEL]	= DRLB_CMD_DEVICE_DEL,
	};
	size_t servers = change->want ? change->want->n : 0;
	struct nlmsghdr *nlh;

	nlh = nl_queue(nl, cmd[change->type], 0,
		       NL_ROOM + servers * NL_ROOM_SERVER, change);
	switch (change->type) {
	case CHANGE_CONFIG:
		put_config(nlh, &a->plan.config);
		break;
	case CHANGE_DEVICE_ADD:
	case CHANGE_DEVICE_DEL:
		put_device(nlh, change->device->name);
		break;
	case CHANGE_SERVICE_SET:
		mnl_attr_put(nlh, DRLB_A_REPLACE, 0, NULL);
		/* fallthrough */
	case CHANGE_SERVICE_ADD:
		put_service(nlh, change->want, change->given);
		put_servers(nlh, change->want);
		break;
	case CHANGE_SERVICE_DEL:
		put_key(nlh, &change->have->key);
		break;
	}
	if (a->checking)
		mnl_attr_put(nlh, DRLB_A_CHECK, 0, NULL);
}

/* The object that an answer is about: its name, and its line in the file or 0.
 * One request may be about a lot of them.
 */
static struct name blamed(const struct apply *a,
			  const struct nl_answer *answer, unsigned int *line)
{
	const struct change *change = answer->about;
	const struct service *svc = change->want ? change->want : change->have;
	const char *key = NULL;
	const struct nlattr *attr;
	unsigned int index;
	struct name name;

	*line = 0;
	switch (change->type) {
	case CHANGE_CONFIG:
		key = config_blamed(answer);
		for (const struct setting *s = settings; key && s->name; s++)
			if (!strcmp(s->name, key))
				*line = a->plan.config.line[s->attr];
		snprintf(name.s, sizeof(name.s), "config%s%s", key ? " " : "",
			 key ? key : "");
		return name;
	case CHANGE_DEVICE_ADD:
		*line = change->device->line;
		/* fallthrough */
	case CHANGE_DEVICE_DEL:
		snprintf(name.s, sizeof(name.s), "device %s",
			 change->device->name);
		return name;
	default:
		break;
	}

	attr = attr_blamed(answer->request, answer->offset, &index);
	if (attr && mnl_attr_get_type(attr) == DRLB_A_SERVER &&
	    index < svc->n) {
		*line = svc->server[index].line;
		return server_name(&svc->key, &svc->server[index].addr);
	}
	*line = svc->line;
	snprintf(name.s, sizeof(name.s), "service %.100s",
		 service_name(&svc->key).s);
	return name;
}

static void apply_answer(const struct nl_answer *answer, void *ctx)
{
	struct apply *a = ctx;
	struct complaint *c;
	struct name name;

	/* Who may not make one change may make none; a cause of the module's own
	 * is about this one.
	 */
	if (answer->error == EPERM && !answer->told) {
		if (!a->denied)
			complain("apply", "%s", answer->cause);
		a->denied = true;
		return;
	}
	/* A warning would come with both passes. */
	if (!answer->cause || (!answer->error && a->checking && !a->dry))
		return;
	a->complaint = array_grow(a->complaint, &a->n, &a->room,
				  sizeof(*a->complaint));
	c = &a->complaint[a->n - 1];
	name = blamed(a, answer, &c->line);
	c->text = xasprintf("%s%s: %s%s", answer->error ? "" : "warning: ",
			    name.s, option_blamed(answer).s, answer->cause);
}

static int complaint_order(const void *pa, const void *pb)
{
	const struct complaint *a = pa, *b = pb;

	return (a->line > b->line) - (a->line < b->line);
}

/* In the order of the file, of which requests know nothing */
static void print_complaints(struct apply *a)
{
	sort(a->complaint, a->n, sizeof(*a->complaint), complaint_order);
	for (size_t i = 0; i < a->n; i++) {
		if (i < COMPLAINTS_MAX)
			file_complain(&a->file, a->complaint[i].line, "%s",
				      a->complaint[i].text);
		free(a->complaint[i].text);
	}
	if (a->n > COMPLAINTS_MAX)
		file_complain(&a->file, 0, "and %zu more",
			      a->n - COMPLAINTS_MAX);
	a->n = 0;
}

/* Returns the number of refusals, or -1 when the conversation broke. */
static int apply_pass(struct apply *a, struct nl *nl, bool checking)
{
	const struct nl_handler handler = { .answer = apply_answer, .ctx = a };
	int ret;

	a->checking = checking;
	nl_handle(nl, &handler);
	for (size_t i = 0; i < a->plan.n; i++)
		change_queue(a, nl, &a->plan.change[i]);
	ret = nl_flush(nl);
	nl_handle(nl, NULL);
	print_complaints(a);

	return ret;
}

static enum status apply_plan(struct apply *a, struct nl *nl)
{
	if (a->dry)
		plan_print(&a->plan, &a->present);
	if (apply_pass(a, nl, true)) {
		complain("apply", "%s: nothing was changed", a->file.name);
		return STATUS_FAILED;
	}
	if (a->dry)
		return STATUS_OK;

	if (apply_pass(a, nl, false)) {
		complain("apply",
			 "%s: what was not refused is in force, apply again once the cause is gone",
			 a->file.name);
		return STATUS_FAILED;
	}
	if (a->verbose)
		plan_print(&a->plan, &a->present);

	return STATUS_OK;
}

/* All is looked at again afterwards: what another program did since the plan was
 * made is neither in the plan nor always in the file.
 */
static enum status apply_file(struct apply *a, struct nl *nl)
{
	for (int tries = 0; tries < TRIES; tries++) {
		plan_free(&a->plan);
		present_free(&a->present);
		if (present_read(nl, &a->present)) {
			if (!tries)
				return STATUS_FAILED;
			complain("warning",
				 "apply: %s: it is in force, and could not be looked at again",
				 a->file.name);
			return STATUS_OK;
		}
		plan_make(&a->plan, &a->file, &a->present);
		if (tries && !a->plan.n)
			return STATUS_OK;
		if (apply_plan(a, nl) != STATUS_OK)
			return STATUS_FAILED;
		if (a->dry || !a->plan.n)
			return STATUS_OK;
	}
	complain("apply", "%s: another program keeps making changes, apply again",
		 a->file.name);

	return STATUS_FAILED;
}

static int parse_options(struct words *w, struct apply *a, const char **path)
{
	const char *word;

	while ((word = *w->next)) {
		w->next++;
		if (!strcmp(word, "-v") || !strcmp(word, "--verbose"))
			a->verbose = true;
		else if (!strcmp(word, "-c") || !strcmp(word, "--check"))
			a->dry = true;
		else if (is_option(word))
			return words_misplaced(w, word);
		else if (*path)
			return words_fail(w,
				"\"%s\": only one file can be applied", word);
		else
			*path = word;
	}
	if (!*path)
		return words_fail(w, "FILE is missing; - is standard input");

	return 0;
}

static enum status apply_run(struct words *w)
{
	enum status status = STATUS_FAILED;
	struct apply a = { .dry = false };
	const char *path = NULL;
	struct nl *nl = NULL;

	if (parse_options(w, &a, &path))
		return STATUS_USAGE;

	/* A mistake in the file is known without the module. */
	if (file_read(&a.file, path))
		goto out;
	nl = nl_open();
	if (nl)
		status = apply_file(&a, nl);
out:
	nl_close(nl);
	plan_free(&a.plan);
	free(a.complaint);
	present_free(&a.present);
	file_free(&a.file);
	return status;
}

const struct object apply_object = {
	.name = "apply",
	.self = { .args = "[-v|--verbose] [-c|--check] FILE",
		  .about = "make the configuration equal to the file; --check does not do it",
		  .run = apply_run },
};
