// SPDX-License-Identifier: GPL-2.0
/*
 * A module by the name of drlb, which commits faults when it is loaded, for the
 * machines of tests/vm to notice. See tests/debug/plants.
 */

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <net/net_namespace.h>

static char *fault = "";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "what to do wrong, by names in faults[] with commas between");

/* Unknown to the compiler, which might find the faults itself otherwise. */
static int forty = 40;

/* ---- memory ---- */

static void read_freed(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	READ_ONCE(*p);
}

static void write_beyond(void)
{
	char *p = kmalloc(40, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(p[forty], 1);
	kfree(p);
}

/* Many: a stale pointer on a stack that another task uses now hides one. */
static void leak(void)
{
	char *p;
	int i;

	for (i = 0; i < 32; i++) {
		p = kmalloc(64, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(p);
	}
}

static void shift_too_far(void)
{
	int one = 1;

	OPTIMIZER_HIDE_VAR(forty);
	one <<= forty;
	OPTIMIZER_HIDE_VAR(one);
}

/* ---- locks and lifetimes ---- */

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);
static int __rcu *shared;
static LIST_HEAD(nodes);

struct entry {
	struct list_head list;
};

static void sleep_under_lock(void)
{
	spin_lock(&lock_a);
	might_sleep();
	spin_unlock(&lock_a);
}

static void lock_both_ways(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);

	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

static void lock_in_softirq(struct timer_list *unused)
{
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
}

/* A timer, as any packet, that comes between the two would wait for ever. */
static void lock_with_softirqs_on(void)
{
	struct timer_list timer;

	timer_setup_on_stack(&timer, lock_in_softirq, 0);
	mod_timer(&timer, jiffies);
	while (timer_pending(&timer))
		msleep(20);
	del_timer_sync(&timer);
	destroy_timer_on_stack(&timer);

	spin_lock(&lock_a);
	spin_unlock(&lock_a);
}

static void read_outside_rcu(void)
{
	rcu_dereference(shared);
}

static void walk_outside_rcu(void)
{
	struct entry *at;

	list_for_each_entry_rcu(at, &nodes, list)
		OPTIMIZER_HIDE_VAR(at);
}

static void nothing_due(struct timer_list *unused)
{
}

static void free_with_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, nothing_due, 0);
	mod_timer(timer, jiffies + 600 * HZ);
	kfree(timer);
}

static void put_twice(void)
{
	struct net_device *lo = init_net.loopback_dev;
	netdevice_tracker tracker;

	netdev_hold(lo, &tracker, GFP_KERNEL);
	dev_hold(lo);
	netdev_put(lo, &tracker);
	netdev_put(lo, &tracker);
}

/* ---- races ---- */

static unsigned long counter;

static int count(void *unused)
{
	while (!kthread_should_stop()) {
		counter++;
		cond_resched();
	}
	return 0;
}

static void count_together(void)
{
	struct task_struct *one, *two;

	one = kthread_run(count, NULL, "count-1");
	two = kthread_run(count, NULL, "count-2");
	msleep(5000);
	if (!IS_ERR(one))
		kthread_stop(one);
	if (!IS_ERR(two))
		kthread_stop(two);
}

/* ---- on any kernel ---- */

static void warn(void)
{
	WARN_ON(1);
}

static void stay(void)
{
	__module_get(THIS_MODULE);
}

/* Fills more than the log, so that earlier messages are lost. */
static void talk(void)
{
	int i;

	for (i = 0; i < 60000; i++)
		pr_info("%099d\n", i);
}

static void do_nothing(void)
{
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "none", do_nothing },
	{ "read-freed", read_freed },
	{ "write-beyond", write_beyond },
	{ "leak", leak },
	{ "shift-too-far", shift_too_far },
	{ "sleep-under-lock", sleep_under_lock },
	{ "lock-both-ways", lock_both_ways },
	{ "lock-with-softirqs-on", lock_with_softirqs_on },
	{ "read-outside-rcu", read_outside_rcu },
	{ "walk-outside-rcu", walk_outside_rcu },
	{ "free-with-timer", free_with_timer },
	{ "put-twice", put_twice },
	{ "count-together", count_together },
	{ "warn", warn },
	{ "stay", stay },
	{ "talk", talk },
};

static int commit(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (strcmp(faults[i].name, name) == 0) {
			faults[i].commit();
			return 0;
		}
	}
	return -EINVAL;
}

static int __init plant_init(void)
{
	char *names = fault, *name;
	int err = 0;

	while (!err && (name = strsep(&names, ",")))
		err = commit(name);
	return err;
}

static void __exit plant_exit(void)
{
}

module_init(plant_init);
module_exit(plant_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("What must not go unnoticed");
