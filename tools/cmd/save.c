// SPDX-License-Identifier: GPL-2.0
/* The configuration as the text that apply takes */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/config.h"
#include "wire/nl.h"
#include "text/parse.h"
#include "wire/present.h"
#include "file/replace.h"

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

static void save_all(FILE *out, const struct present *present)
{
	for (size_t i = 0; i < present->devices.n; i++)
		fprintf(out, "device %s\n", present->devices.device[i].name);
	save_config(out, &present->config, &present->defaults);
	for (size_t i = 0; i < present->services.n; i++)
		save_service(out, &present->services.service[i]);
}

static enum status save_to(const char *path, const struct present *present)
{
	struct replacement r;
	FILE *out;

	out = replacement_open(&r, path);
	if (out)
		save_all(out, present);
	if (!out || replacement_end(&r)) {
		complain("save", "%s: %s", path, strerror(errno));
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static enum status save_run(struct words *w)
{
	enum status status = STATUS_FAILED;
	struct present present = { 0 };
	const char *path = "-";
	struct nl *nl;

	if (*w->next)
		path = *w->next++;
	if (is_option(path))
		words_misplaced(w, path);
	else if (options.json)
		words_fail(w, "it prints what apply takes; JSON is what \"lbctl -j show\" prints");
	if (w->error || words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	/* All is read before the first line: half a file would be worse. */
	if (!nl || present_read(nl, &present))
		goto out;
	status = STATUS_OK;
	if (strcmp(path, "-"))
		status = save_to(path, &present);
	else
		save_all(stdout, &present);
out:
	present_free(&present);
	nl_close(nl);
	return status;
}

const struct object save_object = {
	.name = "save",
	.self = { .args = "[FILE]",
		  .about = "print the configuration, for apply, or make it the content of the file",
		  .run = save_run },
};
