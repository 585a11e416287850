// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "file/complaints.h"
#include "file/lines.h"

/* More complaints than this are not worth reading. */
#define COMPLAINTS_MAX	20

static void complaint_free(struct complaint *c)
{
	free(c->object);
	free(c->cause);
}

/* The complaint that holds the same warning, or NULL */
static struct complaint *find_same(struct complaints *list,
				   const struct complaint *c)
{
	for (size_t i = 0; i < list->warnings; i++) {
		struct complaint *other = &list->complaint[i];

		if (!strcmp(other->kind, c->kind) &&
		    !strcmp(other->cause, c->cause))
			return other;
	}
	return NULL;
}

/* Count @c, and keep the one of both that has the first line. */
static void merge(struct complaint *same, const struct complaint *c)
{
	struct complaint other = *c;

	if (c->line < same->line) {
		other = *same;
		*same = *c;
		same->more = other.more;
	}
	same->more++;
	complaint_free(&other);
}

void complaints_add(struct complaints *list, const struct complaint *c)
{
	struct complaint *same = NULL, *end;

	if (c->warning && !list->each)
		same = find_same(list, c);
	if (same) {
		merge(same, c);
		return;
	}

	list->complaint = array_grow(list->complaint, &list->n, &list->room,
				     sizeof(*list->complaint));
	end = &list->complaint[list->n - 1];
	if (c->warning) {
		struct complaint *first = &list->complaint[list->warnings++];

		*end = *first;
		end = first;
	}
	*end = *c;
}

static int complaint_order(const void *pa, const void *pb)
{
	const struct complaint *a = pa, *b = pb;

	return (a->line > b->line) - (a->line < b->line);
}

static void print(const struct complaint *c, const char *name)
{
	line_complain(name, c->line, "%s%s%s", c->warning ? "warning: " : "",
		      c->object, c->cause);
	if (c->more)
		line_complain(name, c->line,
			      "warning: the same holds for %zu more %s%s, --verbose names each",
			      c->more, c->kind, c->more > 1 ? "s" : "");
}

static void forget(struct complaints *list)
{
	for (size_t i = 0; i < list->n; i++)
		complaint_free(&list->complaint[i]);
	list->n = 0;
	list->warnings = 0;
}

void complaints_print(struct complaints *list, const char *name)
{
	size_t n = list->n;

	if (!list->each && n > COMPLAINTS_MAX)
		n = COMPLAINTS_MAX;
	sort(list->complaint, list->n, sizeof(*list->complaint),
	     complaint_order);
	for (size_t i = 0; i < n; i++)
		print(&list->complaint[i], name);
	if (n < list->n)
		line_complain(name, 0,
			      "there are %zu more complaints, --verbose prints all",
			      list->n - n);
	forget(list);
}

void complaints_free(struct complaints *list)
{
	forget(list);
	free(list->complaint);
	memset(list, 0, sizeof(*list));
}
