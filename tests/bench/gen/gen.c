// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark's generator. A line of KEY=VALUE words written to
 * /proc/drlb-gen is a job, done when write() returns; reading gives its result,
 * as lines "KEY VALUE". It gives frames to the IP stack like a driver's poll
 * function: netif_receive_skb() with bottom halves off. A packet's cost comes
 * from the cycle counter, which in the virtual machine counts instructions.
 * User-mode Linux has no such counter, only the clock, and a host that does
 * other things meanwhile: there the middle half of the batches counts.
 *
 * mode=cost	count frames one after the other, interrupts off around each
 *		batch, so that the timer's work is in no packet's figures
 * mode=rate	the same with interrupts on, on the first cpus processors at a
 *		time, each with a share of the flows to itself
 * mode=trace	count frames, then one whose instructions are listed, a line
 *		"in FUNCTION" for each (not in User-mode Linux)
 * mode=pause	a frame each interval_us, by a timer's interrupt and NAPI, until
 *		ms milliseconds have passed: how late is the latest one?
 */
#include "gen.h"

#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/inet.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/netfilter_netdev.h>
#include <linux/proc_fs.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/sort.h>
#include <linux/uaccess.h>

#define BATCH 64
#define CPUS_MAX 8
#define LINE_MAX 512

/* The fate of a frame. */
enum gen_sink {
	GEN_STACK,	/* it is received */
	GEN_FREE,	/* it is freed at once: generation's own cost */
	GEN_HOOK,	/* it is received, and dropped by a hook of this module */
};

/**
 * struct gen_job - a line that was written
 * @frames:	frames to send
 * @mode:	one of the above
 * @sink:	their fate
 * @count:	number of frames, for each processor
 * @cpus:	number of processors
 * @interval_us: time between two frames
 * @ms:		duration
 */
struct gen_job {
	struct gen_frames frames;
	char mode[8];
	u32 sink;
	u32 count;
	u32 cpus;
	u32 interval_us;
	u32 ms;
};

/**
 * struct gen_result - the result of a job or of a processor's part
 * @sent:	number of frames
 * @cycles:	cycles of all of them
 * @ns:		their time by the clock
 * @middle_sent: frames of the batches that are left without the fastest quarter
 *		and the slowest quarter
 * @middle_ns:	the time of those
 * @least:	the cheapest frame's cycles
 * @most:	the dearest one's
 * @late_ns:	longest time from when a frame was due until it was handled
 * @late_at:	when that was, in ns after the start
 * @failed:	error number of a failure
 */
struct gen_result {
	u64 sent;
	u64 cycles;
	u64 ns;
	u64 middle_sent;
	u64 middle_ns;
	u64 least;
	u64 most;
	u64 late_ns;
	u64 late_at;
	int failed;
};

/**
 * struct gen_pulse - mode=pause at work
 * @napi:	polled once for each frame
 * @timer:	fires when a frame is due
 * @frames:	frames to send
 * @interval:	time between two frames
 * @due:	when the frame that is being handled was due
 * @start:	when the job started
 * @stop:	the timer must not be started again
 * @result:	the job's result
 */
struct gen_pulse {
	struct napi_struct napi;
	struct hrtimer timer;
	struct gen_frames *frames;
	ktime_t interval;
	ktime_t due;
	ktime_t start;
	bool stop;
	struct gen_result *result;
};

/**
 * struct gen_thread - a processor's part in mode=rate
 * @frames:	its flows
 * @count:	number of frames to send
 * @go:		all threads wait for this, to start together
 * @done:	all frames have been sent
 * @result:	the part's result
 * @task:	the thread
 */
struct gen_thread {
	struct gen_frames frames;
	u32 count;
	bool *go;
	struct completion done;
	struct gen_result result;
	struct task_struct *task;
};

static DEFINE_MUTEX(gen_lock); /* one job at a time; results */
static struct gen_result results[CPUS_MAX];
static u32 results_count;
static struct net_device *napi_dev;

/* ---- one after the other ---- */

static void deal_with(struct sk_buff *skb, enum gen_sink sink)
{
	if (sink == GEN_FREE)
		kfree_skb(skb);
	else
		netif_receive_skb(skb);
}

/* Context: bottom halves are off. */
static int send_batch(struct gen_frames *frames, enum gen_sink sink, u32 count,
		      struct gen_result *result)
{
	u64 before, cost, start = ktime_get_ns();
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < count; i++) {
		before = get_cycles();
		skb = gen_frames_next(frames);
		if (unlikely(!skb))
			return -ENOMEM;
		deal_with(skb, sink);
		cost = get_cycles() - before;

		result->cycles += cost;
		result->least = min(result->least, cost);
		result->most = max(result->most, cost);
	}
	result->sent += count;
	result->ns += ktime_get_ns() - start;

	return 0;
}

