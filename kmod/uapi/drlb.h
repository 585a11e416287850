/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink interface of drlb, the direct-routing load balancer
 *
 * Family "drlb", version 1, multicast group "events". All objects belong to
 * the network namespace of the socket that sends the request.
 *
 * Conventions
 * -----------
 *   - Addresses are in network byte order and come as exactly one attribute of
 *     a pair: _ADDR4 (4 bytes) or _ADDR6 (16 bytes). Ports are __be16.
 *   - Integers without a remark are in host byte order. Times are in seconds
 *     unless the name ends in _MS.
 *   - Attributes marked "out" appear in replies only and are refused in
 *     requests. Validation is strict: unknown or malformed attributes are
 *     refused.
 *   - Every refusal carries NLMSGERR_ATTR_MSG (use NETLINK_EXT_ACK), and
 *     NLMSGERR_ATTR_OFFS where one attribute is to blame. Generic netlink's own
 *     refusals do not: of callers without CAP_NET_ADMIN in the namespace, of
 *     unknown commands, and of a second dump at a time. A request that
 *     succeeds may carry a message as well: it is a warning.
 *   - Errors: EEXIST the object exists already; ENOENT there is no such
 *     object; EINVAL, ERANGE a value makes no sense or is out of range;
 *     EHOSTUNREACH the server cannot be reached by direct routing; ENOSPC the
 *     namespace has as many of these objects as it may; EPERM CAP_NET_ADMIN in
 *     the namespace's user namespace is missing, or, for a CONN_MAX above the
 *     namespace's default, in the initial one; ENOMEM.
 *   - DRLB_A_CHECK (flag) in a request that changes something makes the kernel
 *     check all of it, and answer, without changing anything.
 *   - Dumps are resumable, and linear in the number of objects. NLM_F_DUMP_INTR
 *     marks one during which the objects changed, or some may come twice.
 *
 * Commands
 * --------
 * P marks those which need CAP_NET_ADMIN. The key of a service is
 * PROTOCOL, ADDR4 | ADDR6, PORT or, for packets with a mark, FWMARK, FAMILY.
 *
 * SERVICE_ADD (P)    create a service, with its servers if any are given
 *     SERVICE { key, [OPTION] ... }
 *     [SERVER { ADDR4 | ADDR6, [PORT], [WEIGHT], [UPPER], [LOWER] }] ...
 *     [CHECK]
 *     OPTION is one of SCHEDULER, TABLE_SIZE, HASH, ON_DEAD, ON_EMPTY,
 *     ON_REMOVED, OPS, PERSISTENT_PREFIX, PERSISTENT_QUIESCED, PICKUP,
 *     TIMEOUT_*.
 *     A server that only a gateway leads to is taken with a warning, as one
 *     without a route is: its network may be away for now. SERVER_ADD, where
 *     it is more likely a mistake, refuses it. A service that was removed, and
 *     whose connections have not all ended, comes back with them.
 * SERVICE_SET (P)    change a service; what is not named stays as it is
 *     like SERVICE_ADD. With REPLACE the servers given become the whole set, in
 *     one step: packets see the old set or the new one, nothing between.
 *     Servers that are in both keep their connections and counters. Without
 *     REPLACE no SERVER may be given.
 * SERVICE_DEL (P)    remove a service and its servers
 *     SERVICE { key }, [CHECK]
 *     For ten seconds the packets of its connections are dropped in silence:
 *     the service may come back. After that they are left to the local stack.
 * SERVICE_FLUSH (P)  remove all services
 *     [CHECK]
 * SERVICE_GET        dump: all services, or with SERVICE { key } that one; [BRIEF].
 *     The answer is a message for each service, followed by one for each of its
 *     servers, in the order of their addresses:
 *     SERVICE { key, OPTION ..., SERVERS, COUNTERS }
 *     SERVICE { PROTOCOL, ADDR4 | ADDR6, PORT }, SERVER { ... }
 *     With BRIEF it is the configuration alone, in few messages: the servers
 *     follow in that of their service, and what does not fit in further ones,
 *     with the service's key.
 *     SERVICE { PROTOCOL, ADDR4 | ADDR6, PORT, OPTION ... },
 *     SERVER { ADDR4 | ADDR6, WEIGHT, UPPER, LOWER } ...
 * SERVER_ADD (P), SERVER_SET (P): SET leaves as it is what is not given
 *     SERVICE { key }, SERVER { ADDR4 | ADDR6, [PORT], [WEIGHT], [UPPER],
 *     [LOWER] }, [CHECK]
 * SERVER_DEL (P)
 *     SERVICE { key }, SERVER { ADDR4 | ADDR6, [PORT] }, [CHECK]
 * CONNECTION_GET (P) dump; CONNECTION_COUNT (P), CONNECTION_DEL (P) do.
 *     [CONNECTION { filter }]; a connection is taken when it matches all of:
 *     PROTOCOL, CLIENT_ADDR4 | CLIENT_ADDR6 with CLIENT_PREFIX (all bits if
 *     absent), CLIENT_PORT, VIP_ADDR4 | VIP_ADDR6, VIP_PORT, SERVER_ADDR4 |
 *     SERVER_ADDR6, STATE. With PERSISTENT these are clients that stay with a
 *     server, without it connections. COUNT and DEL answer with COUNT, the
 *     number counted or deleted.
 * DEVICE_ADD (P), DEVICE_DEL (P)
 *     DEVICE { NAME }, [CHECK]. A name need not exist yet: a device which
 *     appears under it, or is renamed to it, is attached then.
 * DEVICE_GET         dump: DEVICE { NAME, IFINDEX }
 * CONFIG_GET         do: CONFIG { every value }, DEFAULTS { every value }
 * CONFIG_SET (P)     CONFIG { values to change }, [CHECK]
 * STATS_GET          dump: STATS { CONNECTIONS, UNPROVEN_TCP, UNPROVEN_UDP,
 *                    UNPROVEN_PERSISTENT, [OVERLOADED],
 *                    COUNTER { NAME, VALUE, ABOUT } ... }; the counters that
 *                    do not fit come in further messages.
 * STATS_ZERO (P)     set every counter of the namespace to zero
 *     Shown values only: counts of connections that exist are not touched.
 * SCHEDULER_GET      dump: SCHEDULER { NAME, ABOUT, [ADOPTS] }, the default first
 * EVENT              notification in group "events":
 *     EVENT, and the object concerned:
 *     SERVICE { key, OPTION ... }            SERVICE_ADDED, SERVICE_CHANGED
 *     SERVICE { key }                        SERVICE_REMOVED
 *     SERVICE { key }, SERVER { ADDR4 | ADDR6, WEIGHT, UPPER, LOWER, STATE }
 *                      SERVER_ADDED, _CHANGED, _REMOVED, SERVER_STATE
 *     DEVICE { NAME }                        DEVICE_ADDED, DEVICE_REMOVED
 *     none                                   CONFIG_CHANGED
 *     The servers that SERVICE_ADD and SERVICE_SET bring have no events of
 *     their own. The next receive after an event that was lost, for want of
 *     memory or of room in the socket, fails with ENOBUFS.
 */
