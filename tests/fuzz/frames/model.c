// SPDX-License-Identifier: GPL-2.0
/*
 * The expected output, as drlb(7) and the comments of the module's headers
 * promise it; nothing here is the module's code. It is the same at both doors:
 * a packet that the ingress hook does not take comes to PRE_ROUTING, and is
 * counted once.
 *
 * The model includes IP's work before PRE_ROUTING: a packet with a wrong header
 * never comes there, and is not counted.
 */
#include <stdlib.h>
#include <string.h>

#include "frames.h"

#define HEADERS_MAX	8	/* extension headers that are skipped */

const char *const counter_names[COUNTERS_N] = {
#define X(id, name)	name,
	COUNTERS(X)
#undef X
};

/* ---- connections */

enum { NOTHING, SYN_RECV, ACK_RECV, ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSED,
	DATAGRAMS };

struct key {
	uint8_t family, protocol;
	uint8_t client[16], vip[16];
	uint16_t client_port, vip_port;
};

#define BUCKETS	16384

static struct connection *buckets[BUCKETS];

static struct connection **bucket(const struct key *key)
{
	const uint8_t *p = (const void *)key;
	uint32_t hash = 2166136261;

	for (unsigned int i = 0; i < sizeof(*key); i++)
		hash = (hash ^ p[i]) * 16777619;

	return &buckets[hash % BUCKETS];
}

static bool is_key(const struct connection *c, const struct key *key)
{
	return c->family == key->family && c->protocol == key->protocol &&
	       c->client_port == key->client_port &&
	       c->vip_port == key->vip_port &&
	       !memcmp(c->client, key->client, 16) &&
	       !memcmp(c->vip, key->vip, 16);
}

static struct connection **find(const struct key *key)
{
	struct connection **c = bucket(key);

	while (*c && !is_key(*c, key))
		c = &(*c)->next;

	return c;
}

static struct connection *enter(const struct key *key,
				const struct service *service, uint8_t state)
{
	struct connection *c = calloc(1, sizeof(*c)), **where = bucket(key);

	c->family = key->family;
	c->protocol = key->protocol;
	memcpy(c->client, key->client, 16);
	memcpy(c->vip, key->vip, 16);
	c->client_port = key->client_port;
	c->vip_port = key->vip_port;
	c->service = service;
	c->state = state;
	c->server = -1;
	c->next = *where;
	*where = c;

	return c;
}

/* A connection for which a frame still waits stays in memory. */
static void forget(struct connection **where)
{
	*where = (*where)->next;
}

/* How a client's flags change a connection; NOTHING: they open a new one. */
static uint8_t follow(uint8_t state, uint8_t flags)
{
	bool over = state == FIN_WAIT || state == TIME_WAIT || state == CLOSED;

	if (flags & RST)
		return CLOSED;
	if (flags & SYN)
		return flags & ACK || !over ? state : NOTHING;
	if (flags & FIN) {
		if (state == SYN_RECV || state == ACK_RECV)
			return TIME_WAIT;
		return state == ESTABLISHED ? FIN_WAIT : state;
	}
	if (!(flags & ACK))
		return state;
	/* A client that goes on has not sent the RST, but has to prove that. */
	if (state == SYN_RECV || state == CLOSED)
		return ACK_RECV;

	return state == ACK_RECV ? ESTABLISHED : state;
}

/* ---- services */

static const struct service *find_service(const struct key *key)
{
	int vip = address_vip(key->vip, key->family == 6);
	const struct service *any = NULL, *s;

	for (s = services; s < services + services_n; s++) {
		if (s->vip != vip || s->protocol != key->protocol)
			continue;
		if (s->port == key->vip_port)
			return s;
		if (!s->port)
			any = s;
	}

	return any;
}

/* True if the client can be answered. The VIP is its server's own address. */
static bool is_host(const struct key *key)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t loopback[16] = { [15] = 1 }, none[16];
	const uint8_t *a = key->client;

	if (!memcmp(a, key->vip, sizeof(key->vip)))
		return false;
	if (key->family == 4)
		return memcmp(a, none, 4) && a[0] != 127 && a[0] >> 4 != 14 &&
		       memcmp(a, "\xff\xff\xff\xff", 4);

	return a[0] != 0xff && memcmp(a, mapped, 12) &&
	       memcmp(a, loopback, 16) && memcmp(a, none, 16);
}

