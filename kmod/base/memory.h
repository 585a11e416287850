/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_MEMORY_H
#define _DRLB_MEMORY_H

#include <linux/gfp.h>

/* Configuration is charged to the caller's memory cgroup. At its limit the
 * request fails, without an OOM kill and without a log line.
 */
#define DRLB_GFP_CONFIG	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL |	\
			 __GFP_NOWARN)

#endif /* _DRLB_MEMORY_H */
