/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_PACKET_H
#define _DRLB_PACKET_H

#include <linux/in6.h>
#include <linux/skbuff.h>
#include <linux/types.h>

/*
 * Keys of connections, and what a packet is looked up by. They are compared
 * and hashed as whole words, so that the padding must be zero.
 */
struct drlb_key4 {
	__be32 saddr;		/* the client's */
	__be32 daddr;		/* the VIP */
	union {
		struct {
			__be16 sport;
			__be16 dport;
		};
		__be32 ports;
	};
	u32 protocol;
} __aligned(8);

struct drlb_key6 {
	struct in6_addr saddr;
	struct in6_addr daddr;
	union {
		struct {
			__be16 sport;
			__be16 dport;
		};
		__be32 ports;
	};
	u32 protocol;
} __aligned(8);

/* Where a packet came in. */
enum drlb_door {
	DRLB_DOOR_PREROUTING,	/* after IP's own checks and defragmentation */
	DRLB_DOOR_INGRESS,	/* straight from the device, nothing checked */
};

/**
 * struct drlb_packet - what the data path knows of a packet
 * @key4: AF_INET: whose connection it belongs to. For an ICMP error that is
 *	the connection of the packet it quotes.
 * @key6: AF_INET6: likewise
 * @family: AF_INET or AF_INET6
 * @tcp_flags: the header's flag byte, for TCP that is no ICMP error
 * @icmp_error: it is an ICMP or ICMPv6 error that quotes a client's packet
 */
struct drlb_packet {
	union {
		struct drlb_key4 key4;
		struct drlb_key6 key6;
	};
	u8 family;
	u8 tcp_flags;
	bool icmp_error;
};

/* TCP's flag byte */
enum {
	DRLB_TCP_FIN = 0x01,
	DRLB_TCP_SYN = 0x02,
	DRLB_TCP_RST = 0x04,
	DRLB_TCP_ACK = 0x10,
};

enum drlb_parse {
	DRLB_PARSE_OK,
	DRLB_PARSE_PASS,	/* nothing that could be balanced */
	DRLB_PARSE_MALFORMED,
};

/* Make an untrusted skb a trusted packet: nobody after it checks a length.
 *
 * May reallocate the skb's head. At the ingress door it also does what IP's
 * receive functions would: checks the header and trims padding; it passes
 * fragments, which PRE_ROUTING sees whole.
 *
 * Context: softirq. skb->data is at the network header.
 */
enum drlb_parse drlb_packet_parse4(struct sk_buff *skb, enum drlb_door door,
				   struct drlb_packet *pkt);
enum drlb_parse drlb_packet_parse6(struct sk_buff *skb, enum drlb_door door,
				   struct drlb_packet *pkt);

#ifdef DRLB_SELFTEST
bool drlb_packet_selftest(void);
#endif

#endif /* _DRLB_PACKET_H */
