/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_KEY_H
#define _DRLB_KEY_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/netfilter.h>
#include <linux/types.h>
#include <net/ipv6.h>

/*
 * Keys of connections. They are compared and hashed as whole words, so every
 * bit of them is set. @what is the IP protocol in its low 8 bits and, above
 * them, the index of the VRF's device that the packet came in by, or 0. The
 * topmost bit is set in the key of a client that stays with a server, which
 * has no port (service/persist.h).
 */
#define DRLB_KEY_PERSISTENT	BIT(31)

union drlb_key4 {
	struct {
		__be32 saddr;		/* the client's */
		__be32 daddr;		/* the VIP */
		union {
			struct {
				__be16 sport;
				__be16 dport;
			};
			__be32 ports;
		};
		u32 what;
	};
	u64 word[2];
};

union drlb_key6 {
	struct {
		struct in6_addr saddr;
		struct in6_addr daddr;
		union {
			struct {
				__be16 sport;
				__be16 dport;
			};
			__be32 ports;
		};
		u32 what;
	};
	u64 word[5];
};

union drlb_key {
	union drlb_key4 v4;
	union drlb_key6 v6;
};

static __always_inline u32 drlb_key_what(u8 protocol, int vrf)
{
	return ((u32)vrf << 8 & ~DRLB_KEY_PERSISTENT) | protocol;
}

static __always_inline u8 drlb_key_protocol(u32 what)
{
	return what & 0xff;
}

static __always_inline u32 drlb_key_vrf(u32 what)
{
	return (what & ~DRLB_KEY_PERSISTENT) >> 8;
}

/* The last word of either key, made in one piece: a word that is written in
 * two halves and then read whole waits for the store buffer.
 */
static __always_inline u64 drlb_key_tail(__be32 ports, u32 what)
{
	u64 first = (__force u32)ports, second = what;

#ifdef __LITTLE_ENDIAN_BITFIELD
	return second << 32 | first;
#else
	return first << 32 | second;
#endif
}

/* The meaning of a client's packet for its connection; see proto/proto.h. */
enum drlb_packet_event {
	DRLB_PACKET_NOTHING,	/* changes nothing */
	DRLB_PACKET_OPEN,	/* opens a connection, as TCP's SYN does */
	DRLB_PACKET_CLOSE,	/* ends it in order, as TCP's FIN does */
	DRLB_PACKET_FLOW,	/* goes on with it: data, or a handshake's end */
	DRLB_PACKET_RESET,	/* ends it at once, as TCP's RST does */
	DRLB_PACKET_DATAGRAM,	/* stands for itself, as in UDP */
	DRLB_PACKET_EVENTS
};

/**
 * struct drlb_packet - what the data path knows of a packet
 * @key: the connection that it belongs to. For an ICMP error that is the
 *	connection of the packet that the error quotes.
 * @family: AF_INET or AF_INET6, of @key
 * @event: enum drlb_packet_event
 * @icmp_error: it is an ICMP or ICMPv6 error that quotes a client's packet
 */
struct drlb_packet {
	union drlb_key key;
	u8 family;
	u8 event;
	bool icmp_error;
};

static __always_inline u32 drlb_packet_what(const struct drlb_packet *pkt)
{
	return pkt->family == AF_INET ? pkt->key.v4.what : pkt->key.v6.what;
}

static __always_inline u8 drlb_packet_protocol(const struct drlb_packet *pkt)
{
	return drlb_key_protocol(drlb_packet_what(pkt));
}

/* The identity of a virtual service. It has no padding, so that it can be
 * hashed and compared as bytes. Port 0 is any port. A service for the packets
 * with a mark has no protocol and no port, and the mark in place of the address.
 */
struct drlb_service_key {
	union nf_inet_addr addr;
	__be16 port;
	u8 protocol;
	u8 family;
};

static inline bool drlb_service_key_is_mark(const struct drlb_service_key *key)
{
	return !key->protocol;
}

/* The mark, or 0 for a service with an address. */
static inline u32 drlb_service_key_mark(const struct drlb_service_key *key)
{
	return drlb_service_key_is_mark(key) ? key->addr.all[0] : 0;
}

static inline struct drlb_service_key drlb_service_key_of_mark(u8 family,
							       u32 mark)
{
	return (struct drlb_service_key){
		.addr.all[0] = mark,
		.family = family,
	};
}

/* True for an address that a host can be reached by over the network. */
static inline bool drlb_addr4_is_host(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

/* The same for IPv6; link-local addresses are among them. */
static inline bool drlb_addr6_is_host(const struct in6_addr *addr)
{
	int type = ipv6_addr_type(addr);

	return type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_MAPPED));
}

static inline int drlb_addr_cmp(const union nf_inet_addr *a,
				const union nf_inet_addr *b)
{
	return memcmp(a, b, sizeof(*a));
}

#endif /* _DRLB_KEY_H */
