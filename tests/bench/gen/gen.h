/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DRLB_GEN_H
#define DRLB_GEN_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/seq_file.h>
#include <linux/skbuff.h>

#define GEN_FRAME_MAX 80

/**
 * struct gen_frames - frames of one kind, of flows that differ in their source
 * @dev:	the device that they are received on
 * @family:	AF_INET or AF_INET6
 * @protocol:	IPPROTO_UDP or IPPROTO_TCP
 * @flags:	the TCP flags' byte
 * @dst:	the destination address, IPv4 in its first word
 * @port:	the destination port
 * @first:	number of the first flow
 * @flows:	number of flows
 * @step:	from one frame's flow to the next one's, so that a table is not
 *		walked in the order in which it was filled
 * @at:		the next frame's flow, less @first
 * @len:	length of a frame
 * @bytes:	a frame that only lacks its source
 */
struct gen_frames {
	struct net_device *dev;
	u8 family;
	u8 protocol;
	u8 flags;
	struct in6_addr dst;
	u16 port;
	u32 first;
	u32 flows;
	u32 step;
	u32 at;
	unsigned int len;
	u8 bytes[GEN_FRAME_MAX];
};

void gen_frames_prepare(struct gen_frames *frames);
struct sk_buff *gen_frames_next(struct gen_frames *frames);

#ifdef CONFIG_X86

/* Sends one frame and records the address of each of its instructions. */
int gen_trace(struct gen_frames *frames);
/* Prints a line "in FUNCTION" for each instruction of the last one. */
void gen_trace_show(struct seq_file *m);
void gen_trace_clear(void);
void gen_trace_exit(void);

#else

static inline int gen_trace(struct gen_frames *frames)
{
	return -EOPNOTSUPP;
}

static inline void gen_trace_show(struct seq_file *m)
{
}

static inline void gen_trace_clear(void)
{
}

static inline void gen_trace_exit(void)
{
}

#endif /* CONFIG_X86 */

#endif
