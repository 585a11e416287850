/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_MAGLEV_H
#define _DRLB_MAGLEV_H

#include <linux/types.h>

/**
 * struct drlb_maglev_node - one of those that share a table's slots
 * @id: what names it, the same on every director
 * @id_len: bytes of that
 * @weight: its share, above 0
 */
struct drlb_maglev_node {
	const void *id;
	u32 id_len;
	u32 weight;
};

/* Fill @table's @size slots, a prime, with indices into @nodes, of which there
 * are @n, at least one and at most @size and 65534. The result depends on the
 * order of @nodes: all directors have to give the same. 0 or -ENOMEM.
 * Context: process, may sleep.
 */
int drlb_maglev_fill(u16 *table, u32 size,
		     const struct drlb_maglev_node *nodes, u32 n);

/* A size that is good enough for a fallback among @n, and small. */
u32 drlb_maglev_default_size(u32 n);

bool drlb_maglev_is_prime(u32 number);

#ifdef DRLB_SELFTEST
bool drlb_maglev_selftest(void);
#endif

#endif /* _DRLB_MAGLEV_H */
