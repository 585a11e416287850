// SPDX-License-Identifier: GPL-2.0
#include "base/options.h"
#include "cmd/run.h"
#include "text/object.h"
#include "wire/family.h"
#include "wire/service.h"

enum status run_bare(struct words *w, uint8_t cmd)
{
	struct nl *nl;

	if (words_end(w))
		return STATUS_USAGE;
	nl = nl_open();
	if (!nl)
		return STATUS_FAILED;
	nl_queue(nl, cmd, 0, NL_ROOM, words_about(w));

	return nl_finish(nl);
}

enum status run_show(struct words *w, const char *name,
		     json_t *(*to_json)(const struct services *list),
		     void (*print)(const struct services *list))
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
			json_print(jpack("{s:o}", name, to_json(&list)));
		else
			print(&list);
	}
	services_free(&list);
	nl_close(nl);

	return status;
}