#ifndef _UAPI_LINUX_DRLB_H
#define _UAPI_LINUX_DRLB_H

#define DRLB_GENL_NAME		"drlb"
#define DRLB_GENL_VERSION	1
#define DRLB_GENL_EVENTS	"events"

/* Longest scheduler, counter and device name, terminating NUL included. */
#define DRLB_NAME_MAX		16

/* Weights: 0 is quiesced, no new connections. */
#define DRLB_WEIGHT_MAX		2147483647
#define DRLB_WEIGHT_DEFAULT	1

/* Slots of a Maglev table: a prime between these. */
#define DRLB_TABLE_SIZE_MIN	251
#define DRLB_TABLE_SIZE_MAX	655373
#define DRLB_TABLE_SIZE_DEFAULT	65537

/* Timeouts: 1 second to 31 days. */
#define DRLB_TIMEOUT_MAX	2678400

#define DRLB_SCHEDULER_DEFAULT	"wlc"

enum drlb_cmd {
	DRLB_CMD_UNSPEC,
	DRLB_CMD_SERVICE_ADD,
	DRLB_CMD_SERVICE_SET,
	DRLB_CMD_SERVICE_DEL,
	DRLB_CMD_SERVICE_FLUSH,
	DRLB_CMD_SERVICE_GET,
	DRLB_CMD_SERVER_ADD,
	DRLB_CMD_SERVER_SET,
	DRLB_CMD_SERVER_DEL,
	DRLB_CMD_CONNECTION_GET,
	DRLB_CMD_CONNECTION_COUNT,
	DRLB_CMD_CONNECTION_DEL,
	DRLB_CMD_DEVICE_ADD,
	DRLB_CMD_DEVICE_DEL,
	DRLB_CMD_DEVICE_GET,
	DRLB_CMD_CONFIG_GET,
	DRLB_CMD_CONFIG_SET,
	DRLB_CMD_STATS_GET,
	DRLB_CMD_STATS_ZERO,
	DRLB_CMD_EVENT,
	DRLB_CMD_SCHEDULER_GET,
	__DRLB_CMD_MAX,
	DRLB_CMD_MAX = __DRLB_CMD_MAX - 1
};

