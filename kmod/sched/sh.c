// SPDX-License-Identifier: GPL-2.0
/*
 * Source hashing: a client's address tells its server, each server having a
 * share of the clients by its weight. The port is left out unless the service
 * says otherwise.
 *
 * IPVS deals 256 buckets to the servers in their order, to each as many as it
 * has units of weight, and deals again after each change: then most clients
 * move, and a server beyond the 256th unit gets none. The pool's Maglev table
 * has the same shares without these faults, so the buckets are its slots. With
 * hash source mh does the same.
 */
#include "sched/sched.h"

const struct drlb_sched drlb_sched_sh = {
	.name	= "sh",
	.about	= "source hashing: a server for each client's address, by weight",
	.adopts	= true,
	.hash	= DRLB_HASH_SOURCE,
	.pick	= drlb_sched_hash_pick,
};

#ifdef DRLB_SELFTEST
#include "selftest/sh.c"
#endif
