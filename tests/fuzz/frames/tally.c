// SPDX-License-Identifier: GPL-2.0
/*
 * Counts how many frames were sent of each row of the tables, and their fates:
 * a row that is never tested is a failure.
 */
#include <stdio.h>

#include "frames.h"

#define ROWS_MAX	64

enum column { SENT, FORWARDED, SPLIT, ANSWERED, DROPPED, UNKNOWN, SOUND, COLUMNS_N };

static const char *const columns[COLUMNS_N] = {
	[SENT] = "sent",
	[FORWARDED] = "forwarded",
	[SPLIT] = "split",
	[ANSWERED] = "answered",
	[DROPPED] = "dropped",
	[UNKNOWN] = "unknown",
	[SOUND] = "sound",
};

/* The column for each of enum row_must */
static const struct {
	unsigned int must;
	enum column column;
	const char *never;
} wants[] = {
	{ MUST_FORWARD, FORWARDED, "forwarded" },
	{ MUST_SPLIT, SPLIT, "split" },
	{ MUST_ANSWER, ANSWERED, "answered" },
	{ MUST_DROP, DROPPED, "dropped" },
	{ MUST_SOUND, SOUND, "forwarded unbroken" },
};

static struct {
	const char *what;
	const struct row *row;
	unsigned long seen[COLUMNS_N];
} rows[ROWS_MAX];

static unsigned int rows_n;

uint64_t tally_row(const char *what, const struct row *row)
{
	unsigned int i;

	for (i = 0; i < rows_n; i++)
		if (rows[i].row == row)
			break;
	if (i == ROWS_MAX) {
		printf("not ok - there is room for %u rows\n", ROWS_MAX);
		return 0;
	}
	if (i == rows_n) {
		rows[rows_n].what = what;
		rows[rows_n++].row = row;
	}

	return 1ULL << i;
}

static void seen(const struct frame *f, enum column column)
{
	for (unsigned int i = 0; i < rows_n; i++)
		rows[i].seen[column] += f->rows >> i & 1;
}

/* For a frame whose fate was the expected one */
void tally_frame(const struct frame *f)
{
	if (!f->sent)
		return;

	seen(f, SENT);
	switch (f->out.fate) {
	case FATE_FORWARDED:
		seen(f, FORWARDED);
		break;
	case FATE_SPLIT:
		seen(f, SPLIT);
		break;
	case FATE_NOTHING:
		seen(f, f->out.answer ? ANSWERED : DROPPED);
		break;
	case FATE_UNKNOWN:
		seen(f, UNKNOWN);
		break;
	}
	if (!f->how[0] && (f->out.fate == FATE_FORWARDED ||
			   f->out.fate == FATE_SPLIT))
		seen(f, SOUND);
}

void tally_print(void)
{
	printf("# %-20s", "");
	for (int c = 0; c < COLUMNS_N; c++)
		printf(" %9s", columns[c]);
	printf("\n");
	for (unsigned int i = 0; i < rows_n; i++) {
		printf("# %-8s%-12s", rows[i].what, rows[i].row->name);
		for (int c = 0; c < COLUMNS_N; c++)
			printf(" %9lu", rows[i].seen[c]);
		printf("\n");
	}
}

/* True if no row is untested */
bool tally_is_full(void)
{
	bool full = true;

	for (unsigned int i = 0; i < rows_n; i++) {
		const struct row *row = rows[i].row;

		if (!rows[i].seen[SENT]) {
			printf("not ok - %s %s: never sent\n", rows[i].what,
			       row->name);
			full = false;
		}
		for (unsigned int w = 0; w < ARRAY_SIZE(wants); w++) {
			if (!(row->must & wants[w].must) ||
			    rows[i].seen[wants[w].column])
				continue;
			printf("not ok - %s %s: never %s\n", rows[i].what,
			       row->name, wants[w].never);
			full = false;
		}
	}

	return full;
}
