// SPDX-License-Identifier: GPL-2.0
/*
 * All changes are sent twice. The first time the kernel only checks them, so
 * that a refusal comes before the first change is made.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "file/apply.h"
#include "file/complaints.h"
#include "file/plan_print.h"
#include "wire/blame.h"
#include "wire/config.h"
#include "wire/device.h"
#include "wire/family.h"
#include "wire/service.h"

/* How often the changes of other programs may interfere */
#define TRIES		3

struct apply {
	struct file file;
	struct present present;
	struct plan plan;
	bool dry;		/* check and show the changes only */
	bool verbose;
	bool checking;		/* this pass is the check */
	bool denied;
	struct complaints complaints;
};

static void put_servers(struct nlmsghdr *nlh, const struct service *svc)
{
	for (size_t i = 0; i < svc->n; i++)
		put_server(nlh, &svc->server[i], ALL_FIELDS);
}

static void change_queue(const struct apply *a, struct nl *nl,
			 const struct change *change)
{
	static const uint8_t cmd[] = {
		[CHANGE_DEVICE_ADD]	= DRLB_CMD_DEVICE_ADD,
		[CHANGE_SERVICE_ADD]	= DRLB_CMD_SERVICE_ADD,
		[CHANGE_SERVICE_SET]	= DRLB_CMD_SERVICE_SET,
		[CHANGE_SERVICE_DEL]	= DRLB_CMD_SERVICE_DEL,
		[CHANGE_DEVICE_DEL]	= DRLB_CMD_DEVICE_DEL,
	};
	size_t room = service_room(change->want ? change->want->n : 0);
	struct nlmsghdr *nlh;

	if (change->type == CHANGE_CONFIG)
		nlh = config_queue(nl, &a->plan.config, change);
	else
		nlh = nl_queue(nl, cmd[change->type], 0, room, change);
	switch (change->type) {
	case CHANGE_CONFIG:
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

static char *blamed_setting(const struct apply *a,
			    const struct nl_answer *answer,
			    struct complaint *c)
{
	const struct field *f = field_blamed(answer);

	c->kind = "setting";
	c->line = f ? a->plan.config.line[f->attr] : 0;

	return xasprintf("config%s%s", f ? " " : "", f ? f->name : "");
}

static char *blamed_device(const struct change *change, struct complaint *c)
{
	c->kind = "device";
	if (change->type == CHANGE_DEVICE_ADD)
		c->line = change->device->line;

	return xasprintf("device %s", change->device->name);
}

/* One request may be about many servers. */
static char *blamed_server(const struct service *svc,
			   const struct nl_answer *answer, struct complaint *c)
{
	const struct nlattr *attr;
	unsigned int index;

	attr = attr_blamed(answer, &index);
	if (attr && mnl_attr_get_type(attr) == DRLB_A_SERVER &&
	    index < svc->n) {
		c->kind = "server";
		c->line = svc->server[index].line;
		return xstrdup(server_name(&svc->key,
					   &svc->server[index].addr).s);
	}
	c->kind = "service";
	c->line = svc->line;

	return xasprintf("service %s", service_name(&svc->key).s);
}

/* The object that an answer is about; sets its kind and its line in the file. */
static char *blamed(const struct apply *a, const struct nl_answer *answer,
		    struct complaint *c)
{
	const struct change *change = answer->about;

	switch (change->type) {
	case CHANGE_CONFIG:
		return blamed_setting(a, answer, c);
	case CHANGE_DEVICE_ADD:
	case CHANGE_DEVICE_DEL:
		return blamed_device(change, c);
	case CHANGE_SERVICE_DEL:
		return blamed_server(change->have, answer, c);
	default:
		return blamed_server(change->want, answer, c);
	}
}

static void complaint_note(struct apply *a, const struct nl_answer *answer)
{
	const struct change *change = answer->about;
	struct complaint c = { .warning = !answer->error };
	char *object = blamed(a, answer, &c);
	struct name option = { "" };

	/* A setting is an object by itself. */
	if (change->type != CHANGE_CONFIG)
		option = option_blamed(answer);
	c.object = xasprintf("%s: %s", object, option.s);
	c.cause = xstrdup(answer->cause);
	complaints_add(&a->complaints, &c);
	free(object);
}

static void apply_answer(const struct nl_answer *answer, void *ctx)
{
	struct apply *a = ctx;

	/* Without rights all changes are refused, and one complaint is enough.
	 * The module's own EPERM is about this change alone.
	 */
	if (answer->error == EPERM && !answer->told) {
		if (!a->denied)
			complain("apply", "%s", answer->cause);
		a->denied = true;
		return;
	}
	/* Both passes bring the same warnings. */
	if (!answer->cause || (!answer->error && a->checking && !a->dry))
		return;
	complaint_note(a, answer);
}

/* Returns as nl_flush(). */
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
	complaints_print(&a->complaints, a->file.name);

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
			 "%s: some changes were refused, the others are active; remove the cause and apply again",
			 a->file.name);
		return STATUS_FAILED;
	}
	if (a->verbose)
		plan_print(&a->plan, &a->present);

	return STATUS_OK;
}

/* Afterwards the kernel's configuration is compared again: another program may
 * have changed it since the plan was made.
 */
static enum status apply_all(struct apply *a, struct nl *nl)
{
	for (int tries = 0; tries < TRIES; tries++) {
		plan_free(&a->plan);
		present_free(&a->present);
		if (present_read(nl, &a->present)) {
			if (!tries)
				return STATUS_FAILED;
			complain("warning",
				 "apply: %s: the changes are active, but the result could not be read; look at lbctl save",
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
	complain("apply", "%s: another program keeps making changes, stop it and apply again",
		 a->file.name);

	return STATUS_FAILED;
}

enum status apply_file(const char *path, bool dry, bool verbose)
{
	struct apply a = {
		.dry = dry, .verbose = verbose, .complaints.each = verbose,
	};
	enum status status = STATUS_FAILED;
	struct nl *nl = NULL;

	/* A mistake in the file is found without the module. */
	if (file_read(&a.file, path))
		goto out;
	nl = nl_open();
	if (nl)
		status = apply_all(&a, nl);
out:
	nl_close(nl);
	plan_free(&a.plan);
	complaints_free(&a.complaints);
	present_free(&a.present);
	file_free(&a.file);
	return status;
}
