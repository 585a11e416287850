// SPDX-License-Identifier: GPL-2.0
/*
 * frames config		prints the director's services, for lbctl apply
 * frames run DIRECTOR SECONDS CAPTURE
 *				sends frames for so long, compares what comes out,
 *				and prints how many there were of each kind. The
 *				shortest run takes 20 seconds, on a debug kernel
 *				some minutes.
 *
 * SEED gives the same frames again. BATCH says how many are sent before the
 * output is examined: 1 to find the frame that a counter is wrong about.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "frames.h"

#define BATCH_MAX	256
#define HEARD_MAX	4096
#define MINUTE		60	/* without a frame: nothing more will come */
#define FRAMES_MIN	4000	/* random ones, however slow the kernel is */

static struct frame frames[BATCH_MAX + 1];
static unsigned int frames_n;
static struct heard *lan[HEARD_MAX], *client[HEARD_MAX];
static unsigned int lan_n, client_n;
static bool tapping;

static unsigned long seed, batch = 64, all, refused, unknown, nothing, forwarded,
	split, answers, tapped;
static uint64_t counted[COUNTERS_N];

/* ---- reports */

static void hex(const char *what, const uint8_t *bytes, unsigned int len)
{
	printf("# %s, %u bytes: ", what, len);
	for (unsigned int i = 0; i < len && i < 400; i++)
		printf("%02x", bytes[i]);
	printf(len > 400 ? "...\n" : "\n");
}

static void describe(const struct frame *f)
{
	printf("# frame %lu, seed %lu: %s%s; %u of %u bytes linear", f->number,
	       seed, f->kind->name, f->how, f->linear, f->len);
	for (unsigned int i = 0; f->pieces && i < f->cuts_n; i++)
		printf(", cut at %u", f->cuts[i]);
	printf("%s, gso %u\n", f->whole ? ", the last fragment" : "",
	       f->gso_size);
	printf("# wanted: %s, servers %x of which seen %d, counters",
	       f->out.why, f->out.servers,
	       f->out.conn ? f->out.conn->server : -1);
	for (int i = 0; i < COUNTERS_N; i++)
		if (f->out.counts & 1U << i)
			printf(" %s", counter_names[i]);
	printf("\n");
	hex("sent", f->bytes, f->len);
}

static void __attribute__((noreturn, format(printf, 3, 4)))
mismatch(const struct frame *f, const struct heard *h, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("not ok - what comes out is what must: ");
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
	if (f)
		describe(f);
	if (f && f->whole)
		hex("whole", f->whole, f->whole_len);
	if (h)
		hex("came", h->bytes, h->len);
	exit(1);
}

/* ---- comparisons */

static int server_of(const uint8_t *mac)
{
	for (int i = 0; i < SERVER_LOCAL; i++)
		if (!memcmp(server_macs[i], mac, 6))
			return i;

	return -1;
}

static const uint8_t *packet_of(const struct frame *f)
{
	return (f->whole ? f->whole : f->bytes) + f->out.at;
}

/* Checks that the director sent it to one of the permitted servers */
static const char *wrong_ether(struct frame *f, const struct heard *h)
{
	struct connection *conn = f->out.conn;
	int server = server_of(h->bytes);

	if (server < 0)
		return "to a MAC address that is no server's";
	if (memcmp(h->bytes + 6, lan_mac, 6))
		return "from another MAC address";
	if (h->tagged)
		return "with a VLAN tag";
	if (!(f->out.servers & 1 << server))
		return "to a server that is not the service's";
	if (!conn)
		return NULL;
	if (conn->server >= 0 && conn->server != server)
		return "to another server than the connection's";
	conn->server = server;

	return NULL;
}

static const char *wrong_packet(const struct frame *f, const struct heard *h)
{
	const uint8_t *was = packet_of(f), *is = h->bytes + ETHER;
	bool six = was[0] >> 4 == 6;
	unsigned int ttl = six ? 7 : 8;

	if (h->len != ETHER + f->out.len)
		return "of another length";
	if (get16(h->bytes + 12) != (six ? ETHER_IP6 : ETHER_IP4))
		return "of another type";
	if (is[ttl] != was[ttl] - 1)
		return "with a wrong TTL";
	if (!six && sum16(is, (is[0] & 15) * 4, 0))
		return "with a wrong checksum";
	for (unsigned int i = 0; i < f->out.len; i++)
		if (is[i] != was[i] && i != ttl &&
		    (six || (i != 10 && i != 11)))
			return "with another byte changed";
	if (h->gso_size != f->gso_size ||
	    (h->gso_size && h->gso_type != f->gso_type))
		return "merged in another way";

	return NULL;
}