/* Leaves the time of each batch in @spent, if that is not NULL. */
static int send_all(struct gen_frames *frames, enum gen_sink sink, u32 count,
		    bool quiet, struct gen_result *result, u32 *spent)
{
	unsigned long flags = 0;
	u64 ns;
	u32 n;
	int err;

	result->least = U64_MAX;
	for (; count; count -= n) {
		n = min_t(u32, count, BATCH);
		ns = result->ns;

		local_bh_disable();
		if (quiet)
			local_irq_save(flags);
		err = send_batch(frames, sink, n, result);
		if (quiet)
			local_irq_restore(flags);
		local_bh_enable();

		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		if (spent)
			*spent++ = result->ns - ns;
		cond_resched();
	}

	return 0;
}

static int compare_ns(const void *a, const void *b)
{
	u32 one = *(const u32 *)a, other = *(const u32 *)b;

	return one < other ? -1 : one > other;
}

static void find_middle(u32 *spent, u32 batches, struct gen_result *result)
{
	u32 i;

	sort(spent, batches, sizeof(*spent), compare_ns, NULL);
	for (i = batches / 4; i < batches - batches / 4; i++) {
		result->middle_sent += BATCH;
		result->middle_ns += spent[i];
	}
}

static int do_cost(struct gen_job *job)
{
	struct gen_result *result = &results[0];
	u32 *spent;

	spent = kvmalloc_array(job->count / BATCH + 1, sizeof(*spent),
			       GFP_KERNEL);
	if (!spent)
		return -ENOMEM;

	results_count = 1;
	result->failed = send_all(&job->frames, job->sink, job->count, true,
				  result, spent);
	/* The last batch is left out, since it may be incomplete. */
	if (!result->failed)
		find_middle(spent, job->count / BATCH, result);
	kvfree(spent);

	return result->failed;
}

static int do_trace(struct gen_job *job)
{
	return do_cost(job) ?: gen_trace(&job->frames);
}

/* ---- on several processors ---- */

static int gen_thread_run(void *data)
{
	struct gen_thread *thread = data;

	/* Pairs with do_rate()'s store. */
	while (!smp_load_acquire(thread->go))
		cpu_relax();

	thread->result.failed = send_all(&thread->frames, GEN_STACK,
					 thread->count, false, &thread->result,
					 NULL);
	complete(&thread->done);

	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);

	return thread->result.failed;
}

static int do_rate(struct gen_job *job)
{
	struct gen_thread *threads;
	u32 i, share, cpus;
	bool go = false;
	int err = 0;

	cpus = job->cpus;
	share = job->frames.flows / cpus;
	threads = kcalloc(cpus, sizeof(*threads), GFP_KERNEL);
	if (!threads)
		return -ENOMEM;

	for (i = 0; i < cpus; i++) {
		struct gen_thread *thread = &threads[i];

		thread->frames = job->frames;
		thread->frames.flows = share;
		thread->frames.first += i * share;
		thread->frames.step %= share;
		thread->count = job->count;
		thread->go = &go;
		init_completion(&thread->done);
		thread->task = kthread_create_on_cpu(gen_thread_run, thread, i,
						     "drlb-gen/%u");
		if (IS_ERR(thread->task)) {
			err = PTR_ERR(thread->task);
			break;
		}
		wake_up_process(thread->task);
	}
	cpus = i;

	/* Pairs with the threads' load. */
	smp_store_release(&go, true);

	for (i = 0; i < cpus; i++) {
		wait_for_completion(&threads[i].done);
		kthread_stop(threads[i].task);
		results[i] = threads[i].result;
		err = err ?: results[i].failed;
	}
	results_count = cpus;
	kfree(threads);

	return err;
}

/* ---- at intervals ---- */

static enum hrtimer_restart drlb_gen_pulse(struct hrtimer *timer)
{
	struct gen_pulse *pulse = container_of(timer, struct gen_pulse, timer);

	if (READ_ONCE(pulse->stop))
		return HRTIMER_NORESTART;

	/* While the last frame has not been handled, that one is late. */
	if (napi_schedule_prep(&pulse->napi)) {
		pulse->due = hrtimer_get_expires(timer);
		__napi_schedule(&pulse->napi);
	}
	hrtimer_forward_now(timer, pulse->interval);

	return HRTIMER_RESTART;
}