/* Top level of every message */
enum drlb_attr {
	DRLB_A_UNSPEC,
	DRLB_A_SERVICE,		/* nest, enum drlb_service_attr */
	DRLB_A_SERVER,		/* nest, enum drlb_server_attr; may repeat */
	DRLB_A_CONNECTION,	/* nest, enum drlb_connection_attr */
	DRLB_A_DEVICE,		/* nest, enum drlb_device_attr */
	DRLB_A_CONFIG,		/* nest, enum drlb_config_attr */
	DRLB_A_DEFAULTS,	/* out, nest, enum drlb_config_attr */
	DRLB_A_STATS,		/* out, nest, enum drlb_stats_attr */
	DRLB_A_COUNT,		/* out, u64 */
	DRLB_A_EVENT,		/* out, u8, enum drlb_event_kind */
	DRLB_A_CHECK,		/* flag: check only */
	DRLB_A_REPLACE,		/* flag: the servers given are the whole set */
	DRLB_A_BRIEF,		/* flag: no more than the configuration */
	DRLB_A_PAD,
	DRLB_A_SCHEDULER,	/* out, nest, enum drlb_scheduler_attr */
	__DRLB_A_MAX,
	DRLB_A_MAX = __DRLB_A_MAX - 1
};

enum drlb_service_attr {
	DRLB_SERVICE_A_UNSPEC,
	DRLB_SERVICE_A_PROTOCOL,	/* u8, IPPROTO_TCP or IPPROTO_UDP */
	DRLB_SERVICE_A_ADDR4,		/* be32 */
	DRLB_SERVICE_A_ADDR6,		/* 16 bytes */
	DRLB_SERVICE_A_PORT,		/* be16, 0 is any port */
	DRLB_SERVICE_A_SCHEDULER,	/* string, see SCHEDULER_GET */
	DRLB_SERVICE_A_TABLE_SIZE,	/* u32, slots of the hash's table, a prime */
	DRLB_SERVICE_A_HASH,		/* u8, enum drlb_hash */
	DRLB_SERVICE_A_SERVERS,		/* out, u32, number of servers */
	DRLB_SERVICE_A_COUNTERS,	/* out, nest, enum drlb_counters_attr */
	DRLB_SERVICE_A_PAD,
	DRLB_SERVICE_A_ON_DEAD,		/* u8, enum drlb_on_dead */
	DRLB_SERVICE_A_TIMEOUT_UDP_NEW,	/* u32; 0 is the namespace's, as for */
	DRLB_SERVICE_A_TIMEOUT_UDP,	/* all timeouts of a service */
	DRLB_SERVICE_A_TIMEOUT_SYN_RECV,
	DRLB_SERVICE_A_TIMEOUT_ACK_RECV,
	DRLB_SERVICE_A_TIMEOUT_ESTABLISHED,
	DRLB_SERVICE_A_TIMEOUT_FIN_WAIT,
	DRLB_SERVICE_A_TIMEOUT_TIME_WAIT,
	DRLB_SERVICE_A_TIMEOUT_CLOSE,
	/* u32; 0: clients may change servers */
	DRLB_SERVICE_A_TIMEOUT_PERSISTENT,
	/* u8, bits of a client's address that count; 0: all of them */
	DRLB_SERVICE_A_PERSISTENT_PREFIX,
	DRLB_SERVICE_A_PERSISTENT_QUIESCED,	/* u8, enum drlb_quiesced */
	DRLB_SERVICE_A_OPS,		/* u8, 0 or 1: one-packet scheduling,
					 * of UDP services, and of the UDP
					 * packets with a mark
					 */
	DRLB_SERVICE_A_FWMARK,		/* u32, not 0; in place of PROTOCOL,
					 * ADDR and PORT
					 */
	DRLB_SERVICE_A_FAMILY,		/* u8, AF_INET or AF_INET6: with FWMARK
					 * only
					 */
	DRLB_SERVICE_A_PICKUP,		/* u8, enum drlb_pickup */
	DRLB_SERVICE_A_ON_REMOVED,	/* u8, enum drlb_on_removed */
	DRLB_SERVICE_A_ON_EMPTY,	/* u8, enum drlb_on_empty */
	__DRLB_SERVICE_A_MAX,
	DRLB_SERVICE_A_MAX = __DRLB_SERVICE_A_MAX - 1
};

