// SPDX-License-Identifier: GPL-2.0
/*
 * Valid frames of all kinds, split at each byte from the Ethernet header to a
 * few bytes behind the last header: random splits would miss some of these
 * places.
 */
#include <string.h>

#include "build.h"

#define TRIES		100	/* to find a frame that is forwarded */
#define BEHIND		20	/* the headers */

/* Includes the ports that an ICMP error quotes behind options of usual size */
static unsigned int headers_end(const struct frame *f)
{
	const uint8_t *h = f->bytes + f->l4;
	unsigned int end = f->l3 + (f->six ? 40 : 20);
	uint8_t first = f->bytes[f->l3 + (f->six ? 6 : 9)];

	if (f->l4 && (first == ICMP || first == ICMP6))
		end = f->l4 + 8 + (f->six ? 40 + 24 : 24) + 4;
	else if (f->l4)
		end = f->l4 + (f->gso_type == UDP ? 8 : 20);
	if (f->l4 && first == TCP)
		end = f->l4 + (h[12] >> 4) * 4;

	return end + BEHIND < f->len ? end + BEHIND : f->len;
}

static void send_shaped(const struct frame *from, bool pieces,
			unsigned int linear, unsigned int cut, unsigned int cut2)
{
	struct frame *f = batch_room(pieces);

	frame_copy(f, from);
	shape(f, linear);
	shape_cut(f, cut);
	shape_cut(f, cut2);
	batch_send(f, pieces);
}

/* In two parts; in three, of which the second is long, or has one byte */
static void send_split(const struct frame *f)
{
	unsigned int end = headers_end(f), at;

	for (at = ETHER; at <= end; at++)
		send_shaped(f, false, at, 0, 0);
	for (at = ETHER + 1; at <= end; at++)
		send_shaped(f, true, ETHER, at, 0);
	for (at = ETHER; at < end; at++)
		send_shaped(f, true, at, at + 1, 0);
}

/* Finds a frame that is forwarded, if there is one, by sending some. Linux 6.1
 * takes no merged UDP.
 */
static bool find(struct frame *found, unsigned int kind, bool six)
{
	struct frame *f;

	for (int i = 0; i < TRIES; i++) {
		f = batch_room(false);
		if (!frame_sound(f, kind, six))
			return false;
		frame_copy(found, f);
		batch_send(f, false);
		if (!f->sent)
			return false;
		if (!(found->kind->must & MUST_SOUND) ||
		    f->out.fate == FATE_FORWARDED || f->out.fate == FATE_SPLIT)
			break;
	}

	return true;
}

static void sweep_kinds(uint8_t protocol)
{
	static struct frame f;

	flows_only(protocol);
	for (unsigned int kind = 0; kind < kinds_n; kind++)
		for (int six = 0; six < 2; six++)
			if (find(&f, kind, six))
				send_split(&f);
	flows_only(0);
}

/* The transport header in several fragments, which then form a list, or whose
 * page fragments are joined
 */
static void sweep_fragments(uint8_t protocol, bool six, unsigned int linear)
{
	unsigned int least = six ? 24 : 8;
	static struct frame f;
	struct frame *next;
	struct flow flow;

	for (unsigned int step = least; step <= 40; step += 8) {
		for (int order = 0; order < ORDERS_N; order++) {
			pick_flow(&flow, six, protocol);
			header(&f, six, &flow, protocol);
			payload(&f, &flow, 30);
			finish(&f);
			fragments_cut(&f, step, order);
			while (next = batch_room(false), frame_fragment(next)) {
				shape(next, linear ? linear : next->len);
				batch_send(next, false);
			}
		}
	}
}

void sweep(void)
{
	static const uint8_t protocols[] = { TCP, UDP };

	for (unsigned int i = 0; i < ARRAY_SIZE(protocols); i++) {
		sweep_kinds(protocols[i]);
		for (int six = 0; six < 2; six++) {
			sweep_fragments(protocols[i], six, 0);
			sweep_fragments(protocols[i], six,
					ETHER + (six ? 48 : 20));
		}
	}
}