/* Checks any frame: the director sends packets for a VIP to servers only. */
static const char *wrong_anyway(const struct heard *h)
{
	if (memcmp(h->bytes + 6, lan_mac, 6) || server_of(h->bytes) < 0)
		return "not from the director to a server";
	if (get16(h->bytes + 12) == ETHER_IP4 &&
	    sum16(h->bytes + ETHER, (h->bytes[ETHER] & 15) * 4, 0))
		return "with a wrong checksum";

	return NULL;
}

static void compare_forwarded(struct frame *f, const struct heard *h)
{
	const char *wrong;

	if (!h)
		mismatch(f, NULL, "nothing came");
	wrong = wrong_ether(f, h);
	if (!wrong)
		wrong = wrong_packet(f, h);
	if (wrong)
		mismatch(f, h, "it came %s", wrong);
	forwarded++;
}

/* Finds the place of a fragment's payload in the packet, and its length. False
 * if it is no fragment of that packet.
 */
static bool place(const struct frame *f, const struct heard *h,
		  unsigned int *head, unsigned int *at, bool *more)
{
	const uint8_t *was = packet_of(f), *is = h->bytes + ETHER;

	*head = 20;
	if (was[0] >> 4 == 4) {
		if (is[0] != was[0] || is[8] != was[8] - 1 ||
		    sum16(is, (is[0] & 15) * 4, 0) ||
		    get16(is + 2) != h->len - ETHER ||
		    memcmp(is + 4, was + 4, 2) || is[1] != was[1] ||
		    is[9] != was[9] || memcmp(is + 12, was + 12, 8))
			return false;
		*head = (is[0] & 15) * 4;
		*at = (get16(is + 6) & 0x1fff) * 8;
		*more = is[6] & 0x20;
		return true;
	}
	if (memcmp(is, was, 4) || is[6] != FRAGMENT || is[7] != was[7] - 1 ||
	    memcmp(is + 8, was + 8, 32) || is[40] != was[6] ||
	    get16(is + 4) != h->len - ETHER - 40)
		return false;
	*at = get16(is + 42) & ~7U;
	*more = is[43] & 1;
	*head = 48;

	return true;
}

/* Returns the number of its fragments. */
static unsigned int compare_split(struct frame *f, struct heard **h,
				  unsigned int n)
{
	const uint8_t *was = packet_of(f);
	unsigned int base = was[0] >> 4 == 4 ? (was[0] & 15) * 4 : 40;
	unsigned int done = 0, used = 0, head, at, len;
	bool more = true;
	const char *wrong;

	while (more) {
		if (used == n)
			mismatch(f, NULL, "not all fragments came");
		wrong = wrong_ether(f, h[used]);
		if (wrong)
			mismatch(f, h[used], "a fragment came %s", wrong);
		if (!place(f, h[used], &head, &at, &more))
			mismatch(f, h[used], "it is no fragment of it");
		len = h[used]->len - ETHER - head;
		if (h[used]->len > ETHER + LAN_MTU || at != done ||
		    base + at + len > f->out.len ||
		    memcmp(h[used]->bytes + ETHER + head, was + base + at, len))
			mismatch(f, h[used], "a fragment is wrong");
		done += len;
		used++;
	}
	if (base + done != f->out.len)
		mismatch(f, h[used - 1], "the end is missing");
	split++;

	return used;
}

static void compare_lan(void)
{
	unsigned int at = 0;

	for (unsigned int i = 0; i < frames_n; i++) {
		struct frame *f = &frames[i];

		if (!f->sent)
			continue;
		switch (f->out.fate) {
		case FATE_FORWARDED:
			compare_forwarded(f, at < lan_n ? lan[at] : NULL);
			at++;
			break;
		case FATE_SPLIT:
			at += compare_split(f, lan + at, lan_n - at);
			break;
		case FATE_NOTHING:
			nothing++;
			break;
		case FATE_UNKNOWN:
			unknown++;
			break;
		}
	}
	if (at < lan_n)
		mismatch(&frames[frames_n - 1], lan[at],
			 "something came behind the last");
}

