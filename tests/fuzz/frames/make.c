// SPDX-License-Identifier: GPL-2.0
/*
 * Frames: valid ones of all kinds, most of which are then broken in some way. A
 * new kind is a row in makers[].
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"

/* ---- valid frames */

static void make_plain(struct frame *f, bool six)
{
	struct flow flow;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, flow.protocol);
	payload(f, &flow, chance(3) ? chance(64) : chance(1400));
	finish(f);
}

static void make_options(struct frame *f, bool six)
{
	uint8_t options[40];
	unsigned int n = 4 * (1 + chance(10));
	struct flow flow;

	(void)six;
	memset(options, 1, n);
	if (chance(2)) {
		/* A timestamp, a route to be recorded, an unknown one */
		static const uint8_t kinds[] = { 68, 7, 131, 148, 30, 0 };

		options[0] = PICK(kinds);
		options[1] = n;
		options[2] = 4;
	}
	pick_flow(&flow, false, 0);
	ether(f, ETHER_IP4);
	ip4(f, flow.client, flow.vip, flow.protocol, options, n);
	payload(f, &flow, chance(64));
	finish(f);
}

/* An extension header. The next-header field before it is at *@next. */
static void extension(struct frame *f, uint8_t **next, uint8_t kind)
{
	unsigned int n = chance(3), len;
	uint8_t *h;

	**next = kind;
	len = kind == AUTH ? 12 + 4 * n : 8 + 8 * n;
	h = room(f, len);
	*next = h;
	h[1] = kind == AUTH ? 1 + n : n;
	if (kind == ROUTING) {
		h[2] = chance(5);
		h[3] = chance(3) ? 0 : chance(3);
		return;
	}
	if (kind == AUTH)
		return;
	/* Padding in pieces, or unknown options */
	for (unsigned int at = 2, size; at < len; at += size) {
		size = 2 + chance(5);
		if (size > len - at || len - at - size == 1)
			size = len - at;
		h[at] = size > 7 || chance(3) ? 0x1e : 1;
		h[at + 1] = size - 2;
	}
}

static void make_extensions(struct frame *f, bool six)
{
	static const uint8_t kinds[] = {
		DSTOPTS, DSTOPTS, ROUTING, AUTH, HOPOPTS
	};
	unsigned int n = chance(8) ? 1 + chance(4) : 6 + chance(4);
	struct flow flow;
	uint8_t *next;

	pick_flow(&flow, six, 0);
	header(f, true, &flow, 0);
	next = f->bytes + f->l3 + 6;
	if (chance(3) == 0)
		extension(f, &next, HOPOPTS);
	while (n--)
		extension(f, &next, PICK(kinds));
	*next = flow.protocol;
	payload(f, &flow, chance(64));
	finish(f);
}

static void make_icmp(struct frame *f, bool six)
{
	static const uint8_t types4[] = { 8, 0, 13, 5, 17, 40 };
	static const uint8_t types6[] = { 128, 129, 130, 135, 136, 137, 200 };
	struct flow flow;
	uint8_t *h;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, six ? ICMP6 : ICMP);
	f->l4 = f->len;
	h = room(f, 8);
	h[0] = six ? PICK(types6) : PICK(types4);
	fill(room(f, 56), 56);
	finish(f);
}