/* ---- the way of a packet */

struct packet {
	struct frame *f;
	const uint8_t *ip;
	unsigned int len;	/* as the header says */
	struct key key;
	uint8_t flags;		/* TCP's */
	bool error;		/* ICMP error */
	bool whole;		/* was put together from fragments */
	bool vlan;
	unsigned int options;	/* bytes between IP and transport header */
	unsigned int transport;	/* offset of the last header */
};

static void nothing(struct packet *p, const char *why)
{
	p->f->out.fate = FATE_NOTHING;
	p->f->out.why = why;
}

static void count(struct packet *p, enum counter which)
{
	p->f->out.counts |= 1U << which;
}

static void counted(struct packet *p, enum counter which)
{
	count(p, which);
	nothing(p, counter_names[which]);
}

/* An error that need not, or perhaps cannot, be sent is not waited for. */
static void answered(struct packet *p, uint8_t type, uint8_t code)
{
	const uint8_t *source = p->ip + (p->key.family == 4 ? 12 : 8);

	if (p->error || p->vlan || (p->key.family == 4 && p->options) ||
	    !address_client(source, p->key.family == 6))
		return;
	p->f->out.answer = true;
	p->f->out.type = type;
	p->f->out.code = code;
}

/* The servers with a weight that answer */
static uint8_t usable(const struct service *s)
{
	return s->servers & ~s->drained & ~(1 << SERVER_DOWN);
}

/* The port is unreachable if no server has a weight, the host if none of them
 * answers. TCP that begins gets a RST from such a port.
 */
static void no_server(struct packet *p, const struct service *s)
{
	bool port = !(s->servers & ~s->drained);

	counted(p, COUNT_NO_SERVER);
	if (port && !p->error && p->key.protocol == TCP &&
	    (p->flags & (SYN | RST | ACK)) == SYN)
		return;
	if (p->key.family == 4)
		answered(p, 3, port ? 3 : 1);
	else
		answered(p, 1, port ? 4 : 3);
}

/* Returns the length of the longest packet that it becomes on the wire. */
static unsigned int longest(const struct packet *p)
{
	unsigned int header = 8;

	if (!p->f->gso_size)
		return p->len;
	if (p->key.protocol == TCP)
		header = (p->ip[p->transport + 12] >> 4) * 4;

	return p->transport + header + p->f->gso_size;
}

static void forward(struct packet *p, struct connection *conn, uint8_t servers)
{
	struct outcome *out = &p->f->out;
	bool six = p->key.family == 6;
	uint8_t ttl = p->ip[six ? 7 : 8];

	out->conn = conn;
	out->servers = servers;
	if (servers == 1 << SERVER_LOCAL) {
		counted(p, COUNT_LOCAL_NODE);
		return;
	}
	if (ttl <= 1) {
		counted(p, COUNT_TTL_EXCEEDED);
		answered(p, six ? 3 : 11, 0);
		return;
	}
	if (longest(p) > LAN_MTU && !p->whole && (six || p->ip[6] & 0x40)) {
		counted(p, COUNT_TOO_BIG);
		answered(p, six ? 2 : 3, six ? 0 : 4);
		return;
	}
	out->fate = longest(p) > LAN_MTU ? FATE_SPLIT : FATE_FORWARDED;
	out->why = "forwarded";
}

/* True if no usable server may get it: there is none, or its source address has
 * the scope of the clients' link only.
 */
static bool for_none(struct packet *p, const struct service *s)
{
	const uint8_t *a = p->key.client;

	if (!usable(s)) {
		no_server(p, s);
		return true;
	}
	if (p->key.family == 4 || a[0] != 0xfe || a[1] >> 6 != 2 ||
	    usable(s) == 1 << SERVER_LOCAL)
		return false;
	counted(p, COUNT_BEYOND_SCOPE);
	answered(p, 1, 2);

	return true;
}

