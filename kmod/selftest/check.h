/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SELFTEST_CHECK_H
#define _DRLB_SELFTEST_CHECK_H

#include <linux/init.h>
#include <linux/printk.h>
#include <linux/sched.h>

/**
 * struct selftest - how far a file's self-test is
 * @name: the file's
 * @test: number of checks
 * @failed: not all were good
 */
struct selftest {
	const char *name;
	unsigned int test;
	bool failed;
};

static void __init check(struct selftest *st, bool good)
{
	st->test++;
	cond_resched();
	if (good)
		return;

	pr_err("%s self-test %u: FAIL\n", st->name, st->test);
	st->failed = true;
}

static bool __init check_all_good(const struct selftest *st)
{
	if (!st->failed)
		pr_info("%s self-test: pass\n", st->name);

	return !st->failed;
}

#endif /* _DRLB_SELFTEST_CHECK_H */