/* ---- ICMP errors to clients */

/* True if it is an error for that frame, which it quotes from the beginning. */
static bool blames_frame(const struct frame *f, const struct heard *h)
{
	const uint8_t *was = packet_of(f), *is = h->bytes + ETHER, *icmp;
	bool six = was[0] >> 4 == 6;
	unsigned int head = six ? 40 : 20, least = six ? 1232 : 500, n;

	if (h->len < ETHER + head + 8)
		return false;
	icmp = is + head;
	if (get16(h->bytes + 12) != (six ? ETHER_IP6 : ETHER_IP4) ||
	    is[six ? 6 : 9] != (six ? ICMP6 : ICMP) ||
	    (six ? icmp[0] >= 128 : icmp[0] != 3 && icmp[0] != 11 &&
				    icmp[0] != 12))
		return false;
	if (six ? memcmp(is + 8, was + 24, 16) || memcmp(is + 24, was + 8, 16) :
		  memcmp(is + 12, was + 16, 4) || memcmp(is + 16, was + 12, 4))
		return false;
	/* The quote fills the smallest packet that a path MTU may call for. */
	n = h->len - ETHER - head - 8;

	return n <= f->out.len && (n == f->out.len || n >= least) &&
	       !memcmp(icmp + 8, was, n);
}

/* True if it has the right type, code and MTU. */
static bool answers_frame(const struct frame *f, const struct heard *h)
{
	bool six = packet_of(f)[0] >> 4 == 6;
	const uint8_t *icmp = h->bytes + ETHER + (six ? 40 : 20);

	if (!blames_frame(f, h) || icmp[0] != f->out.type ||
	    icmp[1] != f->out.code)
		return false;
	if (six && icmp[0] == 2)
		return get16(icmp + 6) == LAN_MTU;
	if (!six && icmp[0] == 3 && icmp[1] == 4)
		return get16(icmp + 6) == LAN_MTU;

	return true;
}

/* The local stack may send other errors, but only for packets left to it. */
static void compare_blame(const struct heard *h)
{
	const struct frame *forwarded = NULL;

	for (unsigned int i = 0; i < frames_n; i++) {
		const struct frame *f = &frames[i];

		if (!f->sent || !blames_frame(f, h))
			continue;
		if (f->out.fate != FATE_FORWARDED && f->out.fate != FATE_SPLIT)
			return;
		forwarded = f;
	}
	if (forwarded)
		mismatch(forwarded, h, "an error says it was not forwarded");
}

static void compare_answers(void)
{
	bool used[HEARD_MAX] = { false };
	unsigned int at;

	for (unsigned int i = 0; i < frames_n; i++) {
		struct frame *f = &frames[i];

		if (!f->sent || !f->out.answer)
			continue;
		for (at = 0; at < client_n; at++)
			if (!used[at] && answers_frame(f, client[at]))
				break;
		if (at == client_n) {
			for (at = 0; at < client_n; at++)
				hex("client heard", client[at]->bytes,
				    client[at]->len);
			mismatch(f, NULL, "no ICMP type %u, code %u came",
				 f->out.type, f->out.code);
		}
		used[at] = true;
		answers++;
	}
	for (at = 0; at < client_n; at++)
		if (!used[at])
			compare_blame(client[at]);
}

/* ---- counters */

static void compare_counters(void)
{
	static uint64_t before[COUNTERS_N];
	uint64_t now[COUNTERS_N];
	bool wrong = false;
	unsigned int any = 0;

	for (unsigned int i = 0; i < frames_n; i++) {
		if (!frames[i].sent)
			continue;
		any += frames[i].out.fate == FATE_UNKNOWN;
		for (int c = 0; c < COUNTERS_N; c++)
			counted[c] += frames[i].out.counts >> c & 1;
	}
	wire_counters(now);
	for (int c = 0; c < COUNTERS_N; c++) {
		if (now[c] < counted[c] || now[c] > counted[c] + any) {
			printf("# %s: %llu more, wanted %llu\n",
			       counter_names[c],
			       (unsigned long long)(now[c] - before[c]),
			       (unsigned long long)(counted[c] - before[c]));
			wrong = true;
			for (unsigned int i = 0; i < frames_n; i++)
				if (frames[i].out.counts >> c & 1)
					describe(&frames[i]);
		}
		counted[c] = now[c];
		before[c] = now[c];
	}
	if (!wrong)
		return;
	if (frames_n > 2)
		printf("# which frame is it: BATCH=1 with the same SEED\n");
	mismatch(&frames[0], NULL, "a counter in the batch that begins so");
}

