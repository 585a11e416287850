// SPDX-License-Identifier: GPL-2.0
/*
 * Breaks valid frames. A new way to do so is a row in breakers[].
 */
#include <stdio.h>
#include <string.h>

#include "build.h"

/* A place that is mostly in the headers */
static unsigned int somewhere(const struct frame *f)
{
	unsigned int n = f->len - ETHER;

	if (chance(8) && n > 100)
		n = 100;

	return n ? ETHER + chance(n) : chance(ETHER);
}

static void break_bit(struct frame *f)
{
	f->bytes[somewhere(f)] ^= 1 << chance(8);
}

static void break_byte(struct frame *f)
{
	static const uint8_t limits[] = { 0, 1, 2, 4, 0x7f, 0x80, 0xfe, 0xff };

	f->bytes[somewhere(f)] = chance(2) ? PICK(limits) : chance(256);
}

static void break_word(struct frame *f)
{
	static const uint16_t limits[] = {
		0, 1, 7, 8, 19, 20, 40, 0x7fff, 0x8000, 0xffff
	};
	unsigned int at = somewhere(f) & ~1U;

	if (at + 2 <= f->len)
		put16(f->bytes + at, chance(2) ? PICK(limits) :
				     get16(f->bytes + at) + chance(17) - 8);
}

static void break_short(struct frame *f)
{
	if (f->len > ETHER)
		f->len = chance(2) ? ETHER + chance(f->len - ETHER) :
				     f->len - 1 - chance(f->len - ETHER < 16 ?
							 f->len - ETHER : 16);
}

static void break_long(struct frame *f)
{
	unsigned int n = chance(64);

	if (f->len + n < 3900)
		fill(room(f, n), n);
}

/* A field by which packets are judged */
static void break_field(struct frame *f)
{
	static const struct {
		bool six, transport;
		uint8_t at, size;
	} fields[] = {
		{ false, false, 0, 1 }, { false, false, 2, 2 },
		{ false, false, 6, 2 }, { false, false, 8, 1 },
		{ false, false, 9, 1 }, { false, false, 12, 1 },
		{ true, false, 0, 1 }, { true, false, 4, 2 },
		{ true, false, 6, 1 }, { true, false, 7, 1 },
		{ true, false, 40, 1 }, { true, false, 41, 1 },
		{ false, true, 0, 1 }, { false, true, 4, 2 },
		{ false, true, 12, 1 }, { false, true, 13, 1 },
		{ false, true, 8, 1 }, { false, true, 17, 1 },
		{ true, true, 0, 1 }, { true, true, 4, 2 },
		{ true, true, 12, 1 }, { true, true, 13, 1 },
		{ true, true, 8, 1 }, { true, true, 14, 1 },
	};
	static const uint8_t bytes[] = {
		0, 1, 2, 4, 5, 6, 0x11, 0x3a, 0x2c, 0x2b, 0x3c, 0x33, 0x3b,
		0x40, 0x44, 0x46, 0x4f, 0x50, 0x5f, 0x60, 0xf0, 0xff
	};
	unsigned int i, at;

	do
		i = chance(ARRAY_SIZE(fields));
	while (fields[i].six != f->six);
	at = fields[i].at;
	if (fields[i].transport)
		at += f->l4 ? f->l4 : f->l3 + 20;
	else
		at += f->l3;
	if (at + fields[i].size > f->len)
		return;
	if (fields[i].size == 1)
		f->bytes[at] = PICK(bytes);
	else
		put16(f->bytes + at, chance(3) ? get16(f->bytes + at) +
				     chance(41) - 20 : chance(65536));
}

static void break_mac(struct frame *f)
{
	static const uint8_t macs[][6] = {
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 1, 0, 0x5e, 0, 0, 1 }, { 0x33, 0x33, 0, 0, 0, 1 },
		{ 2, 0, 0, 0, 0, 3 }, { 2, 0, 0, 0, 1, 2 },
	};

	memcpy(f->bytes, PICK(macs), 6);
}

