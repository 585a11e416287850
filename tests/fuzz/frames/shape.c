// SPDX-License-Identifier: GPL-2.0
/*
 * How frames lie in memory. A shape that is counted on its own is a row in
 * shapes[].
 */
#include "build.h"

static bool is_linear(const struct frame *f)
{
	return f->linear == f->len;
}

/* In one page fragment, except for the linear part */
static bool is_split(const struct frame *f)
{
	return f->linear < f->len && !f->pieces;
}

/* In two or more */
static bool is_fragments(const struct frame *f)
{
	return f->pieces && f->cuts_n && f->linear < f->len;
}

/* The last fragment, which makes a list with those before it. */
static bool is_listed(const struct frame *f)
{
	return f->whole;
}

static bool is_merged(const struct frame *f)
{
	return f->gso_size;
}

static bool is_tagged(const struct frame *f)
{
	return f->len >= ETHER && get16(f->bytes + 12) == ETHER_VLAN;
}

static bool is_tapped(const struct frame *f)
{
	return f->tapped;
}

static const struct shape {
	struct row row;
	bool (*is)(const struct frame *f);
} shapes[] = {
	{ { "linear", MUST_ALL }, is_linear },
	{ { "split", MUST_ALL }, is_split },
	{ { "fragments", MUST_ALL }, is_fragments },
	{ { "listed", MUST_FORWARD | MUST_SPLIT }, is_listed },
	{ { "merged", MUST_FORWARD | MUST_ANSWER }, is_merged },
	{ { "tagged", MUST_FORWARD | MUST_DROP }, is_tagged },
	{ { "tapped", MUST_ALL }, is_tapped },
};

void shapes_enter(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++)
		tally_row("shape", &shapes[i].row);
}

void shapes_tally(struct frame *f)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++)
		if (shapes[i].is(f))
			f->rows |= tally_row("shape", &shapes[i].row);
}

void shape(struct frame *f, unsigned int linear)
{
	/* The field of the checksum must be linear, as for any device. */
	if (f->gso_size && linear < f->l4 + 20)
		linear = f->l4 + 20;
	f->linear = linear < f->len ? linear : f->len;
	f->cuts_n = 0;
}

void shape_cut(struct frame *f, unsigned int at)
{
	unsigned int last = f->cuts_n ? f->cuts[f->cuts_n - 1] : f->linear;

	if (f->cuts_n < CUTS_MAX && at > last && at < f->len)
		f->cuts[f->cuts_n++] = at;
}

/* Splits mostly in the headers */
void lay(struct frame *f)
{
	unsigned int n = f->len - ETHER, at;

	if (n > 200)
		n = 200;
	shape(f, chance(3) ? ETHER + chance(n + 1) : f->len);
	at = f->linear;
	for (unsigned int i = chance(CUTS_MAX + 1); i; i--) {
		at += 1 + (chance(4) ? chance(32) : chance(f->len));
		shape_cut(f, at);
	}
}
