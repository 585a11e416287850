// SPDX-License-Identifier: GPL-2.0
/* Virtual services */
#include <stdio.h>

#include "wire/nl.h"
#include "text/parse.h"
#include "cmd/service.h"
#include "wire/wire.h"

static json_t *service_json(const struct service *svc)
{
	json_t *object = key_json(&svc->key);
	json_t *servers = jmust(json_array());
	json_t *more;

	more = jpack("{s:s, s:I, s:s}", "scheduler", svc->scheduler,
		     "table_size", (json_int_t)svc->table_size,
		     "hash", name_of(hash_names, svc->hash));
	json_object_update(object, more);
	json_decref(more);
	counters_json(object, &svc->counters);

	for (size_t i = 0; i < svc->n; i++)
		json_array_append_new(servers, server_json(&svc->server[i]));
	json_object_set_new(object, "servers", servers);

	return object;
}

json_t *services_json(const struct services *list)
{
	json_t *services = jmust(json_array());

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(services,
				      service_json(&list->service[i]));
	return services;
}

static void service_oneline(const struct service *svc)
{
	printf("service %s scheduler %s table-size %u hash %s servers %zu",
	       service_name(&svc->key).s, svc->scheduler, svc->table_size,
	       name_of(hash_names, svc->hash), svc->n);
	counters_oneline(&svc->counters);
	for (size_t i = 0; i < svc->n; i++)
		server_oneline(&svc->key, &svc->server[i]);
}

/* The scheduler, and in what it differs from the usual */
static struct name scheduler_name(const struct service *svc)
{
	bool size = svc->table_size != DRLB_TABLE_SIZE_DEFAULT;
	bool hash = svc->hash != DRLB_HASH_SOURCE_PORT;
	struct name name;
	char number[16] = "";

	if (size)
		snprintf(number, sizeof(number), " %u", svc->table_size);
	snprintf(name.s, sizeof(name.s), "%s%s%s%s", svc->scheduler, number,
		 hash ? " " : "", hash ? name_of(hash_names, svc->hash) : "");
	return name;
}

void services_print(const struct services *list)
{
	static const struct column columns[] = {
		{ "SERVICE / SERVER", false }, { "SCHEDULER", false },
		{ "WEIGHT", true }, { "STATE", false }, { "DEVICE", false },
		{ "MAC", false }, { "ACTIVE", true }, { "INACTIVE", true },
		{ "CONNECTIONS", true }, { "PACKETS", true },
		{ "BYTES", true }, { NULL, false }
	};
	struct table *t;

	if (options.oneline) {
		for (size_t i = 0; i < list->n; i++)
			service_oneline(&list->service[i]);
		return;
	}
	if (!list->n)
		return;
	t = table_new(columns);
	for (size_t i = 0; i < list->n; i++) {
		const struct service *svc = &list->service[i];

		table_text(t, BOLD, service_name(&svc->key).s);
		table_text(t, PLAIN, scheduler_name(svc).s);
		table_text(t, PLAIN, "");
		table_text(t, YELLOW, svc->n ? "" : "no servers");
		table_text(t, PLAIN, "");
		table_text(t, PLAIN, "");
		counters_cells(t, &svc->counters);
		for (size_t j = 0; j < svc->n; j++) {
			table_cell(t, PLAIN, "  %s",
				   addr_name(&svc->server[j].addr).s);
			table_text(t, PLAIN, "");
			server_cells(t, &svc->server[j]);
		}
	}
	table_end(t);
}

static void change_answer(const struct nl_answer *answer, void *ctx)
{
	(void)ctx;
	if (answer->cause)
		nl_complain(answer, option_blamed(answer).s);
}

static enum status service_change(struct words *w, uint8_t cmd)
{
	const struct nl_handler handler = { .answer = change_answer };
	struct service_key key;
	unsigned int given = 0;
	struct service svc;
	struct nl *nl;

	if (parse_service(w, &key))
		return STATUS_USAGE;
	service_init(&svc, &key);
	if (cmd != DRLB_CMD_SERVICE_DEL &&
	    parse_service_options(w, &svc, &given))
		return STATUS_USAGE;
	if (words_end(w))
		return STATUS_USAGE;
	if (cmd == DRLB_CMD_SERVICE_SET && !given) {
		words_fail(w, "name what is to change: scheduler, table-size or hash");
		return STATUS_USAGE;
	}

	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	nl_handle(nl, &handler);
	put_service(nl_queue(nl, cmd, 0, NL_ROOM, words_about(w)), &svc, given);

	return nl_finish(nl);
}

static enum status service_add(struct words *w)
{
	return service_change(w, DRLB_CMD_SERVICE_ADD);
}

static enum status service_set(struct words *w)
{
	return service_change(w, DRLB_CMD_SERVICE_SET);
}

static enum status service_del(struct words *w)
{
	return service_change(w, DRLB_CMD_SERVICE_DEL);
}

static enum status service_flush(struct words *w)
{
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	nl_queue(nl, DRLB_CMD_SERVICE_FLUSH, 0, NL_ROOM, words_about(w));

	return nl_finish(nl);
}

static enum status service_show(struct words *w)
{
	struct services list = { 0 };
	enum status status = STATUS_FAILED;
	struct service_key key;
	bool one = *w->next;
	struct nl *nl;

	if ((one && parse_service(w, &key)) || words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (nl && !services_read(nl, one ? &key : NULL, &list)) {
		status = STATUS_OK;
		if (options.json)
			json_print(jpack("{s:o}", "services",
					 services_json(&list)));
		else
			services_print(&list);
	}
	services_free(&list);
	nl_close(nl);

	return status;
}

static const struct verb service_verbs[] = {
	{ "add", "SERVICE [scheduler NAME] [table-size N] [hash WHAT]",
	  "create a virtual service", service_add },
	{ "set", "SERVICE [scheduler NAME] [table-size N] [hash WHAT]",
	  "change it; its connections and servers stay", service_set },
	{ "del", "SERVICE", "remove it and its servers", service_del },
	{ "show", "[SERVICE]", "show services with their servers",
	  service_show },
	{ "flush", "", "remove all services", service_flush },
	{ NULL, NULL, NULL, NULL }
};

const struct object service_object = {
	.name = "service",
	.verbs = service_verbs,
	.about = "  SERVICE is { tcp | udp } ADDR:PORT; ADDR is 10.0.0.100 or [2001:db8::100],\n"
		 "  PORT is 1 to 65535, a name of /etc/services, or * for any.\n"
		 "  NAME is rr, wrr, wlc (the default) or mh.\n"
		 "  N is the number of slots of mh's table, a prime from 251 to 655373.\n"
		 "  WHAT is source-port (the default) or source: what is hashed of a client.\n",
};