/* The input of the hash of mh and sh, to which every scheduler but dh falls back
 * past a limit. dh hashes the destination's address, whatever the service says.
 */
enum drlb_hash {
	DRLB_HASH_SOURCE_PORT,		/* client address and port */
	DRLB_HASH_SOURCE,		/* client address alone */
	DRLB_HASH_AUTO,			/* SOURCE for sh, else SOURCE_PORT */
	__DRLB_HASH_MAX,
	DRLB_HASH_MAX = __DRLB_HASH_MAX - 1
};

/* New connections to a service none of whose servers answers the neighbour
 * layer. They are refused by default, by an ICMP host unreachable: the client
 * learns at once that it has to look elsewhere, as it does from IPVS.
 */
enum drlb_on_dead {
	DRLB_ON_DEAD_REFUSE,
	DRLB_ON_DEAD_OPEN,		/* schedule as if all were up */
	__DRLB_ON_DEAD_MAX,
	DRLB_ON_DEAD_MAX = __DRLB_ON_DEAD_MAX - 1
};

/* New connections that no server can take: none has a weight, none answers, or
 * all that could are full.
 */
enum drlb_on_empty {
	DRLB_ON_EMPTY_REJECT,		/* by a TCP RST or ICMP port unreachable;
					 * if none answers, host unreachable
					 */
	DRLB_ON_EMPTY_DROP,		/* without an answer */
	DRLB_ON_EMPTY_LOCAL,		/* are the local stack's */
	__DRLB_ON_EMPTY_MAX,
	DRLB_ON_EMPTY_MAX = __DRLB_ON_EMPTY_MAX - 1
};

/* TCP connections, past the handshake, of a server that is removed. */
enum drlb_on_removed {
	DRLB_ON_REMOVED_RESET,		/* treated as if nobody knew them */
	DRLB_ON_REMOVED_RESCHEDULE,	/* go to another server */
	DRLB_ON_REMOVED_KEEP,		/* wait for its return, until timeout */
	__DRLB_ON_REMOVED_MAX,
	DRLB_ON_REMOVED_MAX = __DRLB_ON_REMOVED_MAX - 1
};

