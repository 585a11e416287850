/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_MEMORY_H
#define _DRLB_MEMORY_H

#include <linux/gfp.h>

/* What is configured lasts, and is charged to the memory cgroup of who does it.
 * At its limit the command fails: nobody else there is killed for it, as by
 * GFP_KERNEL, and nothing is logged.
 */
#define DRLB_GFP_CONFIG	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL |	\
			 __GFP_NOWARN)

#endif /* _DRLB_MEMORY_H */
