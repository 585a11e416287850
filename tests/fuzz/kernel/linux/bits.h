/* SPDX-License-Identifier: GPL-2.0 */
#include "../skbuff.h"

#define BIT(n)	(1UL << (n))
