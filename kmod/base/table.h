/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_TABLE_H
#define _DRLB_TABLE_H

#include <linux/rhashtable.h>

/* The struct rhash_head of @key in the table @ht, or NULL.
 *
 * rhashtable_lookup() calls the hash and the comparison by pointers or, where
 * they are constant, as functions that the compiler does not repeat. Here they
 * are compiled in: hashfn(key, seed) and equal(key, node), both inline. As
 * there, a miss counts only when no bucket was being moved meanwhile.
 *
 * Context: RCU read-side section.
 */
#define DRLB_TABLE_LOOKUP(ht, key, hashfn, equal)			\
({									\
	struct rhashtable *__ht = (ht);					\
	struct bucket_table *__tbl = rht_dereference_rcu(__ht->tbl, __ht); \
	struct rhash_lock_head __rcu *const *__bkt;			\
	struct rhash_head *__node, *__found = NULL;			\
	unsigned int __hash;						\
									\
	do {								\
		__hash = rht_bucket_index(__tbl,			\
					  hashfn(key, __tbl->hash_rnd));\
		__bkt = rht_bucket(__tbl, __hash);			\
		do {							\
			rht_for_each_rcu_from(__node,			\
					      rht_ptr_rcu(__bkt),	\
					      __tbl, __hash) {		\
				if (equal(key, __node))			\
					break;				\
			}						\
			if (!rht_is_a_nulls(__node)) {			\
				__found = __node;			\
				break;					\
			}						\
		} while (__node != RHT_NULLS_MARKER(__bkt));		\
		if (likely(__found))					\
			break;						\
		smp_rmb(); /* as in rhashtable_lookup() */		\
		__tbl = rht_dereference_rcu(__tbl->future_tbl, __ht);	\
	} while (unlikely(__tbl));					\
	__found;							\
})

#endif /* _DRLB_TABLE_H */
