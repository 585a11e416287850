/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_WORK_H
#define _DRLB_WORK_H

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

/* The module's own queue. It is unbound: its work never has to run on the
 * processor that receives packets.
 */
extern struct workqueue_struct *drlb_work_queue;

/**
 * struct drlb_share - keeps work to a tenth of one processor
 *
 * What makes the work run may be up to somebody who is root in a namespace
 * only. After each run it rests nine times as long as it has worked.
 *
 * @not_before: jiffies before which it does not run again
 */
struct drlb_share {
	unsigned long not_before;
};

#define DRLB_SHARE_REST	9

/* When the work has run, which began at @begun by ktime_get_ns(). */
static inline void drlb_share_note(struct drlb_share *share, u64 begun)
{
	u64 took = ktime_get_ns() - begun;

	WRITE_ONCE(share->not_before,
		   jiffies + nsecs_to_jiffies(took * DRLB_SHARE_REST));
}

/* Have @work run after @delay jiffies, or when it has rested. An earlier time
 * that is set already stands. Context: any.
 */
void drlb_share_wake(struct drlb_share *share, struct delayed_work *work,
		     unsigned long delay);

int drlb_work_init(void);
void drlb_work_exit(void);

#endif /* _DRLB_WORK_H */
