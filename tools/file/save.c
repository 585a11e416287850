// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file/replace.h"
#include "file/save.h"
#include "text/schema.h"
#include "wire/family.h"
#include "wire/present.h"

static void save_config(FILE *out, const struct config *now,
			const struct config *defaults)
{
	uint64_t set = now->given &
		       fields_differ(&config_schema, now, defaults) &
		       ~fields_flagged(&config_schema, FIELD_READONLY);

	for (const struct field *f = config_schema.field; f->name; f++)
		if (set & field_bit(f))
			fprintf(out, "config %s %s\n", f->name,
				field_text(f, now).s);
}

static void save_options(FILE *out, const struct schema *schema,
			 const void *object)
{
	uint64_t set = fields_changed(schema, object) |
		       fields_flagged(schema, FIELD_SAVED);
	char *text = fields_text(schema, object, set);

	fprintf(out, "%s\n", text);
	free(text);
}

static void save_service(FILE *out, const struct service *svc)
{
	fprintf(out, "service %s", service_name(&svc->key).s);
	save_options(out, &service_schema, svc);
	for (size_t i = 0; i < svc->n; i++) {
		fprintf(out, "    server %s",
			addr_name(&svc->server[i].addr).s);
		save_options(out, &server_schema, &svc->server[i]);
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

enum status save_file(const char *path)
{
	enum status status = STATUS_FAILED;
	struct present present = { 0 };
	struct nl *nl = nl_open();

	/* Read everything before the first line: half a file would be worse. */
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
