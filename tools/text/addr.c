// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/addr.h"
#include "text/number.h"
#include "text/port.h"

/* Whether an octet of an IPv4 address has a leading zero, which inet_pton()
 * refuses
 */
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
		return words_fail(w,
			"\"%s\": an address cannot have a zone here, leave it out",
			word);
	if (zero_octet(text))
		return words_fail(w,
			"\"%s\": write the octets without leading zeros", word);
	if (text[strspn(text, "0123456789abcdefABCDEF.:[]")])
		return words_fail(w,
			"\"%s\" is not an address: host names are not looked up, give an IPv4 or IPv6 address",
			word);
	return words_fail(w, "\"%s\" is not an IPv4 or IPv6 address", word);
}

/* The end of the IPv4 address that @text starts with, or NULL. Files have
 * hundreds of thousands of addresses, for which inet_pton() is slow.
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

/* The address @text, which is a part of @word or all of it */
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

/* The end of the address that @copy, a copy of @text, starts with; or NULL */
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
	/* With two colons it is an IPv6 address, which has no port. */
	if (colon && strchr(colon + 1, ':'))
		return copy + strcspn(copy, "/");

	return copy + strcspn(copy, "/:");
}

static int prefix_in(struct words *w, const char *word, const char *text,
		     uint8_t family, int *prefix)
{
	unsigned int max = family == AF_INET ? 32 : 128;
	uint64_t len;

	if (!number_of(text, &len) || len > max)
		return words_fail(w, "\"%s\": a prefix length is a number from 0 to %u",
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
		return parse_port(w, text, rest + 1, protocol, port);

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
		words_fail(w, "\"%s\": \"%s\" follows the address, leave it out",
			   text, tail);
		goto out;
	}

	ret = addr_in(w, text, copy, addr);
	if (ret)
		goto out;
	if (len_text)
		ret = prefix_in(w, text, len_text, addr->family, prefix);
	if (!ret && port_text)
		ret = parse_port(w, text, port_text, protocol, port);
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
		return words_fail(w,
			"\"%s\": a prefix length has no place here, leave it out",
			text);
	return 0;
}