/* ---- the tap: clones of its packets must not be written to */

static bool tap_hears(const struct frame *f)
{
	unsigned int type = get16(f->bytes + 12);
	bool tag = type == ETHER_VLAN || type == ETHER_QINQ;

	/* VLAN tags are removed before the tap. */
	return f->sent && (!tag || f->len >= 20);
}

static void compare_tap(void)
{
	static struct heard h;
	unsigned int i = 0;

	while (wire_hear_tap(&h)) {
		while (i < frames_n && !tap_hears(&frames[i]))
			i++;
		if (i == frames_n)
			mismatch(NULL, &h, "the tap heard more than was sent");
		if (!h.tagged &&
		    (h.len != frames[i].len ||
		     memcmp(h.bytes, frames[i].bytes, h.len)))
			mismatch(&frames[i], &h, "the tap's clone was changed");
		frames[i++].tapped = true;
	}
	for (; i < frames_n && wire_is_tapped(); i++)
		if (tap_hears(&frames[i]))
			mismatch(&frames[i], NULL, "the tap did not hear it");
}

/* ---- tallies */

static void tally_batch(void)
{
	/* All but the marker */
	for (unsigned int i = 0; i + 1 < frames_n; i++) {
		shapes_tally(&frames[i]);
		tally_frame(&frames[i]);
		tapped += frames[i].tapped;
	}
}

/* True if everything was tested that the model knows */
static bool tested(void)
{
	bool full = tally_is_full();

	if (unknown * 100 <= all)
		return full;
	printf("not ok - %lu frames of %lu: the model does not know\n", unknown,
	       all);

	return false;
}

/* ---- batches */

static void keep(struct heard **list, unsigned int *n, const struct heard *h)
{
	if (*n == HEARD_MAX)
		mismatch(NULL, h, "too many frames come");
	list[*n] = malloc(sizeof(*h));
	memcpy(list[*n], h, sizeof(*h));
	++*n;
}

static void release(struct heard **list, unsigned int *n)
{
	while (*n)
		free(list[--*n]);
}

/* The director's own frames go to other addresses, those for a VIP are
 * balanced.
 */
static bool is_balanced(const struct heard *h)
{
	unsigned int type = get16(h->bytes + 12);

	if (h->len < ETHER + 20)
		return false;
	if (type == ETHER_IP4)
		return address_vip(h->bytes + ETHER + 16, false) >= 0;

	return type == ETHER_IP6 && h->len >= ETHER + 40 &&
	       address_vip(h->bytes + ETHER + 24, true) >= 0;
}

static bool is_isolated(const struct heard *h)
{
	bool six = get16(h->bytes + 12) == ETHER_IP6;

	return address_isolated(h->bytes + ETHER + (six ? 8 : 12), six);
}

/* Receives frames until the last one is out. */
static void hear_all(void)
{
	const struct frame *marker = &frames[frames_n - 1];
	time_t end = time(NULL) + MINUTE;
	static struct heard h;
	const char *wrong;

	for (bool over = false; !over;) {
		if (!wire_hear_lan(&h)) {
			if (time(NULL) > end)
				break;
			wire_wait_lan(1);
			continue;
		}
		if (!is_balanced(&h))
			continue;
		over = h.len == marker->len &&
		       !memcmp(h.bytes + ETHER + 20, marker->bytes + ETHER + 20,
			       h.len - ETHER - 20);
		if (!is_isolated(&h)) {
			keep(lan, &lan_n, &h);
			continue;
		}
		wrong = wrong_anyway(&h);
		if (wrong)
			mismatch(NULL, &h, "something came %s", wrong);
	}
	while (wire_hear_client(&h))
		keep(client, &client_n, &h);
	if (wire_lost())
		mismatch(NULL, NULL, "%u frames were not heard in time",
			 wire_lost());
}

