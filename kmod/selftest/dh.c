// SPDX-License-Identifier: GPL-2.0
#include "hashed.h"

static u64 __init dh_by_destination(const struct drlb_packet *pkt)
{
	return hash_of(pkt->family, destination_of(pkt), 0);
}

bool __init drlb_sched_dh_selftest(void)
{
	struct selftest st = { .name = "sched_dh" };

	check_hashed(&st, &drlb_sched_dh, DRLB_HASH_AUTO, dh_by_destination);
	check_hashed(&st, &drlb_sched_dh, DRLB_HASH_SOURCE, dh_by_destination);
	check_hashed(&st, &drlb_sched_dh, DRLB_HASH_SOURCE_PORT,
		     dh_by_destination);

	return check_all_good(&st);
}
