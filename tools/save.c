// SPDX-License-Identifier: GPL-2.0
/* The configuration as the text that apply takes */
#include <stdio.h>

#include "config.h"
#include "device.h"
#include "nl.h"
#include "parse.h"
#include "wire.h"

static void save_config(const struct config *now, const struct config *defaults)
{
	for (const struct setting *s = settings; s->name; s++)
		if (!s->readonly && now->given[s->attr] &&
		    now->value[s->attr] != defaults->value[s->attr])
			printf("config %s %lld\n", s->name,
			       (long long)now->value[s->attr]);
}

static void save_service(const struct service *svc)
{
	printf("service %s scheduler %s", service_name(&svc->key).s,
	       svc->scheduler);
	if (svc->table_size != DRLB_TABLE_SIZE_DEFAULT)
		printf(" table-size %u", svc->table_size);
	if (svc->hash != DRLB_HASH_SOURCE_PORT)
		printf(" hash %s", name_of(hash_names, svc->hash));
	putchar('\n');
	for (size_t i = 0; i < svc->n; i++) {
		const struct server *srv = &svc->server[i];

		printf("    server %s", addr_name(&srv->addr).s);
		if (srv->weight != DRLB_WEIGHT_DEFAULT)
			printf(" weight %u", srv->weight);
		putchar('\n');
	}
}

static enum status save_run(struct words *w)
{
	struct config now, defaults;
	enum status status = STATUS_FAILED;
	struct services services = { 0 };
	struct devices devices = { 0 };
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	/* All is read before the first line: half a file would be worse. */
	if (nl && !devices_read(nl, &devices) &&
	    !config_read(nl, &now, &defaults) &&
	    !services_read_brief(nl, &services)) {
		status = STATUS_OK;
		for (size_t i = 0; i < devices.n; i++)
			printf("device %s\n", devices.device[i].name);
		save_config(&now, &defaults);
		for (size_t i = 0; i < services.n; i++)
			save_service(&services.service[i]);
	}
	services_free(&services);
	devices_free(&devices);
	nl_close(nl);

	return status;
}

const struct object save_object = {
	.name = "save",
	.self = { .args = "", .about = "print the configuration, for apply",
		  .run = save_run },
};