/* TCP in mid-stream that nobody here knows goes where the hash leads, and gets an
 * entry; or it is left to the local stack.
 */
enum drlb_pickup {
	DRLB_PICKUP_AUTO,		/* ON for sh, dh and mh */
	DRLB_PICKUP_ON,
	DRLB_PICKUP_OFF,
	__DRLB_PICKUP_MAX,
	DRLB_PICKUP_MAX = __DRLB_PICKUP_MAX - 1
};

/* Clients of a persistent service whose server has the weight 0 now. */
enum drlb_quiesced {
	DRLB_QUIESCED_STAY,
	DRLB_QUIESCED_MOVE,		/* with their next connection */
	__DRLB_QUIESCED_MAX,
	DRLB_QUIESCED_MAX = __DRLB_QUIESCED_MAX - 1
};

enum drlb_server_attr {
	DRLB_SERVER_A_UNSPEC,
	DRLB_SERVER_A_ADDR4,		/* be32 */
	DRLB_SERVER_A_ADDR6,		/* 16 bytes */
	DRLB_SERVER_A_PORT,		/* be16, must equal the service's */
	DRLB_SERVER_A_WEIGHT,		/* u32, 0..DRLB_WEIGHT_MAX */
	DRLB_SERVER_A_STATE,		/* out, u8, enum drlb_server_state */
	DRLB_SERVER_A_IFINDEX,		/* out, u32; absent without a route */
	DRLB_SERVER_A_LLADDR,		/* out, binary; absent when unknown */
	DRLB_SERVER_A_COUNTERS,		/* out, nest, enum drlb_counters_attr */
	DRLB_SERVER_A_PAD,
	DRLB_SERVER_A_UPPER,		/* u32: full with that many connections;
					 * 0: never
					 */
	DRLB_SERVER_A_LOWER,		/* u32: not full any more with fewer;
					 * 0: with fewer than three quarters
					 */
	__DRLB_SERVER_A_MAX,
	DRLB_SERVER_A_MAX = __DRLB_SERVER_A_MAX - 1
};

/* How the director reaches a server. UP, LOCAL and RESOLVING are scheduled. */
enum drlb_server_state {
	DRLB_SERVER_UP,			/* its neighbour entry is usable */
	DRLB_SERVER_LOCAL,		/* it is the director itself */
	DRLB_SERVER_RESOLVING,		/* not known yet, being asked for */
	DRLB_SERVER_UNREACHABLE,	/* the neighbour does not answer */
	DRLB_SERVER_NO_ROUTE,		/* no route, or only by a gateway */
	DRLB_SERVER_NO_NEIGHBOUR,	/* the host's neighbour table is full */
	DRLB_SERVER_FULL,		/* has as many connections as it may */
	__DRLB_SERVER_STATE_MAX,
	DRLB_SERVER_STATE_MAX = __DRLB_SERVER_STATE_MAX - 1
};

/* Of a service or a server. A service's are the sums over its servers, removed
 * ones included.
 */
enum drlb_counters_attr {
	DRLB_COUNTERS_A_UNSPEC,
	DRLB_COUNTERS_A_CONNECTIONS,	/* u64, scheduled so far; TCP without
					 * an entry included, UDP not
					 */
	DRLB_COUNTERS_A_PACKETS,	/* u64, forwarded */
	DRLB_COUNTERS_A_BYTES,		/* u64, forwarded, IP header included */
	DRLB_COUNTERS_A_ACTIVE,		/* u32, in SYN_RECV, ACK_RECV or
					 * ESTABLISHED
					 */
	DRLB_COUNTERS_A_INACTIVE,	/* u32, in other states, UDP */
	DRLB_COUNTERS_A_PAD,
	DRLB_COUNTERS_A_PERSISTENT,	/* u32, clients that stay there */
	__DRLB_COUNTERS_A_MAX,
	DRLB_COUNTERS_A_MAX = __DRLB_COUNTERS_A_MAX - 1
};

