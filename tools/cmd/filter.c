// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "cmd/filter.h"
#include "text/addr.h"
#include "text/name.h"
#include "text/object.h"
#include "text/port.h"

static int once(struct words *w, struct filter *f, uint64_t bit,
		const char *what)
{
	if (f->given & bit)
		return words_fail(w, "%s is given twice", what);
	f->given |= bit;

	return 0;
}

static int set_protocol(struct words *w, struct filter *f, uint8_t protocol)
{
	f->protocol = protocol;

	return once(w, f, FILTER_BIT(PROTOCOL), "the protocol");
}

static int set_vip(struct words *w, struct filter *f, const struct addr *addr,
		   int port)
{
	f->vip = *addr;
	if (port > 0) {
		f->vip_port = port;
		f->given |= FILTER_BIT(VIP_PORT);
	}
	return once(w, f, FILTER_BIT(VIP_ADDR4), "the VIP");
}

/* 0 and -1 stand for any port. */
static int set_client_port(struct words *w, struct filter *f, int port)
{
	if (port <= 0)
		return 0;
	f->client_port = port;

	return once(w, f, FILTER_BIT(CLIENT_PORT), "the client's port");
}

static int take_tcp(struct words *w, struct filter *f)
{
	return set_protocol(w, f, IPPROTO_TCP);
}

static int take_udp(struct words *w, struct filter *f)
{
	return set_protocol(w, f, IPPROTO_UDP);
}

/* Clear the bits behind the prefix: the kernel compares whole addresses. */
static void mask_addr(struct addr *addr, unsigned int prefix)
{
	for (unsigned int i = 0; i < sizeof(addr->bytes); i++) {
		unsigned int keep = prefix > 8 * i ? prefix - 8 * i : 0;

		if (keep < 8)
			addr->bytes[i] &= 0xff00 >> keep;
	}
}

static int take_client(struct words *w, struct filter *f)
{
	const char *text = words_take(w, "the client's address");
	int prefix, port;

	if (!text || once(w, f, FILTER_BIT(CLIENT_ADDR4), "client") ||
	    parse_prefix_port(w, text, f->protocol, &f->client, &prefix, &port))
		return -1;
	if (prefix >= 0) {
		mask_addr(&f->client, prefix);
		f->prefix = prefix;
		f->given |= FILTER_BIT(CLIENT_PREFIX);
	}
	return set_client_port(w, f, port);
}

static int take_client_port(struct words *w, struct filter *f)
{
	const char *text = words_take(w, "the client's port");
	int port;

	if (!text || parse_port(w, text, text, f->protocol, &port))
		return -1;
	return set_client_port(w, f, port);
}

static int take_vip(struct words *w, struct filter *f)
{
	const char *text = words_take(w, "the VIP");
	struct addr addr;
	int port;

	if (!text || parse_addr_port(w, text, f->protocol, &addr, &port))
		return -1;
	return set_vip(w, f, &addr, port);
}

static int set_mark(struct words *w, struct filter *f,
		    const struct service_key *key)
{
	f->mark = key->mark;
	f->family = key->addr.family;
	f->given |= FILTER_BIT(FAMILY);

	return once(w, f, FILTER_BIT(FWMARK), "the mark");
}

static int take_service(struct words *w, struct filter *f)
{
	struct service_key key;

	if (parse_service(w, &key))
		return -1;
	if (key.mark)
		return set_mark(w, f, &key);
	if (set_protocol(w, f, key.protocol))
		return -1;
	return set_vip(w, f, &key.addr, key.port);
}

static int take_server(struct words *w, struct filter *f)
{
	const char *text = words_take(w, "the server's address");

	if (!text || parse_addr(w, text, &f->server))
		return -1;
	return once(w, f, FILTER_BIT(SERVER_ADDR4), "server");
}

static int take_state(struct words *w, struct filter *f)
{
	/* No connection has the first one, which is no state yet. */
	int state = words_choice(w, "a state", connection_state_names + 1);

	if (state < 0)
		return -1;
	f->state = state + 1;

	return once(w, f, FILTER_BIT(STATE), "state");
}

static int take_persistent(struct words *w, struct filter *f)
{
	return once(w, f, FILTER_BIT(PERSISTENT), "persistent");
}

const struct filter_word filter_words[] = {
	{ "tcp", "", take_tcp },
	{ "udp", "", take_udp },
	{ "client", "ADDR[/LEN][:PORT]", take_client },
	{ "client-port", "PORT", take_client_port },
	{ "vip", "ADDR[:PORT]", take_vip },
	{ "service", "SERVICE", take_service },
	{ "server", "ADDR", take_server },
	{ "state", "NAME", take_state },
	{ "persistent", "", take_persistent },
	{ NULL, NULL, NULL }
};

int parse_filter(struct words *w, struct filter *f)
{
	static const char *const later[] = { "sctp", NULL };

	memset(f, 0, sizeof(*f));
	if (*w->next && !strcmp(*w->next, "all")) {
		w->next++;
		return words_end(w);
	}
	while (*w->next) {
		int found;

		if (words_unsupported(w, later))
			return -1;
		found = words_choice(w, "a filter of connections",
				     filter_words);
		if (found < 0 || filter_words[found].take(w, f))
			return -1;
	}
	return 0;
}