static void schedule(struct packet *p, const struct service *s, uint8_t state)
{
	if (!for_none(p, s))
		forward(p, enter(&p->key, s, state), usable(s));
}

static bool has_local(const struct service *s)
{
	return s->servers & 1 << SERVER_LOCAL;
}

/* True if another director has sent it: a server of the service, drained or
 * not.
 */
static bool is_from_server(const struct packet *p, const struct service *s)
{
	const uint8_t *frame = p->f->whole ? p->f->whole : p->f->bytes;

	for (int i = 0; i < SERVER_LOCAL; i++)
		if (s->servers & 1 << i && !memcmp(frame + 6, server_macs[i], 6))
			return true;

	return false;
}

/* A packet for the local server, or else for the stack, which is never sent on.
 * @state is that of a connection which begins with it, or NOTHING.
 */
static void take_home(struct packet *p, const struct service *s, uint8_t state)
{
	counted(p, COUNT_FROM_SERVER);
	if (!has_local(s) || p->error)
		return;
	if (state != NOTHING)
		enter(&p->key, s, state);
	count(p, COUNT_LOCAL_NODE);
}

static void direct_error(struct packet *p, struct connection *conn)
{
	const struct service *s;

	if (conn) {
		forward(p, conn, usable(conn->service));
		return;
	}
	s = find_service(&p->key);
	if (!s || !s->adopts)
		counted(p, COUNT_ICMP_UNRELATED);
	else if (is_from_server(p, s))
		take_home(p, s, NOTHING);
	else if (!usable(s))
		no_server(p, s);
	else
		forward(p, NULL, usable(s));
}

/* Returns the state of a connection that begins with this packet. One in
 * mid-stream may be the end of a handshake.
 */
static uint8_t begins(const struct packet *p)
{
	if (p->key.protocol == UDP)
		return DATAGRAMS;
	if ((p->flags & (SYN | RST | ACK)) == SYN)
		return SYN_RECV;

	return (p->flags & (FIN | SYN | RST | ACK)) == ACK ? ACK_RECV : NOTHING;
}

/* A TCP packet that belongs to no connection and opens none */
static void stray(struct packet *p, const struct service *s)
{
	if (!s->adopts) {
		counted(p, COUNT_NO_CONNECTION);
		return;
	}
	if (for_none(p, s))
		return;
	if (begins(p) != NOTHING) {
		count(p, COUNT_ADOPTED);
		schedule(p, s, begins(p));
		return;
	}
	forward(p, NULL, usable(s));
	if (p->f->out.fate == FATE_FORWARDED || p->f->out.fate == FATE_SPLIT)
		count(p, COUNT_STATELESS);
}

static void direct(struct packet *p)
{
	struct connection **where = find(&p->key);
	const struct service *s;
	uint8_t state;

	/* Before it is sent only this much is asked of the model. */
	if (!p->f->sent)
		return;
	if (p->error) {
		direct_error(p, *where);
		return;
	}
	if (*where) {
		state = (*where)->state;
		if (p->key.protocol == TCP)
			state = follow(state, p->flags);
		if (state != NOTHING) {
			(*where)->state = state;
			forward(p, *where, usable((*where)->service));
			return;
		}
	}

	s = find_service(&p->key);
	if (*where && !(s && is_from_server(p, s) && !has_local(s)))
		forget(where);
	if (!s)
		counted(p, COUNT_NO_SERVICE);
	else if (!is_host(&p->key))
		counted(p, COUNT_MARTIAN);
	else if (is_from_server(p, s))
		take_home(p, s, begins(p));
	else if (p->key.protocol == UDP || begins(p) == SYN_RECV)
		schedule(p, s, begins(p));
	else
		stray(p, s);
}

/* ---- headers */

static bool known(uint8_t protocol)
{
	return protocol == TCP || protocol == UDP;
}

