// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "cmd/filter.h"
#include "text/parse.h"
#include "wire/wire.h"

/* For both families the bit of the IPv4 attribute stands. */
#define BIT(attr)	(1u << DRLB_CONNECTION_A_##attr)

static int once(struct words *w, struct filter *f, unsigned int bit,
		const char *what)
{
	if (f->given & bit)
		return words_fail(w, "%s is given twice", what);
	f->given |= bit;

	return 0;
}

static int take_protocol(struct words *w, struct filter *f, uint8_t protocol)
{
	f->protocol = protocol;

	return once(w, f, BIT(PROTOCOL), "the protocol");
}

static int take_client_port(struct words *w, struct filter *f, int port)
{
	if (!port)
		return 0;
	f->client_port = port;

	return once(w, f, BIT(CLIENT_PORT), "the client's port");
}

/* The kernel compares whole prefixes: bits behind them mean nothing. */
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

	if (!text || once(w, f, BIT(CLIENT_ADDR4), "client") ||
	    parse_prefix_port(w, text, f->protocol, &f->client, &prefix, &port))
		return -1;
	if (prefix >= 0) {
		mask_addr(&f->client, prefix);
		f->prefix = prefix;
		f->given |= BIT(CLIENT_PREFIX);
	}
	return port < 0 ? 0 : take_client_port(w, f, port);
}

static int take_vip(struct words *w, struct filter *f)
{
	const char *text = words_take(w, "the virtual address");
	int port;

	if (!text || once(w, f, BIT(VIP_ADDR4), "the virtual address") ||
	    parse_addr_port(w, text, f->protocol, &f->vip, &port))
		return -1;
	if (port > 0) {
		f->vip_port = port;
		f->given |= BIT(VIP_PORT);
	}
	return 0;
}

static int take_service(struct words *w, struct filter *f)
{
	struct service_key key;

	if (parse_service(w, &key) || take_protocol(w, f, key.protocol) ||
	    once(w, f, BIT(VIP_ADDR4), "the virtual address"))
		return -1;
	f->vip = key.addr;
	if (key.port) {
		f->vip_port = key.port;
		f->given |= BIT(VIP_PORT);
	}
	return 0;
}

int parse_filter(struct words *w, struct filter *f)
{
	enum { TCP, UDP, CLIENT, CLIENT_PORT, VIP, SERVICE, SERVER, STATE };
	static const char *const names[] = {
		"tcp", "udp", "client", "client-port", "vip", "service",
		"server", "state", NULL
	};
	static const char *const later[] = { "sctp", "fwmark", NULL };
	const char *text;
	int port, state;

	memset(f, 0, sizeof(*f));
	if (*w->next && !strcmp(*w->next, "all")) {
		w->next++;
		f->all = true;
		return words_end(w);
	}
	while (*w->next) {
		int ret = -1;

		if (words_unsupported(w, later))
			return -1;
		switch (words_choice(w, "a filter of connections", names)) {
		case TCP:
			ret = take_protocol(w, f, IPPROTO_TCP);
			break;
		case UDP:
			ret = take_protocol(w, f, IPPROTO_UDP);
			break;
		case CLIENT:
			ret = take_client(w, f);
			break;
		case CLIENT_PORT:
			text = words_take(w, "the client's port");
			if (text && !parse_port(w, text, f->protocol, &port))
				ret = take_client_port(w, f, port);
			break;
		case VIP:
			ret = take_vip(w, f);
			break;
		case SERVICE:
			ret = take_service(w, f);
			break;
		case SERVER:
			text = words_take(w, "the server's address");
			if (text && !parse_addr(w, text, &f->server))
				ret = once(w, f, BIT(SERVER_ADDR4), "server");
			break;
		case STATE:
			/* None has the first one, which is no state yet. */
			state = words_choice(w, "a state",
					     connection_state_names + 1);
			f->state = state + 1;
			if (state >= 0)
				ret = once(w, f, BIT(STATE), "state");
			break;
		}
		if (ret)
			return ret;
	}
	return 0;
}

void put_filter(struct nlmsghdr *nlh, const struct filter *f)
{
	struct nlattr *nest;

	if (!f->given)
		return;
	nest = mnl_attr_nest_start(nlh, DRLB_A_CONNECTION);
	if (f->given & BIT(PROTOCOL))
		mnl_attr_put_u8(nlh, DRLB_CONNECTION_A_PROTOCOL, f->protocol);
	if (f->given & BIT(CLIENT_ADDR4))
		put_addr(nlh, DRLB_CONNECTION_A_CLIENT_ADDR4, &f->client);
	if (f->given & BIT(CLIENT_PREFIX))
		mnl_attr_put_u8(nlh, DRLB_CONNECTION_A_CLIENT_PREFIX,
				f->prefix);
	if (f->given & BIT(CLIENT_PORT))
		put_be16(nlh, DRLB_CONNECTION_A_CLIENT_PORT, f->client_port);
	if (f->given & BIT(VIP_ADDR4))
		put_addr(nlh, DRLB_CONNECTION_A_VIP_ADDR4, &f->vip);
	if (f->given & BIT(VIP_PORT))
		put_be16(nlh, DRLB_CONNECTION_A_VIP_PORT, f->vip_port);
	if (f->given & BIT(SERVER_ADDR4))
		put_addr(nlh, DRLB_CONNECTION_A_SERVER_ADDR4, &f->server);
	if (f->given & BIT(STATE))
		mnl_attr_put_u8(nlh, DRLB_CONNECTION_A_STATE, f->state);
	mnl_attr_nest_end(nlh, nest);
}
