// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <netdb.h>
#include <string.h>

#include "base/memory.h"
#include "text/number.h"
#include "text/port.h"

struct port_name {
	char *name;
	uint8_t protocol;
	uint16_t port;
};

static size_t add_port_name(struct port_name **list, size_t *n, size_t *room,
			    const char *name, const struct servent *entry)
{
	*list = array_grow(*list, n, room, sizeof(**list));
	(*list)[*n - 1] = (struct port_name) {
		.name = xstrdup(name),
		.protocol = strcmp(entry->s_proto, "udp") ? IPPROTO_TCP :
							    IPPROTO_UDP,
		.port = ntohs(entry->s_port),
	};
	return *n;
}

/* Read /etc/services once: a file may have thousands of services. */
static size_t port_names(const struct port_name **names)
{
	static struct port_name *list;
	static size_t n, room;
	static bool done;
	struct servent *entry;

	if (!done) {
		done = true;
		setservent(1);
		while ((entry = getservent())) {
			if (strcmp(entry->s_proto, "tcp") &&
			    strcmp(entry->s_proto, "udp"))
				continue;
			add_port_name(&list, &n, &room, entry->s_name, entry);
			for (char **a = entry->s_aliases; *a; a++)
				add_port_name(&list, &n, &room, *a, entry);
		}
		endservent();
	}
	*names = list;

	return n;
}

static int named_port(struct words *w, const char *word, const char *text,
		      uint8_t protocol, int *port)
{
	const struct port_name *names;
	size_t n = port_names(&names);
	int found = -1;

	for (size_t i = 0; i < n; i++) {
		if ((protocol && names[i].protocol != protocol) ||
		    strcmp(names[i].name, text))
			continue;
		if (found >= 0 && found != names[i].port)
			return words_fail(w,
				"\"%s\" is ambiguous: it may be port %d or %d",
				word, found, names[i].port);
		found = names[i].port;
	}
	if (found < 0)
		return words_fail(w,
			"\"%s\": there is no port %s in /etc/services, give its number",
			word, text);
	*port = found;

	return 0;
}

static bool has_letter(const char *text)
{
	while (*text && !isalpha((unsigned char)*text))
		text++;

	return *text;
}

int parse_port(struct words *w, const char *word, const char *text,
	       uint8_t protocol, int *port)
{
	uint64_t v;

	if (!strcmp(text, "*")) {
		*port = 0;
		return 0;
	}
	if (has_letter(text))
		return named_port(w, word, text, protocol, port);
	if (!number_of(text, &v) || v < 1 || v > 65535)
		return words_fail(w,
			"\"%s\": a port is a number from 1 to 65535, or * for any port",
			word);
	*port = v;

	return 0;
}
