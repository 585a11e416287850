// SPDX-License-Identifier: GPL-2.0
/* The configuration as the text that apply takes */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "device.h"
#include "nl.h"
#include "parse.h"
#include "replace.h"
#include "wire.h"

static void save_config(FILE *out, const struct config *now,
			const struct config *defaults)
{
	for (const struct setting *s = settings; s->name; s++)
		if (!s->readonly && now->given[s->attr] &&
		    now->value[s->attr] != defaults->value[s->attr])
			fprintf(out, "config %s %lld\n", s->name,
				(long long)now->value[s->attr]);
}

static void save_service(FILE *out, const struct service *svc)
{
	fprintf(out, "service %s scheduler %s", service_name(&svc->key).s,
		svc->scheduler);
	if (svc->table_size != DRLB_TABLE_SIZE_DEFAULT)
		fprintf(out, " table-size %u", svc->table_size);
	if (svc->hash != DRLB_HASH_SOURCE_PORT)
		fprintf(out, " hash %s", name_of(hash_names, svc->hash));
	putc('\n', out);
	for (size_t i = 0; i < svc->n; i++) {
		const struct server *srv = &svc->server[i];

		fprintf(out, "    server %s", addr_name(&srv->addr).s);
		if (srv->weight != DRLB_WEIGHT_DEFAULT)
			fprintf(out, " weight %u", srv->weight);
		putc('\n', out);
	}
}

struct saved {
	struct services services;
	struct devices devices;
	struct config config, defaults;
};

static void save_all(FILE *out, const struct saved *saved)
{
	for (size_t i = 0; i < saved->devices.n; i++)
		fprintf(out, "device %s\n", saved->devices.device[i].name);
	save_config(out, &saved->config, &saved->defaults);
	for (size_t i = 0; i < saved->services.n; i++)
		save_service(out, &saved->services.service[i]);
}

static enum status save_to(const char *path, const struct saved *saved)
{
	struct replacement r;
	FILE *out;

	out = replacement_open(&r, path);
	if (out)
		save_all(out, saved);
	if (!out || replacement_end(&r)) {
		complain("save", "%s: %s", path, strerror(errno));
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static enum status save_run(struct words *w)
{
	enum status status = STATUS_FAILED;
	struct saved saved = { 0 };
	const char *path = "-";
	struct nl *nl;

	if (*w->next)
		path = *w->next++;
	if (*path == '-' && path[1])
		words_fail(w, "there is no option %s", path);
	if (w->error || words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	/* All is read before the first line: half a file would be worse. */
	if (!nl || devices_read(nl, &saved.devices) ||
	    config_read(nl, &saved.config, &saved.defaults) ||
	    services_read_brief(nl, &saved.services))
		goto out;
	status = STATUS_OK;
	if (strcmp(path, "-"))
		status = save_to(path, &saved);
	else
		save_all(stdout, &saved);
out:
	services_free(&saved.services);
	devices_free(&saved.devices);
	nl_close(nl);
	return status;
}

const struct object save_object = {
	.name = "save",
	.self = { .args = "[FILE]",
		  .about = "print the configuration, for apply, or make it the content of the file",
		  .run = save_run },
};