/* An error that quotes a packet which a real server sent to a client */
static void make_error(struct frame *f, bool six)
{
	static const uint8_t types4[] = { 3, 3, 3, 4, 11, 12 };
	static const uint8_t types6[] = { 1, 1, 2, 2, 3, 4, 100, 127 };
	uint8_t quoted[256], options[4] = { 1, 1, 1, 1 }, *next, *h;
	struct frame *inner = malloc(sizeof(*inner));
	struct flow flow, back;
	unsigned int n;

	pick_flow(&flow, six, 0);
	back = flow;
	memcpy(back.client, flow.vip, 16);
	memcpy(back.vip, flow.client, 16);
	back.client_port = flow.vip_port;
	back.vip_port = flow.client_port;

	memset(inner, 0, sizeof(*inner));
	header(inner, six, &back, flow.protocol);
	if (six && !chance(4)) {
		next = inner->bytes + inner->l3 + 6;
		extension(inner, &next, DSTOPTS);
		*next = flow.protocol;
	}
	if (!six && !chance(4)) {
		inner->bytes[inner->l3] = 0x46;
		add(inner, options, 4);
	}
	payload(inner, &back, chance(64));
	finish(inner);
	n = inner->len - inner->l3;
	if (!chance(4))
		n = chance(n + 1);
	memcpy(quoted, inner->bytes + inner->l3, n);
	free(inner);

	/* An error comes from any host on the way. */
	address(flow.client, six, false, 7);
	header(f, six, &flow, six ? ICMP6 : ICMP);
	f->l4 = f->len;
	h = room(f, 8);
	h[0] = six ? PICK(types6) : PICK(types4);
	h[1] = chance(5);
	add(f, quoted, n);
	finish(f);
}

static void make_other(struct frame *f, bool six)
{
	static const uint8_t protocols[] = {
		2, 4, 41, 47, 50, 58, 1, 59, 108, 132, 136, 255
	};
	struct flow flow;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, chance(2) ? PICK(protocols) : chance(256));
	fill(room(f, 64), 64);
	finish(f);
	f->l4 = 0;
}

static void make_martian(struct frame *f, bool six)
{
	static const uint8_t sources4[][4] = {
		{ 0, 0, 0, 0 }, { 0, 1, 2, 3 }, { 127, 0, 0, 1 },
		{ 224, 0, 0, 1 }, { 239, 255, 255, 255 }, { 240, 0, 0, 1 },
		{ 255, 255, 255, 255 }, { 10, 0, 0, 100 }, { 10, 0, 0, 255 },
	};
	static const uint8_t sources6[][16] = {
		{ 0 }, { [15] = 1 }, { 0xff, 2, [15] = 1 },
		{ [10] = 0xff, 0xff, 10, 1, 0, 1 }, { 0xfe, 0x80, [15] = 1 },
		{ [12] = 10, 1, 0, 1 }, { 0xff, 1, [15] = 1 },
	};
	struct flow flow;

	pick_flow(&flow, six, 0);
	memcpy(flow.client, six ? PICK(sources6) : PICK(sources4), six ? 16 : 4);
	header(f, six, &flow, flow.protocol);
	payload(f, &flow, chance(64));
	finish(f);
}

/* About the MTU of the LAN, or larger */
static void make_big(struct frame *f, bool six)
{
	unsigned int n = chance(2) ? 1400 + chance(120) : 1400 + chance(2300);
	struct flow flow;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, flow.protocol);
	payload(f, &flow, n);
	finish(f);
}

static void make_merged(struct frame *f, bool six)
{
	static const uint16_t sizes[] = { 64, 500, 1200, 1400 };
	struct flow flow;
	unsigned int n;
	uint8_t *ip;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, flow.protocol);
	f->gso_size = PICK(sizes);
	ip = f->bytes + f->l3;
	/* Segments above the MTU of the LAN, which IP may not fragment */
	if (!chance(8)) {
		f->gso_size = 1700;
		if (!six)
			ip[6] = 0x40;
	}
	n = f->gso_size + 1 + chance(10 * f->gso_size);
	f->gso_type = flow.protocol;
	payload(f, &flow, n > 16000 ? 16000 : n);
	finish(f);
}

static void make_garbage(struct frame *f, bool six)
{
	unsigned int n = chance(200);

	(void)six;
	ether(f, chance(2) ? ETHER_IP4 : chance(2) ? ETHER_IP6 : chance(65536));
	f->l3 = f->len;
	f->six = get16(f->bytes + 12) == ETHER_IP6;
	fill(room(f, n), n);
	if (n && chance(2))
		f->bytes[f->l3] = f->six ? 0x60 : 0x45 + chance(3);
	f->l4 = 0;
}

