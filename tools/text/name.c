// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/complain.h"
#include "base/options.h"
#include "text/name.h"

const char *const protocol_names[] = { "tcp", "udp", NULL };

const char *const family_names[] = { "inet", "inet6", NULL };

const char *const hash_names[] = {
	[DRLB_HASH_SOURCE_PORT]	= "source-port",
	[DRLB_HASH_SOURCE]	= "source",
	[DRLB_HASH_AUTO]	= "auto",
	NULL
};

const char *const on_dead_names[] = {
	[DRLB_ON_DEAD_REFUSE]		= "refuse",
	[DRLB_ON_DEAD_OPEN]		= "open",
	NULL
};

const char *const on_empty_names[] = {
	[DRLB_ON_EMPTY_REJECT]		= "reject",
	[DRLB_ON_EMPTY_DROP]		= "drop",
	[DRLB_ON_EMPTY_LOCAL]		= "local",
	NULL
};

const char *const on_removed_names[] = {
	[DRLB_ON_REMOVED_RESET]		= "reset",
	[DRLB_ON_REMOVED_RESCHEDULE]	= "reschedule",
	[DRLB_ON_REMOVED_KEEP]		= "keep",
	NULL
};

const char *const pickup_names[] = {
	[DRLB_PICKUP_AUTO]	= "auto",
	[DRLB_PICKUP_ON]	= "on",
	[DRLB_PICKUP_OFF]	= "off",
	NULL
};

const char *const quiesced_names[] = {
	[DRLB_QUIESCED_STAY]	= "stay",
	[DRLB_QUIESCED_MOVE]	= "move",
	NULL
};

const char *const server_state_names[] = {
	[DRLB_SERVER_UP]		= "up",
	[DRLB_SERVER_LOCAL]		= "local",
	[DRLB_SERVER_RESOLVING]		= "resolving",
	[DRLB_SERVER_UNREACHABLE]	= "unreachable",
	[DRLB_SERVER_NO_ROUTE]		= "no route",
	[DRLB_SERVER_NO_NEIGHBOUR]	= "no neighbour",
	[DRLB_SERVER_FULL]		= "full",
	NULL
};

const char *const connection_state_names[] = {
	[DRLB_CONNECTION_NONE]		= "NONE",
	[DRLB_CONNECTION_UDP_NEW]	= "UDP_NEW",
	[DRLB_CONNECTION_UDP]		= "UDP",
	[DRLB_CONNECTION_SYN_RECV]	= "SYN_RECV",
	[DRLB_CONNECTION_ACK_RECV]	= "ACK_RECV",
	[DRLB_CONNECTION_ESTABLISHED]	= "ESTABLISHED",
	[DRLB_CONNECTION_FIN_WAIT]	= "FIN_WAIT",
	[DRLB_CONNECTION_TIME_WAIT]	= "TIME_WAIT",
	[DRLB_CONNECTION_CLOSE]		= "CLOSE",
	[DRLB_CONNECTION_PERSISTENT_NEW] = "PERSISTENT_NEW",
	[DRLB_CONNECTION_PERSISTENT]	= "PERSISTENT",
	NULL
};

static const uint8_t protocol_numbers[] = { IPPROTO_TCP, IPPROTO_UDP };

uint8_t protocol_number(int index)
{
	return protocol_numbers[index];
}

const char *protocol_name(uint8_t protocol)
{
	for (int i = 0; protocol_names[i]; i++)
		if (protocol_numbers[i] == protocol)
			return protocol_names[i];
	return "unknown";
}

const char *family_name(const struct addr *addr)
{
	return family_names[addr->family == AF_INET6];
}

const char *name_of(const char *const *names, unsigned int value)
{
	for (unsigned int i = 0; names[i]; i++)
		if (i == value)
			return names[i];
	return "unknown";
}

char *put_number(char *to, uint64_t value)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = '0' + value % 10;
		value /= 10;
	} while (value);
	while (n)
		*to++ = digits[--n];
	*to = '\0';

	return to;
}

static char *put_addr_text(char *to, const struct addr *addr)
{
	if (addr->family == AF_INET6) {
		inet_ntop(AF_INET6, addr->bytes, to, INET6_ADDRSTRLEN);
		return to + strlen(to);
	}
	for (int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = put_number(to, addr->bytes[i]);
	}
	return to;
}

/* ADDR:PORT; with @any, port 0 is written * */
static char *put_end_text(char *to, const struct addr *addr, uint16_t port,
			  bool any)
{
	bool v6 = addr->family == AF_INET6;

	if (v6)
		*to++ = '[';
	to = put_addr_text(to, addr);
	to = stpcpy(to, v6 ? "]:" : ":");
	if (any && !port)
		return stpcpy(to, "*");

	return put_number(to, port);
}

struct name addr_name(const struct addr *addr)
{
	struct name name;

	put_addr_text(name.s, addr);
	return name;
}

struct name end_name(const struct addr *addr, uint16_t port)
{
	struct name name;

	put_end_text(name.s, addr, port, false);
	return name;
}

static char *put_key_text(char *to, const struct service_key *key)
{
	if (key->mark) {
		to = put_number(stpcpy(to, "fwmark "), key->mark);
		return key->addr.family == AF_INET6 ? stpcpy(to, " inet6") : to;
	}
	to = stpcpy(to, protocol_name(key->protocol));
	*to++ = ' ';
	return put_end_text(to, &key->addr, key->port, true);
}

struct name service_name(const struct service_key *key)
{
	struct name name;

	put_key_text(name.s, key);
	return name;
}

struct name server_name(const struct service_key *key, const struct addr *addr)
{
	struct name name;
	char *to = stpcpy(name.s, "server ");

	to = put_addr_text(to, addr);
	to = stpcpy(to, " of ");
	put_key_text(to, key);
	return name;
}

struct name human(uint64_t value)
{
	static const char units[] = "kMGTPE";
	double scaled = value;
	struct name name;
	int unit = -1;

	while (scaled >= 999.95 && units[unit + 1]) {
		scaled /= 1000;
		unit++;
	}
	if (options.numeric || unit < 0)
		put_number(name.s, value);
	else
		snprintf(name.s, sizeof(name.s), "%.1f%c", scaled,
			 units[unit]);
	return name;
}

struct name lladdr_name(const struct server *srv)
{
	static const char hex[] = "0123456789abcdef";
	struct name name;
	char *to = name.s;

	for (int i = 0; i < srv->lladdr_len; i++) {
		if (i)
			*to++ = ':';
		*to++ = hex[srv->lladdr[i] >> 4];
		*to++ = hex[srv->lladdr[i] & 15];
	}
	*to = '\0';
	return name;
}

struct name device_name(uint32_t ifindex)
{
	/* Most servers of a list are behind one device. */
	static struct name name;
	static uint32_t known;

	if (!ifindex)
		return (struct name) { "" };
	if (known != ifindex) {
		if (!if_indextoname(ifindex, name.s))
			snprintf(name.s, sizeof(name.s), "if%u", ifindex);
		for (char *c = name.s; *c; c++)
			*c = printable(*c);
		known = ifindex;
	}
	return name;
}
