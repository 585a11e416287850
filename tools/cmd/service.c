// SPDX-License-Identifier: GPL-2.0
#include "cmd/object.h"
#include "cmd/run.h"
#include "text/object.h"
#include "text/schema.h"
#include "view/service.h"
#include "wire/blame.h"
#include "wire/family.h"
#include "wire/service.h"

static enum status service_request(struct words *w, uint8_t cmd,
				   const struct service *svc, uint64_t given)
{
	struct nl *nl = nl_open();

	if (!nl)
		return STATUS_FAILED;
	nl_handle(nl, &blame_handler);
	put_service(nl_queue(nl, cmd, 0, service_room(0), words_about(w)), svc,
		    given);

	return nl_finish(nl);
}

static enum status service_change(struct words *w, uint8_t cmd)
{
	struct service svc = { .n = 0 };
	uint64_t given = 0;

	if (parse_service(w, &svc.key))
		return STATUS_USAGE;
	if (cmd != DRLB_CMD_SERVICE_DEL &&
	    fields_parse(w, &service_schema, &svc, &given))
		return STATUS_USAGE;
	if (words_end(w))
		return STATUS_USAGE;
	if (cmd == DRLB_CMD_SERVICE_SET && !given) {
		fields_missing(w, &service_schema);
		return STATUS_USAGE;
	}
	return service_request(w, cmd, &svc, given);
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
	return run_bare(w, DRLB_CMD_SERVICE_FLUSH);
}

static enum status service_show(struct words *w)
{
	return run_show(w, "services", services_json, services_print);
}

static const struct verb service_verbs[] = {
	{ "add", "SERVICE [OPTION VALUE] ...", "create a virtual service",
	  service_add },
	{ "set", "SERVICE OPTION VALUE ...",
	  "change options; connections and servers stay", service_set },
	{ "del", "SERVICE", "remove a service and its servers", service_del },
	{ "show", "[SERVICE]", "show services with their servers",
	  service_show },
	{ "flush", "", "remove all services", service_flush },
	{ NULL, NULL, NULL, NULL }
};

const struct object service_object = {
	.name = "service",
	.verbs = service_verbs,
	.schema = &service_schema,
	.about = "  SERVICE is { tcp | udp } ADDR:PORT. ADDR is 10.0.0.100 or [2001:db8::100];\n"
		 "  PORT is 1 to 65535, a name of /etc/services, or * for any port.\n",
};
