/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_WORK_H
#define _DRLB_WORK_H

#include <linux/workqueue.h>

/* The module's own queue. It is unbound: its work never has to run on the
 * processor that receives packets.
 */
extern struct workqueue_struct *drlb_work_queue;

/**
 * struct drlb_share - keeps work to a tenth of one processor
 *
 * Root of a namespace alone may be able to make the work run as often as it
 * likes. After each run it rests nine times as long as it has worked.
 *
 * @not_before: jiffies before which it does not run again
 * @begun: when it began to run, in nanoseconds
 * @used: the thread's processor time then, in nanoseconds
 */
struct drlb_share {
	unsigned long not_before;
	u64 begun;
	u64 used;
};

/* To be called by the work, first and last. */
void drlb_share_begin(struct drlb_share *share);
void drlb_share_end(struct drlb_share *share);

/* Have @work run after @delay jiffies, or when it has rested. An earlier time
 * that is set already stands. Context: any.
 */
void drlb_share_wake(struct drlb_share *share, struct delayed_work *work,
		     unsigned long delay);

int drlb_work_init(void);
void drlb_work_exit(void);

#endif /* _DRLB_WORK_H */
