// SPDX-License-Identifier: GPL-2.0
#include "base/work.h"

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/init.h>

struct workqueue_struct *drlb_work_queue __ro_after_init;

void drlb_share_wake(struct drlb_share *share, struct delayed_work *work,
		     unsigned long delay)
{
	unsigned long rest = READ_ONCE(share->not_before) - jiffies;

	if ((long)rest > (long)delay)
		delay = rest;
	if (delayed_work_pending(work) &&
	    !time_after(READ_ONCE(work->timer.expires), jiffies + delay))
		return;
	mod_delayed_work(drlb_work_queue, work, delay);
}

int __init drlb_work_init(void)
{
	drlb_work_queue = alloc_workqueue("drlb", WQ_UNBOUND, 0);

	return drlb_work_queue ? 0 : -ENOMEM;
}

void drlb_work_exit(void)
{
	destroy_workqueue(drlb_work_queue);
}
