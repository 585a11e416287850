// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments of valid packets: several frames at once.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"

#define PIECES_MAX	8

const struct row fragments_row = { "fragments", MUST_SOUND | MUST_SPLIT };

static struct {
	uint8_t bytes[PIECES_MAX][2048];
	unsigned int len[PIECES_MAX];
	unsigned int n, next;
	bool six;
	uint8_t whole[FRAME_MAX];
	unsigned int whole_len;
} pieces;

static void piece(const struct frame *f, unsigned int head, unsigned int from,
		  unsigned int to, unsigned int end)
{
	uint8_t *b = pieces.bytes[pieces.n], *ip = b + ETHER;
	unsigned int len = head, more = to < end;

	memcpy(b, f->bytes, head);
	if (f->six) {
		b[len] = ip[6];
		b[len + 1] = 0;
		put16(b + len + 2, from | more);
		put16(b + len + 4, 0);
		put16(b + len + 6, ident);
		ip[6] = FRAGMENT;
		len += 8;
	}
	memcpy(b + len, f->bytes + head + from, to - from);
	len += to - from;
	if (f->six) {
		put16(ip + 4, len - ETHER - 40);
	} else {
		put16(ip + 2, len - ETHER);
		put16(ip + 6, from / 8 | more << 13);
		put16(ip + 10, 0);
		put16(ip + 10, sum16(ip, 20, 0));
	}
	pieces.len[pieces.n++] = len;
}

static void cut(struct frame *f, unsigned int step)
{
	unsigned int head = ETHER + (f->six ? 40 : 20), end = f->len - head;

	if (!f->six)
		f->bytes[f->l3 + 6] = 0;
	repair4(f);
	memcpy(pieces.whole, f->bytes, f->len);
	pieces.whole_len = f->len;
	pieces.six = f->six;
	pieces.n = 0;
	pieces.next = 0;
	ident++;
	for (unsigned int at = 0; at < end; at += step)
		piece(f, head, at, at + step < end ? at + step : end, end);
}

static void arrange(enum order order)
{
	unsigned int n = pieces.n, other;
	static uint8_t bytes[2048];
	unsigned int len;

	if (order == IN_ORDER)
		return;
	for (unsigned int i = 0; i < n / 2; i++) {
		other = order == BACKWARD ? n - 1 - i : i ? i : n - 1;
		memcpy(bytes, pieces.bytes[i], 2048);
		memcpy(pieces.bytes[i], pieces.bytes[other], 2048);
		memcpy(pieces.bytes[other], bytes, 2048);
		len = pieces.len[i];
		pieces.len[i] = pieces.len[other];
		pieces.len[other] = len;
	}
}

bool fragments_next(struct frame *f)
{
	unsigned int n = pieces.next;

	if (n == pieces.n)
		return false;

	f->kind = &fragments_row;
	f->rows = tally_row("kind", f->kind);
	f->six = pieces.six;
	f->fragment = true;
	f->l3 = ETHER;
	f->len = pieces.len[n];
	memcpy(f->bytes, pieces.bytes[n], f->len);
	if (++pieces.next == pieces.n) {
		f->whole = malloc(pieces.whole_len);
		f->whole_len = pieces.whole_len;
		memcpy(f->whole, pieces.whole, f->whole_len);
	}
	lay(f);

	return true;
}

void fragments_cut(struct frame *f, unsigned int step, enum order order)
{
	cut(f, step);
	arrange(order);
}

/* The first fragment has the whole transport header, or IPv6 drops it. */
static unsigned int some_step(const struct frame *f)
{
	unsigned int end = f->len - ETHER - (f->six ? 40 : 20), step;

	step = (end / (PIECES_MAX - 1) + 8 + chance(600)) & ~7U;
	if (step > 1400)
		return 1400;

	return step < 64 ? 64 : step;
}

void fragments_make(struct frame *f)
{
	bool six = chance(2);
	struct flow flow;

	pick_flow(&flow, six, 0);
	header(f, six, &flow, flow.protocol);
	payload(f, &flow, chance(2) ? 60 + chance(1000) : 60 + chance(6000));
	finish(f);
	cut(f, some_step(f));
	arrange(chance(ORDERS_N));
	fragments_next(f);
}
