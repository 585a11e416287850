// SPDX-License-Identifier: GPL-2.0
/*
 * Destination hashing: the address that a client sends to tells the server, as
 * for caches of which each has its part of what there is. All servers with a
 * weight have equal shares. A service that has one address has one server at a
 * time, whatever the number of servers.
 */
#include "sched/sched.h"

const struct drlb_sched drlb_sched_dh = {
	.name	= "dh",
	.about	= "destination hashing: a server for each VIP, of equal shares",
	.adopts	= true,
	.flat	= true,
	.hash	= DRLB_HASH_DESTINATION,
	.pick	= drlb_sched_hash_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/dh.c"
#endif