/* @client sent the packet or, in an error's quote, gets it. */
static void set_key(struct packet *p, uint8_t family, uint8_t protocol,
		    const uint8_t *client, const uint8_t *vip,
		    unsigned int client_port, unsigned int vip_port)
{
	unsigned int n = family == 4 ? 4 : 16;

	memset(&p->key, 0, sizeof(p->key));
	p->key.family = family;
	p->key.protocol = protocol;
	memcpy(p->key.client, client, n);
	memcpy(p->key.vip, vip, n);
	p->key.client_port = client_port;
	p->key.vip_port = vip_port;
}

static void transport(struct packet *p, uint8_t protocol, unsigned int at)
{
	bool six = p->ip[0] >> 4 == 6;
	const uint8_t *h = p->ip + at;
	unsigned int len;

	p->transport = at;
	p->options = at - (six ? 40 : 20);
	if (at + (protocol == TCP ? 20 : 8) > p->len)
		goto malformed;
	if (protocol == TCP) {
		len = (h[12] >> 4) * 4;
		if (len < 20 || at + len > p->len)
			goto malformed;
		p->flags = h[13];
	} else if (!p->f->gso_size) {
		len = get16(h + 4);
		if (len < 8 || at + len > p->len)
			goto malformed;
	}

	set_key(p, six ? 6 : 4, protocol, p->ip + (six ? 8 : 12),
		p->ip + (six ? 24 : 16), get16(h), get16(h + 2));
	direct(p);
	return;
malformed:
	counted(p, COUNT_MALFORMED);
}

/* Skips IPv6's extension headers from *@at on. */
enum walk { WALK_END, WALK_PASS, WALK_MALFORMED };

static enum walk walk(const struct packet *p, bool quoted, uint8_t *next,
		      unsigned int *at)
{
	const uint8_t *h;
	unsigned int len;

	for (int n = 0;; n++) {
		if (*next == FRAGMENT && !quoted)
			return WALK_PASS;
		if (*next != HOPOPTS && *next != ROUTING && *next != AUTH &&
		    *next != DSTOPTS && *next != FRAGMENT)
			return WALK_END;
		if (*at + 2 > p->len)
			return WALK_MALFORMED;
		h = p->ip + *at;
		len = *next == AUTH ? (h[1] + 2) * 4 : (h[1] + 1) * 8;
		if (*next == FRAGMENT)
			len = 8;
		if (*at + len > p->len)
			return WALK_MALFORMED;
		if (*next == FRAGMENT && get16(h + 2) & 0xfff8)
			return WALK_PASS;	/* without the ports */
		if (*next == ROUTING && h[3])
			return WALK_PASS;	/* it goes on from here */
		if (n == HEADERS_MAX)
			return WALK_MALFORMED;
		*next = h[0];
		*at += len;
	}
}

/* An error that quotes a packet of a real server */
static void quoted4(struct packet *p, unsigned int at)
{
	const uint8_t *q = p->ip + at;
	unsigned int hlen;

	if (at + 20 > p->len)
		goto malformed;
	hlen = (q[0] & 15) * 4;
	if (q[0] >> 4 != 4 || hlen < 20)
		goto malformed;
	if (!known(q[9]) || get16(q + 6) & 0x1fff) {
		nothing(p, "quotes nothing with ports");
		return;
	}
	if (at + hlen + 4 > p->len)
		goto malformed;
	if (memcmp(q + 12, p->ip + 16, 4)) {
		nothing(p, "quotes what another host sent");
		return;
	}
	p->error = true;
	set_key(p, 4, q[9], q + 16, q + 12, get16(q + hlen + 2),
		get16(q + hlen));
	direct(p);
	return;
malformed:
	counted(p, COUNT_MALFORMED);
}

