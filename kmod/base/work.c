// SPDX-License-Identifier: GPL-2.0
#include "base/work.h"

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>

struct workqueue_struct *drlb_work_queue __ro_after_init;

#define REST	9

void drlb_share_begin(struct drlb_share *share)
{
	share->begun = ktime_get_ns();
	share->used = current->se.sum_exec_runtime;
}

/* The time that others had the processor does not count. The scheduler's own
 * account lags by a tick at the most.
 */
void drlb_share_end(struct drlb_share *share)
{
	u64 wall = ktime_get_ns() - share->begun;
	u64 used = current->se.sum_exec_runtime - share->used + TICK_NSEC;

	WRITE_ONCE(share->not_before,
		   jiffies + nsecs_to_jiffies(min(wall, used) * REST));
}

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