enum drlb_connection_attr {
	DRLB_CONNECTION_A_UNSPEC,
	DRLB_CONNECTION_A_PROTOCOL,	/* u8 */
	DRLB_CONNECTION_A_CLIENT_ADDR4,	/* be32 */
	DRLB_CONNECTION_A_CLIENT_ADDR6,	/* 16 bytes */
	DRLB_CONNECTION_A_CLIENT_PREFIX,	/* filter only, u8, bits */
	DRLB_CONNECTION_A_CLIENT_PORT,	/* be16 */
	DRLB_CONNECTION_A_VIP_ADDR4,	/* be32 */
	DRLB_CONNECTION_A_VIP_ADDR6,	/* 16 bytes */
	DRLB_CONNECTION_A_VIP_PORT,	/* be16 */
	DRLB_CONNECTION_A_SERVER_ADDR4,	/* be32 */
	DRLB_CONNECTION_A_SERVER_ADDR6,	/* 16 bytes */
	DRLB_CONNECTION_A_STATE,	/* u8, enum drlb_connection_state */
	DRLB_CONNECTION_A_EXPIRES_MS,	/* out, u32, left until it expires */
	DRLB_CONNECTION_A_AGE_MS,	/* out, u64, since it was scheduled */
	DRLB_CONNECTION_A_PAD,
	DRLB_CONNECTION_A_VRF,		/* out, u32, index of the VRF's device;
					 * absent outside VRFs
					 */
	DRLB_CONNECTION_A_PERSISTENT,	/* flag: a client that stays with a
					 * server, no connection
					 */
	DRLB_CONNECTION_A_FWMARK,	/* u32, of the service; absent if it has
					 * an address. A client of such a service
					 * has neither PROTOCOL nor VIP.
					 */
	DRLB_CONNECTION_A_FAMILY,	/* filter only, u8, AF_INET or AF_INET6 */
	__DRLB_CONNECTION_A_MAX,
	DRLB_CONNECTION_A_MAX = __DRLB_CONNECTION_A_MAX - 1
};

/* As far as the client's packets tell: the director never sees replies. */
enum drlb_connection_state {
	DRLB_CONNECTION_NONE,
	DRLB_CONNECTION_UDP_NEW,	/* before its second packet */
	DRLB_CONNECTION_UDP,
	DRLB_CONNECTION_SYN_RECV,
	DRLB_CONNECTION_ACK_RECV,	/* before the packet after the ACK */
	DRLB_CONNECTION_ESTABLISHED,
	DRLB_CONNECTION_FIN_WAIT,
	DRLB_CONNECTION_TIME_WAIT,	/* FIN on one not established */
	DRLB_CONNECTION_CLOSE,
	DRLB_CONNECTION_PERSISTENT_NEW,	/* a client that stays, unproven */
	DRLB_CONNECTION_PERSISTENT,	/* a client that stays */
	__DRLB_CONNECTION_STATE_MAX,
	DRLB_CONNECTION_STATE_MAX = __DRLB_CONNECTION_STATE_MAX - 1
};

enum drlb_device_attr {
	DRLB_DEVICE_A_UNSPEC,
	DRLB_DEVICE_A_NAME,		/* string */
	DRLB_DEVICE_A_IFINDEX,		/* out, u32; absent when not attached */
	__DRLB_DEVICE_A_MAX,
	DRLB_DEVICE_A_MAX = __DRLB_DEVICE_A_MAX - 1
};

/* All u32 but HOOK_PRIORITY. Unproven connections are those in SYN_RECV,
 * ACK_RECV, TIME_WAIT, CLOSE and UDP_NEW: somebody who forges addresses could
 * have made them.
 */
