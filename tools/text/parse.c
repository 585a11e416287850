// SPDX-License-Identifier: GPL-2.0
/* Numbers, addresses and ports: refused unless they are exactly right */
#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/lbctl.h"
#include "text/parse.h"

/* Digits, and no leading zero, which some would take for octal */
static bool number(const char *text, uint64_t *value)
{
	uint64_t v = 0;

	if (!*text || (text[0] == '0' && text[1]) || strlen(text) > 18)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		v = 10 * v + *text - '0';
	}
	*value = v;

	return true;
}

int parse_u32(struct words *w, const char *what, uint32_t min, uint32_t max,
	      uint32_t *value)
{
	const char *text = words_take(w, what);
	uint64_t v;

	if (!text)
		return -1;
	if (!number(text, &v) || v < min || v > max)
		return words_fail(w, "\"%s\": %s is a number from %u to %u",
				  text, what, min, max);
	*value = v;

	return 0;
}

/* A v4 address that inet_pton() refuses for a leading zero in an octet */
static bool zero_octet(const char *text)
{
	if (text[strspn(text, "0123456789.")])
		return false;
	for (bool start = true; *text; start = *text++ == '.')
		if (start && text[0] == '0' && isdigit(text[1]))
			return true;
	return false;
}

static int addr_error(struct words *w, const char *word, const char *text)
{
	if (strchr(text, '%'))
		return words_fail(w, "\"%s\": an address has no zone here",
				  word);
	if (zero_octet(text))
		return words_fail(w,
			"\"%s\": write the octets without leading zeros", word);
	if (text[strspn(text, "0123456789abcdefABCDEF.:[]")])
		return words_fail(w,
			"\"%s\" is not an address (host names are not looked up)",
			word);
	return words_fail(w, "\"%s\" is not an IPv4 or IPv6 address", word);
}

/* What is behind the IPv4 address that @text starts with, or NULL. Files have
 * hundreds of thousands of these, for which inet_pton() takes its time.
 */
static const char *addr4_in(const char *text, struct addr *addr)
{
	unsigned int octet;

	memset(addr, 0, sizeof(*addr));
	addr->family = AF_INET;
	for (int i = 0; i < 4; i++) {
		const char *start = text;

		for (octet = 0; *text >= '0' && *text <= '9'; text++) {
			octet = 10 * octet + *text - '0';
			if (octet > 255 || (*start == '0' && text > start))
				return NULL;
		}
		if (text == start || (i < 3 && *text++ != '.'))
			return NULL;
		addr->bytes[i] = octet;
	}
	return text;
}

/* The address @text, which is part of @word or all of it */
static int addr_in(struct words *w, const char *word, const char *text,
		   struct addr *addr)
{
	const char *end = addr4_in(text, addr);
	char bare[INET6_ADDRSTRLEN];
	size_t len = strlen(text);
	bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';

	if (end && !*end)
		return 0;
	if (brackets)
		len -= 2;
	if (len >= sizeof(bare))
		return addr_error(w, word, text);
	memcpy(bare, text + brackets, len);
	bare[len] = '\0';

	addr->family = AF_INET6;
	if (inet_pton(AF_INET6, bare, addr->bytes) != 1)
		return addr_error(w, word, text);

	return 0;
}

int parse_addr(struct words *w, const char *word, struct addr *addr)
{
	return addr_in(w, word, word, addr);
}

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

/* /etc/services is read once only: a file may have thousands of services. */
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
				"\"%s\" is ambiguous: it is port %d and %d",
				word, found, names[i].port);
		found = names[i].port;
	}
	if (found < 0)
		return words_fail(w,
			"\"%s\": there is no port %s in /etc/services", word,
			text);
	*port = found;

	return 0;
}

static bool has_letter(const char *text)
{
	while (*text && !isalpha((unsigned char)*text))
		text++;

	return *text;
}

static int port_in(struct words *w, const char *word, const char *text,
		   uint8_t protocol, int *port)
{
	uint64_t v;

	if (!strcmp(text, "*")) {
		*port = 0;
		return 0;
	}
	if (has_letter(text))
		return named_port(w, word, text, protocol, port);
	if (!number(text, &v) || v < 1 || v > 65535)
		return words_fail(w,
			"\"%s\": a port is a number from 1 to 65535, or * for any",
			word);
	*port = v;

	return 0;
}

int parse_port(struct words *w, const char *word, uint8_t protocol, int *port)
{
	return port_in(w, word, word, protocol, port);
}

/* Splits @copy, where the address ends; what follows it is returned. */
static char *addr_tail(struct words *w, char *copy, const char *text)
{
	char *colon = strchr(copy, ':');
	char *end;

	if (*copy == '[') {
		end = strchr(copy, ']');
		if (!end) {
			words_fail(w, "\"%s\": the ] is missing", text);
			return NULL;
		}
		return end + 1;
	}
	/* Two colons make it an IPv6 address, and all of it. */
	if (colon && strchr(colon + 1, ':'))
		return copy + strcspn(copy, "/");

	return copy + strcspn(copy, "/:");
}

static int prefix_in(struct words *w, const char *word, const char *text,
		     uint8_t family, int *prefix)
{
	unsigned int max = family == AF_INET ? 32 : 128;
	uint64_t len;

	if (!number(text, &len) || len > max)
		return words_fail(w, "\"%s\": a prefix length is 0 to %u",
				  word, max);
	*prefix = len;

	return 0;
}

int parse_prefix_port(struct words *w, const char *text, uint8_t protocol,
		      struct addr *addr, int *prefix, int *port)
{
	const char *rest = addr4_in(text, addr);
	char *len_text = NULL, *port_text = NULL;
	char *copy, *tail;
	int ret = -1;

	*prefix = -1;
	*port = -1;
	if (rest && !*rest)
		return 0;
	if (rest && *rest == ':' && !strchr(rest + 1, ':'))
		return port_in(w, text, rest + 1, protocol, port);

	copy = xstrdup(text);
	tail = addr_tail(w, copy, text);
	if (!tail)
		goto out;
	if (*tail == '/') {
		*tail++ = '\0';
		len_text = tail;
		tail += strcspn(tail, ":");
	}
	if (*tail == ':') {
		*tail++ = '\0';
		port_text = tail;
	} else if (*tail) {
		words_fail(w, "\"%s\": \"%s\" after the address", text, tail);
		goto out;
	}

	ret = addr_in(w, text, copy, addr);
	if (ret)
		goto out;
	if (len_text)
		ret = prefix_in(w, text, len_text, addr->family, prefix);
	if (!ret && port_text)
		ret = port_in(w, text, port_text, protocol, port);
out:
	free(copy);
	return ret;
}

int parse_addr_port(struct words *w, const char *text, uint8_t protocol,
		    struct addr *addr, int *port)
{
	int prefix;

	if (parse_prefix_port(w, text, protocol, addr, &prefix, port))
		return -1;
	if (prefix >= 0)
		return words_fail(w, "\"%s\": no prefix length belongs here",
				  text);
	return 0;
}
