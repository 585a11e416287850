// SPDX-License-Identifier: GPL-2.0
#include "base/hash.h"

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/random.h>

u64 drlb_hash_secret[5] __ro_after_init;

void __init drlb_hash_init(void)
{
	get_random_bytes(drlb_hash_secret, sizeof(drlb_hash_secret));
}
