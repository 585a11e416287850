/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SCHED_H
#define _DRLB_SCHED_H

#include <linux/types.h>

#include "server/pool.h"

extern const struct drlb_sched drlb_sched_rr;
extern const struct drlb_sched drlb_sched_wrr;
extern const struct drlb_sched drlb_sched_lc;
extern const struct drlb_sched drlb_sched_wlc;
extern const struct drlb_sched drlb_sched_sed;
extern const struct drlb_sched drlb_sched_nq;
extern const struct drlb_sched drlb_sched_fo;
extern const struct drlb_sched drlb_sched_ovf;
extern const struct drlb_sched drlb_sched_twos;
extern const struct drlb_sched drlb_sched_sh;
extern const struct drlb_sched drlb_sched_dh;
extern const struct drlb_sched drlb_sched_mh;

/* All disciplines, by index; NULL ends them. The first is the default. */
const struct drlb_sched *drlb_sched_at(unsigned int i);
const struct drlb_sched *drlb_sched_find(const char *name);

/* mh.c: the server of a packet by the hash alone, for all disciplines. NULL if
 * none can be used. Context: softirq, RCU.
 */
struct drlb_server *drlb_sched_hashed(const struct drlb_pool *pool,
				      const struct drlb_live *live,
				      const struct drlb_packet *pkt);
/* The same for a new connection, which a full server does not get. */
struct drlb_server *drlb_sched_hash_pick(const struct drlb_pool *pool,
					 const struct drlb_live *live,
					 const struct drlb_packet *pkt);
/* The same as if all servers could be reached. NULL if it is full. */
struct drlb_server *drlb_sched_blind(const struct drlb_pool *pool,
				     const struct drlb_packet *pkt);

/* The server of the next turn, as @server_at tells, that is usable: the live set
 * may be some milliseconds behind. The last one tried if none is.
 * Context: softirq, RCU.
 */
static __always_inline struct drlb_server *
drlb_sched_turn(const struct drlb_pool *pool, const struct drlb_live *live,
		struct drlb_server *(*server_at)(const struct drlb_live *live,
						 u64 turn))
{
	struct drlb_server *server;
	u32 i;

	for (i = 0; i < DRLB_LIVE_TRIES; i++) {
		server = server_at(live, atomic64_inc_return(pool->cursor));
		if (likely(drlb_server_usable(server)))
			break;
	}

	return server;
}

/* wrr.c: a step through @weight slots that visits each once a cycle. */
u64 drlb_wrr_stride(u64 weight);

#ifdef DRLB_SELFTEST
bool drlb_sched_rr_selftest(void);
bool drlb_sched_lc_selftest(void);
bool drlb_sched_wlc_selftest(void);
bool drlb_sched_sed_selftest(void);
bool drlb_sched_nq_selftest(void);
bool drlb_sched_fo_selftest(void);
bool drlb_sched_ovf_selftest(void);
bool drlb_sched_twos_selftest(void);
bool drlb_sched_wrr_selftest(void);
bool drlb_sched_sh_selftest(void);
bool drlb_sched_dh_selftest(void);
bool drlb_sched_mh_selftest(void);
#endif

#endif /* _DRLB_SCHED_H */
