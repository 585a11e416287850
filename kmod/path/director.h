/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_DIRECTOR_H
#define _DRLB_DIRECTOR_H

#include <linux/skbuff.h>

#include "path/forward.h"
#include "control/net.h"
#include "path/packet.h"

/* The data path for a packet of each family that came in by @door.
 *
 * Context: softirq, RCU read-side section, skb->data at the network header.
 * The skb is the caller's again unless the verdict is DRLB_STOLEN.
 */
enum drlb_verdict drlb_direct4(struct drlb_net *dn, struct sk_buff *skb,
			       enum drlb_door door);
enum drlb_verdict drlb_direct6(struct drlb_net *dn, struct sk_buff *skb,
			       enum drlb_door door);

#endif /* _DRLB_DIRECTOR_H */
