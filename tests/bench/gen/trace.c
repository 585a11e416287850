// SPDX-License-Identifier: GPL-2.0
/*
 * Steps through the handling of a frame: the processor traps after each
 * instruction while its trap flag is set. In User-mode Linux the host would get
 * those traps.
 */
#include "gen.h"

#include <linux/kdebug.h>
#include <linux/vmalloc.h>
#include <asm/processor-flags.h>

#define TRACE_MAX 100000

static unsigned long *trace; /* addresses of the instructions */
static u32 trace_count;
static bool tracing;

static int drlb_gen_step(struct notifier_block *nb, unsigned long what,
			 void *data)
{
	const struct die_args *args = data;

	if (what != DIE_DEBUG || !tracing)
		return NOTIFY_DONE;
	if (trace_count < TRACE_MAX)
		trace[trace_count++] = args->regs->ip;

	return NOTIFY_STOP;
}

static struct notifier_block step_nb = {
	.notifier_call = drlb_gen_step,
	.priority = INT_MAX,
};

static void trap_on(void)
{
	tracing = true;
	asm volatile("pushfq; orq %0, (%%rsp); popfq"
		     : : "i" (X86_EFLAGS_TF) : "memory", "cc");
}

static void trap_off(void)
{
	asm volatile("pushfq; andq %0, (%%rsp); popfq"
		     : : "i" (~X86_EFLAGS_TF) : "memory", "cc");
	tracing = false;
}

static int trace_one(struct gen_frames *frames)
{
	struct sk_buff *skb;
	unsigned long flags;

	trace_count = 0;
	local_bh_disable();
	local_irq_save(flags);
	skb = gen_frames_next(frames);
	if (skb) {
		trap_on();
		netif_receive_skb(skb);
		trap_off();
	}
	local_irq_restore(flags);
	local_bh_enable();

	return skb ? 0 : -ENOMEM;
}

int gen_trace(struct gen_frames *frames)
{
	int err;

	if (!trace)
		trace = vmalloc_array(TRACE_MAX, sizeof(*trace));
	if (!trace)
		return -ENOMEM;

	err = register_die_notifier(&step_nb);
	if (err)
		return err;
	err = trace_one(frames);
	unregister_die_notifier(&step_nb);

	return err;
}

void gen_trace_show(struct seq_file *m)
{
	u32 i;

	for (i = 0; i < trace_count; i++)
		seq_printf(m, "in %ps\n", (void *)trace[i]);
}

void gen_trace_clear(void)
{
	trace_count = 0;
}

void gen_trace_exit(void)
{
	vfree(trace);
}