static const struct maker {
	struct row row;
	void (*make)(struct frame *f, bool six);
	unsigned int weight;
	bool four, six;
} makers[] = {
	{ { "plain", MUST_SOUND | MUST_ANSWER }, make_plain, 30, true, true },
	{ { "options", MUST_SOUND }, make_options, 6, true, false },
	{ { "extensions", MUST_SOUND }, make_extensions, 10, false, true },
	{ { "captured", MUST_SOUND }, make_captured, 20, true, true },
	{ { "icmp", MUST_DROP }, make_icmp, 4, true, true },
	{ { "error", MUST_SOUND }, make_error, 16, true, true },
	{ { "other", MUST_DROP }, make_other, 4, true, true },
	{ { "martian", MUST_DROP }, make_martian, 4, true, true },
	{ { "big", MUST_SOUND | MUST_SPLIT | MUST_ANSWER }, make_big, 6, true,
	  true },
	{ { "merged", MUST_SOUND | MUST_ANSWER }, make_merged, 6, true, true },
	{ { "garbage", MUST_DROP }, make_garbage, 2, true, true },
};

void makers_enter(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(makers); i++)
		tally_row("kind", &makers[i].row);
	tally_row("kind", &fragments_row);
}

/* Picks one by its weight. */
static const struct maker *pick_maker(void)
{
	unsigned int all = 0, n;

	for (n = 0; n < ARRAY_SIZE(makers); n++)
		all += makers[n].weight;
	all = chance(all);
	for (n = 0; all >= makers[n].weight; n++)
		all -= makers[n].weight;

	return &makers[n];
}

/* ---- the next frame */

static void copy_frame(struct frame *to, const struct frame *from)
{
	to->kind = from->kind;
	to->rows = from->rows;
	strcpy(to->how, from->how);
	memcpy(to->bytes, from->bytes, from->len);
	to->len = from->len;
	to->l3 = from->l3;
	to->l4 = from->l4;
	to->six = from->six;
	to->gso_type = from->gso_type;
	to->gso_size = from->gso_size;
}

static void empty(struct frame *f)
{
	free(f->whole);
	memset(f, 0, offsetof(struct frame, bytes));
	memset(&f->len, 0, sizeof(*f) - offsetof(struct frame, len));
}

static void make(struct frame *f, const struct maker *m, bool six)
{
	f->kind = &m->row;
	f->rows = tally_row("kind", f->kind);
	m->make(f, six);
}

void frame_make(struct frame *f)
{
	static struct frame last;
	const struct maker *m;

	empty(f);
	if (last.duplicated) {
		last.duplicated = false;
		copy_frame(f, &last);
		lay(f);
		return;
	}
	if (fragments_next(f))
		return;
	if (!chance(20)) {
		fragments_make(f);
		return;
	}

	m = pick_maker();
	make(f, m, m->six && (!m->four || chance(2)));
	if (chance(5) > 1)
		break_some(f);
	lay(f);
	if (f->duplicated)
		last = *f;
}

const unsigned int kinds_n = ARRAY_SIZE(makers);

bool frame_sound(struct frame *f, unsigned int kind, bool six)
{
	const struct maker *m = &makers[kind];

	empty(f);
	if (!(six ? m->six : m->four))
		return false;
	make(f, m, six);
	shape(f, f->len);

	return true;
}

void frame_copy(struct frame *to, const struct frame *from)
{
	empty(to);
	copy_frame(to, from);
}

bool frame_fragment(struct frame *f)
{
	empty(f);

	return fragments_next(f);
}

/* The marker is the last frame to come out. */
void frame_marker(struct frame *f, unsigned int n)
{
	static const struct row row = { "marker", 0 };
	struct flow flow = { .client_port = 7, .vip_port = 53,
			     .protocol = UDP };
	unsigned int ident_saved = ident;
	uint64_t chance_saved = chance_state;

	empty(f);
	f->kind = &row;
	address(flow.client, false, false, 9);
	address(flow.vip, false, true, 0);
	header(f, false, &flow, UDP);
	f->bytes[f->l3 + 8] = 64;
	payload(f, &flow, 4);
	put16(f->bytes + f->len - 4, n >> 16);
	put16(f->bytes + f->len - 2, n);
	finish(f);
	f->linear = f->len;
	/* The number of markers has no influence on other frames. */
	ident = ident_saved;
	chance_state = chance_saved;
}