static void quoted6(struct packet *p, unsigned int at)
{
	const uint8_t *q = p->ip + at;
	unsigned int ports = at + 40;
	uint8_t next;

	if (at + 40 > p->len || q[0] >> 4 != 6)
		goto malformed;
	next = q[6];
	switch (walk(p, true, &next, &ports)) {
	case WALK_MALFORMED:
		goto malformed;
	case WALK_PASS:
		nothing(p, "quotes a later fragment, or what had a way to go");
		return;
	case WALK_END:
		break;
	}
	if (!known(next)) {
		nothing(p, "quotes nothing with ports");
		return;
	}
	if (ports + 4 > p->len)
		goto malformed;
	if (memcmp(q + 8, p->ip + 24, 16)) {
		nothing(p, "quotes what another host sent");
		return;
	}
	p->error = true;
	set_key(p, 6, next, q + 24, q + 8, get16(p->ip + ports + 2),
		get16(p->ip + ports));
	direct(p);
	return;
malformed:
	counted(p, COUNT_MALFORMED);
}

static void model4(struct packet *p, unsigned int room)
{
	const uint8_t *ip = p->ip;
	unsigned int hlen, at;

	if (room < 20 || ip[0] >> 4 != 4) {
		nothing(p, "no IPv4 header");
		return;
	}
	hlen = (ip[0] & 15) * 4;
	p->len = get16(ip + 2);
	if (!p->len && p->f->gso_size && p->f->gso_type == TCP)
		p->len = room;
	if (hlen < 20 || room < hlen || sum16(ip, hlen, 0) ||
	    p->len < hlen || p->len > room) {
		nothing(p, "wrong IPv4 header");
		return;
	}
	if (get16(ip + 6) & 0x3fff) {
		nothing(p, "a fragment alone");
		return;
	}
	p->f->out.len = p->len;
	if (known(ip[9])) {
		transport(p, ip[9], hlen);
		return;
	}
	if (ip[9] != ICMP) {
		nothing(p, "protocol without ports");
		return;
	}
	at = hlen + 8;
	p->options = hlen - 20;
	if (at > p->len)
		counted(p, COUNT_MALFORMED);
	else if (ip[hlen] == 3 || ip[hlen] == 4 || ip[hlen] == 11 ||
		 ip[hlen] == 12)
		quoted4(p, at);
	else
		nothing(p, "ICMP that is no error");
}

/* IP handles hop-by-hop options before anything else looks at the packet. */
enum verdict { GOOD, BAD, UNSURE };

static enum verdict hop_by_hop(const uint8_t *h, unsigned int room)
{
	unsigned int len, at, pad = 0, options = 0, n;

	if (room < 8)
		return BAD;
	len = (h[1] + 1) * 8;
	if (len > room)
		return BAD;
	for (at = 2; at < len; at += n) {
		if (!h[at]) {
			n = 1;
			if (++pad > 7)
				return BAD;
			continue;
		}
		if (at + 2 > len || at + 2 + h[at + 1] > len)
			return BAD;
		n = h[at + 1] + 2;
		if (h[at] == 1) {
			pad += n;
			if (pad > 7)
				return BAD;
			for (unsigned int i = 2; i < n; i++)
				if (h[at + i])
					return BAD;
			continue;
		}
		pad = 0;
		if (++options > 8)
			return BAD;
		/* Router alert, jumbogram, CALIPSO and IOAM have rules of their
		 * own.
		 */
		if (h[at] == 5 || h[at] == 0xc2 || h[at] == 7 || h[at] == 0x31)
			return UNSURE;
		if (h[at] & 0xc0)
			return BAD;
	}

	return GOOD;
}

/* Whether IP reassembles it before it looks at anything else. A single fragment
 * is handled in a way of its own.
 */
static enum verdict fragments6(const struct packet *p, unsigned int room)
{
	unsigned int at = 40, len;
	uint8_t next = p->ip[6];
	const uint8_t *h;

	while (next != FRAGMENT) {
		if (next != HOPOPTS && next != ROUTING && next != AUTH &&
		    next != DSTOPTS)
			return GOOD;
		if (at + 2 > room)
			return GOOD;
		h = p->ip + at;
		len = next == AUTH ? (h[1] + 2) * 4 : (h[1] + 1) * 8;
		next = h[0];
		at += len;
	}
	/* If the header before it claims to end behind the packet, there is no
	 * fragment header.
	 */
	if (at > room)
		return GOOD;
	if (at + 8 > room)
		return BAD;

