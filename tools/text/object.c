// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "base/complain.h"
#include "text/addr.h"
#include "text/number.h"
#include "text/object.h"
#include "text/schema.h"

/* tcp, udp, and behind the protocols fwmark */
const char *const service_kinds[] = { "tcp", "udp", "fwmark", NULL };

/* N [inet | inet6] */
static int parse_mark(struct words *w, struct service_key *key)
{
	const char *text = words_take(w, "the mark");

	if (!text)
		return -1;
	if (!mark_of(text, &key->mark))
		return words_fail(w,
			"\"%s\" is not a mark: that is a number from 1 to 4294967295, or 0x1 to 0xffffffff",
			text);
	key->addr.family = AF_INET;
	for (int i = 0; *w->next && family_names[i]; i++) {
		if (strcmp(*w->next, family_names[i]))
			continue;
		key->addr.family = i ? AF_INET6 : AF_INET;
		w->next++;
		break;
	}
	w->about = ABOUT_SERVICE;
	w->key = *key;

	return 0;
}

int parse_service(struct words *w, struct service_key *key)
{
	static const char *const later[] = { "sctp", NULL };
	int kind, port;
	char *text;

	memset(key, 0, sizeof(*key));
	if (words_unsupported(w, later))
		return -1;
	kind = words_choice(w, "a protocol, or fwmark", service_kinds);
	if (kind < 0)
		return -1;
	if (!protocol_names[kind])
		return parse_mark(w, key);
	key->protocol = protocol_number(kind);

	text = words_take(w, "the service's ADDR:PORT");
	if (!text || parse_addr_port(w, text, key->protocol, &key->addr, &port))
		return -1;
	if (port < 0 && key->addr.family == AF_INET6 && *text != '[')
		return words_fail(w,
			"\"%s\": write a service as [ADDR]:PORT, with the IPv6 address in brackets",
			text);
	if (port < 0)
		return words_fail(w,
			"\"%s\": a service needs a port, or :* for any", text);
	key->port = port;
	w->about = ABOUT_SERVICE;
	w->key = *key;

	return 0;
}

int parse_server(struct words *w, const struct service_key *key,
		 struct addr *addr)
{
	char *text = words_take(w, "the server's address");
	int port;

	if (!text || parse_addr_port(w, text, key->protocol, addr, &port))
		return -1;
	w->about = ABOUT_SERVER;
	w->key = *key;
	w->server = *addr;
	if (addr->family != key->addr.family)
		return words_fail(w,
			"the service is IPv%d, and its servers must be, too",
			key->addr.family == AF_INET ? 4 : 6);
	if (port >= 0 && port != key->port)
		return words_fail(w,
			"direct routing cannot translate ports: leave \":%s\" out, a server has the port of its service",
			strrchr(text, ':') + 1);
	return 0;
}

/* The kernel takes more names. Refused are those that a line of a file cannot
 * hold, that a terminal may not show, or that look like an option.
 */
static bool device_name_valid(const char *name)
{
	if (!*name || strchr("#-", *name) || strlen(name) >= DRLB_NAME_MAX ||
	    !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' || *name == ' ' ||
		    printable(*name) != *name)
			return false;
	return true;
}

int parse_device(struct words *w, char name[DRLB_NAME_MAX])
{
	const char *text = words_take(w, "the device's name");

	if (!text)
		return -1;
	if (!device_name_valid(text))
		return words_fail(w,
			"\"%s\" is not a device's name: that is 1 to %d ASCII characters without blanks, / or :, and begins with neither # nor -",
			text, DRLB_NAME_MAX - 1);
	strcpy(name, text);
	words_subject(w, "device %s", name);

	return 0;
}

int parse_config(struct words *w, struct config *config, unsigned int line)
{
	words_subject(w, "config");
	do {
		const struct field *f = field_take(w, &config_schema);

		if (!f)
			return -1;
		if (config->given & field_bit(f) &&
		    config->line[f->attr] != line)
			return words_fail(w,
				"%s is given already, on line %u", f->name,
				config->line[f->attr]);
		if (config->given & field_bit(f))
			return words_fail(w, "%s is given twice", f->name);
		if (field_parse(w, f, config))
			return -1;
		config->given |= field_bit(f);
		config->line[f->attr] = line;
	} while (*w->next);

	return 0;
}
