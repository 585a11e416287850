/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_HASH_H
#define _DRLB_HASH_H

#include <linux/math64.h>

/* One random word for each word of a key, drawn when the module is loaded.
 * Without them nobody can aim at a bucket.
 */
extern u64 drlb_hash_secret[5];

/* Both halves of the product of two secret words, as in wyhash: one
 * multiplication mixes sixteen bytes.
 *
 * In C the compiler multiplies twice, and aligns the stack anew in each caller
 * for the sake of a variable of 128 bits.
 */
static __always_inline u64 drlb_fold(u64 a, u64 b)
{
#ifdef CONFIG_X86_64
	u64 high;

	asm("mulq %2" : "+a" (a), "=d" (high) : "rm" (b) : "cc");

	return a ^ high;
#else
	return (a * b) ^ mul_u64_u64_shr(a, b, 64);
#endif
}

void drlb_hash_init(void);

#endif /* _DRLB_HASH_H */