/* Its random source may be one of the isolated, whose fate is not known. */
static void set_aside(struct frame *f)
{
	const uint8_t *ip = f->bytes + f->out.at;

	if (f->out.at + 40U > f->len || ip[0] >> 4 != 6 ||
	    !address_isolated(ip + 8, true))
		return;
	f->out.fate = FATE_UNKNOWN;
	f->out.counts = 0;
	f->out.answer = false;
}

static void send_frame(struct frame *f)
{
	bool known;

	f->sent = false;
	model_frame(f);
	set_aside(f);
	known = f->out.fate != FATE_UNKNOWN;
	if (!known)
		frame_isolate(f);
	f->sent = wire_send(f);
	if (!f->sent && !f->gso_size)
		mismatch(f, NULL, "it cannot be sent");
	if (!f->sent)
		refused++;
	else if (known)
		model_frame(f);
	all++;
}

static void batch_end(void)
{
	static unsigned int n;

	if (!frames_n)
		return;
	frame_marker(&frames[frames_n], ++n);
	frames[frames_n].pieces = frames[0].pieces;
	send_frame(&frames[frames_n++]);
	hear_all();
	compare_lan();
	compare_answers();
	compare_tap();
	compare_counters();
	tally_batch();
	release(lan, &lan_n);
	release(client, &client_n);
	frames_n = 0;
	tapping = !tapping;
}

/* All frames of a batch take the same way, so that they stay in order. */
struct frame *batch_room(bool pieces)
{
	if (frames_n == batch || (frames_n && frames[0].pieces != pieces))
		batch_end();
	if (!frames_n)
		wire_tap(tapping, pieces);

	return &frames[frames_n];
}

void batch_send(struct frame *f, bool pieces)
{
	static unsigned long number;

	f->pieces = pieces;
	f->number = ++number;
	frames_n++;
	send_frame(f);
}

/* The same frames take the same way, whatever the batches are. */
static void random_frame(void)
{
	static unsigned int n;
	bool pieces = n++ / BATCH_MAX & 1;
	struct frame *f = batch_room(pieces);

	frame_make(f);
	batch_send(f, pieces);
}

static bool run(const char *director, unsigned int seconds,
		const char *capture)
{
	time_t start = time(NULL), now;
	unsigned long least;

	captured_read(capture);
	wire_open(director);
	wire_counters(counted);
	chance_seed(seed);
	makers_enter();
	breakers_enter();
	shapes_enter();
	sweep();
	batch_end();
	printf("# %lu frames of the sweep in %ld seconds\n", all,
	       (long)(time(NULL) - start));
	least = all + FRAMES_MIN;
	seconds += time(NULL) - start;
	do {
		random_frame();
		now = time(NULL);
	} while (now < start + seconds || all < least);
	batch_end();

	tally_print();
	printf("# %lu frames in %ld seconds: %lu a second\n", all,
	       (long)(now - start), all / (now - start + 1));
	printf("# %lu forwarded, %lu split, %lu not forwarded, %lu answered\n",
	       forwarded, split, nothing, answers);
	printf("# %lu not known (%lu in 10000), %lu not sent, %lu seen by a tap\n",
	       unknown, unknown * 10000 / all, refused, tapped);
	for (int i = 0; i < COUNTERS_N; i++)
		printf("counter %s %llu\n", counter_names[i],
		       (unsigned long long)counted[i]);

	return tested();
}

int main(int argc, char **argv)
{
	const char *word;

	setvbuf(stdout, NULL, _IOLBF, 0);
	word = getenv("SEED");
	seed = word ? strtoul(word, NULL, 0) : 1;
	word = getenv("BATCH");
	if (word)
		batch = strtoul(word, NULL, 0);
	if (!batch || batch > BATCH_MAX)
		batch = BATCH_MAX;

	if (argc == 2 && !strcmp(argv[1], "config"))
		config_print();
	else if (argc == 5 && !strcmp(argv[1], "run"))
		return !run(argv[2], atoi(argv[3]), argv[4]);
	else
		return 2;

	return 0;
}
