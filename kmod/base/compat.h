/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that may test the kernel's version. It offers the newer
 * kernel's names to the older one.
 */
#ifndef _DRLB_COMPAT_H
#define _DRLB_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "drlb needs Linux 6.1 or newer"
#endif

#include <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)

/* Both hand a dump its parsed attributes in a member called attrs. */
#define genl_info_dump(cb)	genl_dumpit_info(cb)

#endif /* < 6.7.0 */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)

#include <asm/unaligned.h>

#else

#include <linux/unaligned.h>

#endif /* < 6.12.0 */

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)

#include <net/gso.h>

#endif /* >= 6.4.0 */

#endif /* _DRLB_COMPAT_H */