static int drlb_gen_poll(struct napi_struct *napi, int budget)
{
	struct gen_pulse *pulse = container_of(napi, struct gen_pulse, napi);
	struct gen_result *result = pulse->result;
	u64 before, cost, late;
	struct sk_buff *skb;
	ktime_t now;

	before = get_cycles();
	skb = gen_frames_next(pulse->frames);
	if (!skb) {
		result->failed = -ENOMEM;
		napi_complete(napi);
		return 0;
	}
	netif_receive_skb(skb);
	cost = get_cycles() - before;

	now = ktime_get();
	late = ktime_to_ns(ktime_sub(now, pulse->due));
	if (late > result->late_ns) {
		result->late_ns = late;
		result->late_at = ktime_to_ns(ktime_sub(now, pulse->start));
	}
	result->cycles += cost;
	result->least = min(result->least, cost);
	result->most = max(result->most, cost);
	result->sent++;
	napi_complete(napi);

	return 0;
}

static int do_pause(struct gen_job *job)
{
	struct gen_pulse *pulse;
	u64 end;

	pulse = kzalloc(sizeof(*pulse), GFP_KERNEL);
	if (!pulse)
		return -ENOMEM;

	results_count = 1;
	results[0].least = U64_MAX;
	pulse->result = &results[0];
	pulse->frames = &job->frames;
	pulse->interval = ns_to_ktime((u64)job->interval_us * NSEC_PER_USEC);
	pulse->start = ktime_get();
	hrtimer_init(&pulse->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	pulse->timer.function = drlb_gen_pulse;
	netif_napi_add(napi_dev, &pulse->napi, drlb_gen_poll);
	napi_enable(&pulse->napi);
	hrtimer_start(&pulse->timer, pulse->interval, HRTIMER_MODE_REL_HARD);

	end = ktime_get_ns() + (u64)job->ms * NSEC_PER_MSEC;
	while (ktime_get_ns() < end && !fatal_signal_pending(current))
		schedule_timeout_killable(1);

	WRITE_ONCE(pulse->stop, true);
	hrtimer_cancel(&pulse->timer);
	napi_disable(&pulse->napi);
	netif_napi_del(&pulse->napi);
	synchronize_net();
	results[0].ns = ktime_get_ns() - ktime_to_ns(pulse->start);
	kfree(pulse);

	return results[0].failed ?: fatal_signal_pending(current) ? -EINTR : 0;
}

/* ---- jobs ---- */

static unsigned int drlb_gen_hook(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return NF_DROP;
}

static int hooked(struct gen_job *job, int (*work)(struct gen_job *job))
{
	struct nf_hook_ops ops = {
		.hook = drlb_gen_hook,
		.dev = job->frames.dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = -1000,
	};
	int err;

	if (job->sink != GEN_HOOK)
		return work(job);

	err = nf_register_net_hook(dev_net(job->frames.dev), &ops);
	if (err)
		return err;
	err = work(job);
	nf_unregister_net_hook(dev_net(job->frames.dev), &ops);

	return err;
}

static int do_job(struct gen_job *job)
{
	struct gen_frames *frames = &job->frames;

	if (!frames->dev || !frames->flows || !frames->port ||
	    !frames->family || !job->cpus || job->cpus > CPUS_MAX ||
	    job->cpus > num_online_cpus() || frames->flows < job->cpus)
		return -EINVAL;

	frames->step %= frames->flows;
	gen_frames_prepare(frames);
	memset(results, 0, sizeof(results));
	results_count = 0;
	gen_trace_clear();

	if (!strcmp(job->mode, "cost"))
		return hooked(job, do_cost);
	if (!strcmp(job->mode, "trace"))
		return do_trace(job);
	if (!strcmp(job->mode, "rate"))
		return do_rate(job);
	if (!strcmp(job->mode, "pause") && job->interval_us)
		return do_pause(job);

	return -EINVAL;
}

static int parse_address(struct gen_frames *frames, const char *value)
{
	if (in4_pton(value, -1, frames->dst.s6_addr, -1, NULL))
		frames->family = AF_INET;
	else if (in6_pton(value, -1, frames->dst.s6_addr, -1, NULL))
		frames->family = AF_INET6;
	else
		return -EINVAL;

	return 0;
}

static int parse_number(struct gen_job *job, const char *key, u32 number)
{
	struct gen_frames *frames = &job->frames;

	if (!strcmp(key, "protocol"))
		frames->protocol = number;
	else if (!strcmp(key, "flags"))
		frames->flags = number;
	else if (!strcmp(key, "port"))
		frames->port = number;
	else if (!strcmp(key, "first"))
		frames->first = number;
	else if (!strcmp(key, "flows"))
		frames->flows = number;
	else if (!strcmp(key, "step"))
		frames->step = number;
	else if (!strcmp(key, "sink"))
		job->sink = number;
	else if (!strcmp(key, "count"))
		job->count = number;
	else if (!strcmp(key, "cpus"))
		job->cpus = number;
	else if (!strcmp(key, "interval_us"))
		job->interval_us = number;
	else if (!strcmp(key, "ms"))
		job->ms = number;
	else
		return -EINVAL;

	return 0;
}

static int parse(struct gen_job *job, char *line)
{
	char *word, *key;
	u32 number;
	int err;

	while ((word = strsep(&line, "\n "))) {
		if (!*word)
			continue;
		key = strsep(&word, "=");
		if (!word)
			return -EINVAL;

		if (!strcmp(key, "mode")) {
			err = strscpy(job->mode, word, sizeof(job->mode));
		} else if (!strcmp(key, "dev")) {
			dev_put(job->frames.dev);
			job->frames.dev = dev_get_by_name(&init_net, word);
			err = job->frames.dev ? 0 : -ENODEV;
		} else if (!strcmp(key, "dst")) {
			err = parse_address(&job->frames, word);
		} else {
			err = kstrtou32(word, 0, &number) ?:
			      parse_number(job, key, number);
		}
		if (err < 0)
			return err;
	}

	return 0;
}

static ssize_t drlb_gen_write(struct file *file, const char __user *from,
			      size_t size, loff_t *pos)
{
	struct gen_job *job;
	char *line;
	int err;

	if (size >= LINE_MAX)
		return -E2BIG;
	line = memdup_user_nul(from, size);
	if (IS_ERR(line))
		return PTR_ERR(line);

	job = kzalloc(sizeof(*job), GFP_KERNEL);
	if (!job) {
		kfree(line);
		return -ENOMEM;
	}
	job->cpus = 1;
	job->frames.step = 1;
	job->frames.protocol = IPPROTO_UDP;

	mutex_lock(&gen_lock);
	err = parse(job, line) ?: do_job(job);
	mutex_unlock(&gen_lock);

	dev_put(job->frames.dev);
	kfree(job);
	kfree(line);

	return err ?: size;
}

static int drlb_gen_show(struct seq_file *m, void *v)
{
	u32 i;

	mutex_lock(&gen_lock);
	for (i = 0; i < results_count; i++) {
		struct gen_result *result = &results[i];

		seq_printf(m, "cpu %u\nsent %llu\ncycles %llu\nns %llu\n", i,
			   result->sent, result->cycles, result->ns);
		seq_printf(m, "middle_sent %llu\nmiddle_ns %llu\n",
			   result->middle_sent, result->middle_ns);
		seq_printf(m, "least %llu\nmost %llu\n", result->least,
			   result->most);
		seq_printf(m, "late_ns %llu\nlate_at %llu\n", result->late_ns,
			   result->late_at);
	}
	gen_trace_show(m);
	mutex_unlock(&gen_lock);

	return 0;
}

static int drlb_gen_open(struct inode *inode, struct file *file)
{
	return single_open(file, drlb_gen_show, NULL);
}

static const struct proc_ops drlb_gen_ops = {
	.proc_open = drlb_gen_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = drlb_gen_write,
};

/* Checks whether the counter counts instructions, by a loop with a known number
 * of them. Scripts read the result in the log and insist on it.
 */
static void calibrate(void)
{
	unsigned long flags, n = 1000000;
	u64 cycles;

	local_irq_save(flags);
	cycles = get_cycles();
	asm volatile("1: dec %0; jnz 1b" : "+r" (n) : : "cc");
	cycles = get_cycles() - cycles;
	local_irq_restore(flags);

	pr_info("drlb-gen: 2000000 instructions are %llu cycles\n", cycles);
}

static int __init drlb_gen_init(void)
{
	napi_dev = alloc_netdev_dummy(0);
	if (!napi_dev)
		return -ENOMEM;
	if (!proc_create("drlb-gen", 0600, NULL, &drlb_gen_ops)) {
		free_netdev(napi_dev);
		return -ENOMEM;
	}
	calibrate();

	return 0;
}

static void __exit drlb_gen_exit(void)
{
	remove_proc_entry("drlb-gen", NULL);
	free_netdev(napi_dev);
	gen_trace_exit();
}

module_init(drlb_gen_init);
module_exit(drlb_gen_exit);

MODULE_DESCRIPTION("Packet generator of drlb's benchmark");
MODULE_LICENSE("GPL");