/* As if a server were a director, too */
static void break_sender(struct frame *f)
{
	memcpy(f->bytes + 6, server_macs[chance(SERVER_LOCAL)], 6);
}

static void break_double(struct frame *f)
{
	f->duplicated = true;
}

static void break_tag(struct frame *f)
{
	static const uint16_t ids[] = { 0, VLAN_ID, VLAN_ID, 6, 4095 };

	if (f->gso_size || f->len < ETHER || f->len + 4 > 3900)
		return;
	memmove(f->bytes + 16, f->bytes + 12, f->len - 12);
	put16(f->bytes + 12, chance(4) ? ETHER_VLAN : ETHER_QINQ);
	put16(f->bytes + 14, PICK(ids) | chance(8) << 13);
	f->len += 4;
	f->l3 += 4;
	if (f->l4)
		f->l4 += 4;
}

static const struct breaker {
	struct row row;
	void (*breaks)(struct frame *f);
	unsigned int weight;
	bool longer;		/* or shorter: changes the frame's length */
} breakers[] = {
	{ { "bit", MUST_FORWARD | MUST_DROP }, break_bit, 20, false },
	{ { "byte", MUST_FORWARD | MUST_DROP }, break_byte, 20, false },
	{ { "word", MUST_FORWARD | MUST_DROP }, break_word, 10, false },
	{ { "short", MUST_DROP }, break_short, 12, true },
	{ { "long", MUST_FORWARD | MUST_DROP }, break_long, 10, true },
	{ { "field", MUST_FORWARD | MUST_DROP }, break_field, 30, false },
	{ { "mac", MUST_DROP }, break_mac, 2, false },
	{ { "sender", MUST_FORWARD | MUST_DROP }, break_sender, 10, false },
	{ { "double", MUST_FORWARD | MUST_DROP }, break_double, 4, false },
	{ { "tag", MUST_FORWARD | MUST_DROP }, break_tag, 8, true },
};

void breakers_enter(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(breakers); i++)
		tally_row("broken", &breakers[i].row);
}

static const struct breaker *pick_breaker(void)
{
	unsigned int all = 0, n;

	for (n = 0; n < ARRAY_SIZE(breakers); n++)
		all += breakers[n].weight;
	all = chance(all);
	for (n = 0; all >= breakers[n].weight; n++)
		all -= breakers[n].weight;

	return &breakers[n];
}

/* Restores the fields that the sending kernel checks in a merged packet: it
 * would not let the packet pass, or would segment it.
 */
static void keep_merged(struct frame *f, const uint8_t *before)
{
	static const uint8_t four[] = { 0, 2, 3, 6, 7, 9 };
	static const uint8_t six[] = { 0, 4, 5, 6 };
	const uint8_t *fields = f->six ? six : four;
	unsigned int n = f->six ? sizeof(six) : sizeof(four);

	memcpy(f->bytes, before, ETHER);
	while (n--)
		f->bytes[f->l3 + fields[n]] = before[f->l3 + fields[n]];
	if (f->gso_type == TCP)
		f->bytes[f->l4 + 12] = before[f->l4 + 12];
	repair4(f);
}

void break_some(struct frame *f)
{
	unsigned int n = 1 + chance(chance(4) ? 2 : 6);
	bool merged = f->gso_size;
	uint8_t before[256];

	memcpy(before, f->bytes, sizeof(before));
	while (n--) {
		const struct breaker *b = pick_breaker();

		if (merged && b->longer)
			continue;
		b->breaks(f);
		f->rows |= tally_row("broken", &b->row);
		snprintf(f->how + strlen(f->how), sizeof(f->how) -
			 strlen(f->how), " %s", b->row.name);
	}
	if (merged) {
		keep_merged(f, before);
	} else if (chance(4)) {
		if (chance(2))
			repair(f);
		else
			repair4(f);
	}
}
