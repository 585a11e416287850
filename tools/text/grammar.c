// SPDX-License-Identifier: GPL-2.0
/* How services, servers, devices and settings are written */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/config.h"
#include "base/lbctl.h"
#include "text/parse.h"

static const char *const later_protocols[] = { "sctp", "fwmark", NULL };
static const char *const later_service_options[] = {
	"persistent", "mask", "ops", NULL
};

int parse_service(struct words *w, struct service_key *key)
{
	int protocol, port;
	char *text;

	memset(key, 0, sizeof(*key));
	if (words_unsupported(w, later_protocols))
		return -1;
	protocol = words_choice(w, "a protocol", protocol_names);
	if (protocol < 0)
		return -1;
	key->protocol = protocol_number(protocol);

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
			"the service is IPv%d, its servers must be too",
			key->addr.family == AF_INET ? 4 : 6);
	if (port >= 0 && port != key->port)
		return words_fail(w,
			"direct routing cannot translate ports: a server has the port of its service, leave \":%s\" out",
			strrchr(text, ':') + 1);
	return 0;
}

/* An option may be given once only. */
static int once(struct words *w, unsigned int *given, unsigned int attr,
		const char *name)
{
	if (*given & 1u << attr)
		return words_fail(w, "%s is given twice", name);
	*given |= 1u << attr;

	return 0;
}

static int parse_scheduler(struct words *w, char scheduler[DRLB_NAME_MAX])
{
	const char *name = words_take(w, "the scheduler's name");

	if (!name)
		return -1;
	if (!*name || strlen(name) >= DRLB_NAME_MAX)
		return words_fail(w, "\"%s\": no scheduler has such a name",
				  name);
	strcpy(scheduler, name);

	return 0;
}

int parse_service_options(struct words *w, struct service *svc,
			  unsigned int *given)
{
	static const char *const names[] = {
		"scheduler", "table-size", "hash", NULL
	};
	static const unsigned int attrs[] = {
		DRLB_SERVICE_A_SCHEDULER, DRLB_SERVICE_A_TABLE_SIZE,
		DRLB_SERVICE_A_HASH
	};
	int option, ret = 0;

	while (!ret && *w->next) {
		if (words_unsupported(w, later_service_options))
			return -1;
		option = words_choice(w, "an option of a service", names);
		if (option < 0 || once(w, given, attrs[option], names[option]))
			return -1;
		switch (attrs[option]) {
		case DRLB_SERVICE_A_SCHEDULER:
			ret = parse_scheduler(w, svc->scheduler);
			break;
		case DRLB_SERVICE_A_TABLE_SIZE:
			ret = parse_u32(w, "the table size", 0, UINT32_MAX,
					&svc->table_size);
			break;
		case DRLB_SERVICE_A_HASH:
			ret = words_choice(w, "a kind of hash", hash_names);
			if (ret < 0)
				return -1;
			svc->hash = ret;
			ret = 0;
			break;
		}
	}
	return ret;
}

int parse_server_options(struct words *w, struct server *srv,
			 unsigned int *given)
{
	static const char *const names[] = { "weight", NULL };

	while (*w->next) {
		if (words_choice(w, "an option of a server", names) < 0 ||
		    once(w, given, DRLB_SERVER_A_WEIGHT, names[0]) ||
		    parse_u32(w, "a weight", 0, DRLB_WEIGHT_MAX, &srv->weight))
			return -1;
	}
	return 0;
}

/* What the kernel takes for the name of a device, but for those that no line of a
 * file can hold, not every terminal would show, or are an option out of place
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
			"\"%s\": a device's name has 1 to %d characters of ASCII, without / : and blanks, the first not # or -",
			text, DRLB_NAME_MAX - 1);
	strcpy(name, text);
	words_subject(w, "device %s", name);

	return 0;
}

int parse_config(struct words *w, struct config *config, unsigned int line)
{
	do {
		const struct setting *s;
		uint32_t value;
		int i;

		i = words_choice(w, "a setting", setting_names());
		if (i < 0)
			return -1;
		s = &settings[i];
		words_subject(w, "config %s", s->name);
		if (s->readonly)
			return words_fail(w,
				"it is a parameter of the module, set when that is loaded");
		if (config->given[s->attr] && config->line[s->attr] == line)
			return words_fail(w, "it is given twice");
		if (config->given[s->attr])
			return words_fail(w,
				"it is given already, on line %u",
				config->line[s->attr]);
		if (parse_u32(w, "the value", s->min, s->max, &value))
			return -1;
		config->given[s->attr] = true;
		config->value[s->attr] = value;
		config->line[s->attr] = line;
	} while (*w->next);

	return 0;
}