	return get16(p->ip + at + 2) & 0xfff9 ? BAD : UNSURE;
}

static bool wrong_addresses6(const uint8_t *source, const uint8_t *dest)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	return !memcmp(source, loopback, 16) || !memcmp(dest, loopback, 16) ||
	       source[0] == 0xff || (dest[0] == 0xff && (dest[1] & 15) < 2);
}

static void model6(struct packet *p, unsigned int room)
{
	const uint8_t *ip = p->ip;
	unsigned int at = 40;
	uint8_t next;

	if (room < 40 || ip[0] >> 4 != 6 || wrong_addresses6(ip + 8, ip + 24)) {
		nothing(p, "wrong IPv6 header");
		return;
	}
	p->len = get16(ip + 4) + 40;
	if (p->len == 40 && p->f->gso_size && p->f->gso_type == TCP)
		p->len = room;
	/* Without a length it may be a jumbogram, as its options say. */
	if (p->len == 40 && ip[6] == HOPOPTS)
		p->len = room;
	if (p->len > room) {
		nothing(p, "longer than the frame");
		return;
	}
	if (ip[6] == HOPOPTS) {
		switch (hop_by_hop(ip + 40, p->len - 40)) {
		case BAD:
			nothing(p, "wrong hop-by-hop options");
			return;
		case UNSURE:
			p->f->out.fate = FATE_UNKNOWN;
			p->f->out.why = "special hop-by-hop options";
			return;
		case GOOD:
			break;
		}
	}
	switch (fragments6(p, p->len)) {
	case BAD:
		nothing(p, "a fragment alone");
		return;
	case UNSURE:
		p->f->out.fate = FATE_UNKNOWN;
		p->f->out.why = "fragment and whole packet at once";
		return;
	case GOOD:
		break;
	}

	p->f->out.len = p->len;
	next = ip[6];
	switch (walk(p, false, &next, &at)) {
	case WALK_MALFORMED:
		counted(p, COUNT_MALFORMED);
		return;
	case WALK_PASS:
		nothing(p, "it has a way to go");
		return;
	case WALK_END:
		break;
	}
	if (known(next)) {
		transport(p, next, at);
		return;
	}
	if (next != ICMP6) {
		nothing(p, "protocol without ports");
		return;
	}
	p->options = at - 40;
	if (at + 8 > p->len)
		counted(p, COUNT_MALFORMED);
	else if (ip[at] & 0x80)
		nothing(p, "ICMPv6 that is no error");
	else
		quoted6(p, at + 8);
}

/* ---- frames */

/* Removes VLAN tags: VLAN 0 is only a priority, and one is that of the
 * director's VLAN device. False if it is for no device.
 */
static bool untag(const uint8_t *b, unsigned int len, unsigned int *at,
		  bool *vlan)
{
	unsigned int type, id;

	for (*at = 12;; *at += 4) {
		if (*at + 2 > len)
			return false;
		type = get16(b + *at);
		if (type != ETHER_VLAN && type != ETHER_QINQ)
			return true;
		if (*at + 8 > len)
			return false;
		id = get16(b + *at + 2) & 0xfff;
		if (id == VLAN_ID && type == ETHER_VLAN && !*vlan)
			*vlan = true;
		else if (id)
			return false;
	}
}

void model_frame(struct frame *f)
{
	const uint8_t *b = f->whole ? f->whole : f->bytes;
	unsigned int len = f->whole ? f->whole_len : f->len;
	struct packet p = { .f = f, .whole = f->whole };
	unsigned int at, type;

	memset(&f->out, 0, sizeof(f->out));
	if (memcmp(b, director_mac, 6)) {
		nothing(&p, "for another host");
		return;
	}
	if (!untag(b, len, &at, &p.vlan)) {
		nothing(&p, "another VLAN's");
		return;
	}
	type = get16(b + at);
	at += 2;
	f->out.at = at;
	p.ip = b + at;
	if (type == ETHER_IP4)
		model4(&p, len - at);
	else if (type == ETHER_IP6)
		model6(&p, len - at);
	else
		nothing(&p, "no IP");
}