enum drlb_config_attr {
	DRLB_CONFIG_A_UNSPEC,
	DRLB_CONFIG_A_CONN_MAX,		/* entries; past it, stateless */
	DRLB_CONFIG_A_TCP_UNPROVEN_MAX,	/* unproven entries; same */
	DRLB_CONFIG_A_UDP_UNPROVEN_MAX,
	DRLB_CONFIG_A_TCP_SYN_RECV,	/* timeouts, 1..DRLB_TIMEOUT_MAX */
	DRLB_CONFIG_A_TCP_ACK_RECV,
	DRLB_CONFIG_A_TCP_ESTABLISHED,
	DRLB_CONFIG_A_TCP_FIN_WAIT,
	DRLB_CONFIG_A_TCP_TIME_WAIT,
	DRLB_CONFIG_A_TCP_CLOSE,
	DRLB_CONFIG_A_UDP_NEW,
	DRLB_CONFIG_A_UDP,
	DRLB_CONFIG_A_PROBE_INTERVAL,	/* between two checks of a neighbour,
					 * 1..3600; 0 leaves them to traffic
					 */
	DRLB_CONFIG_A_HOOK_PRIORITY,	/* out, s32, of the PRE_ROUTING hook */
	DRLB_CONFIG_A_PERSISTENT_UNPROVEN_MAX,
	__DRLB_CONFIG_A_MAX,
	DRLB_CONFIG_A_MAX = __DRLB_CONFIG_A_MAX - 1
};

enum drlb_stats_attr {
	DRLB_STATS_A_UNSPEC,
	DRLB_STATS_A_CONNECTIONS,	/* u32, entries now, clients included */
	DRLB_STATS_A_UNPROVEN_TCP,	/* u32, of these unproven TCP */
	DRLB_STATS_A_UNPROVEN_UDP,	/* u32, and UDP */
	DRLB_STATS_A_OVERLOADED,	/* flag: scheduling statelessly now */
	DRLB_STATS_A_COUNTER,		/* nest, enum drlb_stats_counter_attr;
					 * repeats
					 */
	DRLB_STATS_A_UNPROVEN_PERSISTENT, /* u32, and clients that stay */
	__DRLB_STATS_A_MAX,
	DRLB_STATS_A_MAX = __DRLB_STATS_A_MAX - 1
};

/* The namespace's packet verdicts, by name. New ones may appear. */
enum drlb_stats_counter_attr {
	DRLB_STATS_COUNTER_A_UNSPEC,
	DRLB_STATS_COUNTER_A_NAME,	/* string */
	DRLB_STATS_COUNTER_A_VALUE,	/* u64, packets */
	DRLB_STATS_COUNTER_A_ABOUT,	/* string, a sentence for a person */
	DRLB_STATS_COUNTER_A_PAD,
	__DRLB_STATS_COUNTER_A_MAX,
	DRLB_STATS_COUNTER_A_MAX = __DRLB_STATS_COUNTER_A_MAX - 1
};

enum drlb_scheduler_attr {
	DRLB_SCHEDULER_A_UNSPEC,
	DRLB_SCHEDULER_A_NAME,		/* string */
	DRLB_SCHEDULER_A_ABOUT,		/* string, a sentence for a person */
	DRLB_SCHEDULER_A_ADOPTS,	/* flag: picks up TCP in mid-stream */
	__DRLB_SCHEDULER_A_MAX,
	DRLB_SCHEDULER_A_MAX = __DRLB_SCHEDULER_A_MAX - 1
};

enum drlb_event_kind {
	DRLB_EVENT_SERVER_STATE,	/* a server's state changed */
	DRLB_EVENT_SERVICE_ADDED,
	DRLB_EVENT_SERVICE_CHANGED,
	DRLB_EVENT_SERVICE_REMOVED,
	DRLB_EVENT_SERVER_ADDED,
	DRLB_EVENT_SERVER_CHANGED,
	DRLB_EVENT_SERVER_REMOVED,
	DRLB_EVENT_DEVICE_ADDED,
	DRLB_EVENT_DEVICE_REMOVED,
	DRLB_EVENT_CONFIG_CHANGED,
	__DRLB_EVENT_MAX,
	DRLB_EVENT_MAX = __DRLB_EVENT_MAX - 1
};

#endif /* _UAPI_LINUX_DRLB_H */
