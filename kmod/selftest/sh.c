// SPDX-License-Identifier: GPL-2.0
#include "hashed.h"

static u64 __init sh_by_source(const struct drlb_packet *pkt)
{
	return hash_of(pkt->family, source_of(pkt), 0);
}

static u64 __init sh_by_port(const struct drlb_packet *pkt)
{
	return hash_of(pkt->family, source_of(pkt), port_of(pkt));
}

bool __init drlb_sched_sh_selftest(void)
{
	struct selftest st = { .name = "sched_sh" };

	check_hashed(&st, &drlb_sched_sh, DRLB_HASH_AUTO, sh_by_source);
	check_hashed(&st, &drlb_sched_sh, DRLB_HASH_SOURCE, sh_by_source);
	check_hashed(&st, &drlb_sched_sh, DRLB_HASH_SOURCE_PORT, sh_by_port);
	check_hashed(&st, &drlb_sched_mh, DRLB_HASH_AUTO, sh_by_port);

	return check_all_good(&st);
}
