// SPDX-License-Identifier: GPL-2.0
/* Walks through the table: connections to be seen, counted or removed. */
#include "conn/walk.h"

#include <linux/inetdevice.h>
#include <net/ipv6.h>

/* Entries that are looked at before others may run. */
#define SLICE	256

/* Attempts at a count during which no table is resized. */
#define COUNT_TRIES	4

bool drlb_conn_bury(struct drlb_conns *conns, struct drlb_conn *conn,
		    u8 family, struct drlb_conn_grave *grave)
{
	struct rcu_head **list = family == AF_INET ? &grave->list4 :
						     &grave->list6;

	bool last;

	if (!drlb_conn_remove(conns, conn, family, &last))
		return false;
	if (!last)
		return true;

	conn->rcu.next = *list;
	*list = &conn->rcu;

	return true;
}

static void grave_free(struct rcu_head *list, rcu_callback_t free)
{
	struct rcu_head *next;
	unsigned int n;

	for (n = 1; list; list = next, n++) {
		next = list->next;
		free(list);
		if (n % SLICE == 0)
			cond_resched();
	}
}

void drlb_conn_grave_empty(struct drlb_conn_grave *grave)
{
	if (!grave->list4 && !grave->list6)
		return;

	synchronize_rcu();
	grave_free(grave->list4, drlb_conn_free4);
	grave_free(grave->list6, drlb_conn_free6);
}

static u64 age_ms(const struct drlb_conn *conn)
{
	u32 units = drlb_conn_age_now() - conn->created;
	u64 age = (u64)units << DRLB_CONN_AGE_SHIFT;

	return div_u64(jiffies64_to_nsecs(age), NSEC_PER_MSEC);
}

bool drlb_conn_describe(const struct drlb_conn *conn, u8 family,
			struct drlb_conn_info *info)
{
	u32 now = drlb_conn_now();
	u32 state = READ_ONCE(conn->state);
	s32 left;

	if (state == DRLB_CONN_DEAD || drlb_conn_is_over(conn, now))
		return false;

	memset(info, 0, sizeof(*info));
	info->family = family;
	info->state = state;
	info->persistent = drlb_state_is_persistent(state);
	left = max_t(s32, READ_ONCE(conn->expires) - now, 0);
	info->expires_ms = jiffies_to_msecs((u64)left << DRLB_CONN_SHIFT);
	info->age_ms = age_ms(conn);
	info->server = conn->load->addr;
	info->mark = conn->load->mark;

	if (family == AF_INET) {
		const union drlb_key4 *key = drlb_conn_key4(conn);

		info->protocol = drlb_key_protocol(key->what);
		info->vrf = drlb_key_vrf(key->what);
		info->client.ip = key->saddr;
		info->vip.ip = key->daddr;
		info->client_port = key->sport;
		info->vip_port = key->dport;
	} else {
		const union drlb_key6 *key = drlb_conn_key6(conn);

		info->protocol = drlb_key_protocol(key->what);
		info->vrf = drlb_key_vrf(key->what);
		info->client.in6 = key->saddr;
		info->vip.in6 = key->daddr;
		info->client_port = key->sport;
		info->vip_port = key->dport;
	}
	if (!info->protocol)
		memset(&info->vip, 0, sizeof(info->vip));

	return true;
}

static bool client_matches(const struct drlb_conn_info *info,
			   const struct drlb_conn_filter *filter)
{
	u8 prefix = filter->client_prefix;

	if (info->family == AF_INET)
		return !((info->client.ip ^ filter->client.ip) &
			 inet_make_mask(prefix));

	return ipv6_prefix_equal(&info->client.in6, &filter->client.in6,
				 prefix);
}

bool drlb_conn_matches(const struct drlb_conn_info *info,
		       const struct drlb_conn_filter *filter)
{
	u32 mask = filter->mask;

	if (info->persistent != filter->persistent)
		return false;
	if (mask & DRLB_MATCH_FAMILY && info->family != filter->family)
		return false;
	if (mask & DRLB_MATCH_PROTOCOL && info->protocol != filter->protocol)
		return false;
	if (mask & DRLB_MATCH_STATE && info->state != filter->state)
		return false;
	if (mask & DRLB_MATCH_MARK && info->mark != filter->mark)
		return false;
	if (mask & DRLB_MATCH_CLIENT && !client_matches(info, filter))
		return false;
	if (mask & DRLB_MATCH_CLIENT_PORT &&
	    info->client_port != filter->client_port)
		return false;
	if (mask & DRLB_MATCH_VIP &&
	    !nf_inet_addr_cmp(&info->vip, &filter->vip))
		return false;
	if (mask & DRLB_MATCH_VIP_PORT && info->vip_port != filter->vip_port)
		return false;
	if (mask & DRLB_MATCH_SERVER &&
	    !nf_inet_addr_cmp(&info->server, &filter->server))
		return false;

	return true;
}

void drlb_conn_walk_init(struct drlb_conns *conns, struct drlb_conn_walk *walk)
{
	walk->restarted = false;
	walk->resized = false;
	walk->family = 0;
	/* Pairs with smp_store_release() in drlb_conns_prepare(). */
	if (!smp_load_acquire(&conns->ready))
		return;

	rhashtable_walk_enter(&conns->table4, &walk->iter);
	walk->family = AF_INET;
}

void drlb_conn_walk_start(struct drlb_conn_walk *walk)
	__acquires(RCU)
{
	if (!walk->family) {
		rcu_read_lock();
		return;
	}
	/* It goes on in another table; older kernels keep an entry that may be
	 * freed by now.
	 */
	if (rhashtable_walk_start_check(&walk->iter)) {
		walk->iter.p = NULL;
		walk->restarted = true;
		walk->resized = true;
	}

	/* The entry that it stopped at may have gone. Then rhashtable skips as
	 * many of the bucket as were seen, though there are fewer of them now.
	 * To see one twice is better than to miss one.
	 */
	if (!walk->iter.p && walk->iter.skip) {
		walk->iter.skip = 0;
		walk->restarted = true;
	}
}

void drlb_conn_walk_stop(struct drlb_conn_walk *walk)
	__releases(RCU)
{
	if (walk->family)
		rhashtable_walk_stop(&walk->iter);
	else
		rcu_read_unlock();
}

struct drlb_conn *drlb_conn_walk_next(struct drlb_conns *conns,
				      struct drlb_conn_walk *walk)
	__must_hold(RCU)
{
	struct drlb_conn *conn;

	while (walk->family) {
		conn = rhashtable_walk_next(&walk->iter);
		if (conn == ERR_PTR(-EAGAIN)) {
			walk->restarted = true;
			walk->resized = true;
			continue;
		}
		if (conn)
			return conn;

		rhashtable_walk_stop(&walk->iter);
		rhashtable_walk_exit(&walk->iter);
		if (walk->family == AF_INET6) {
			walk->family = 0;
			rcu_read_lock();
		} else {
			walk->family = AF_INET6;
			rhashtable_walk_enter(&conns->table6, &walk->iter);
			rhashtable_walk_start(&walk->iter);
		}
	}

	return NULL;
}

struct drlb_conn *drlb_conn_walk_again(struct drlb_conns *conns,
				       struct drlb_conn_walk *walk)
{
	struct drlb_conn *conn;

	conn = walk->family ? rhashtable_walk_peek(&walk->iter) : NULL;
	if (!IS_ERR_OR_NULL(conn))
		return conn;
	if (IS_ERR(conn))
		walk->restarted = true;

	return drlb_conn_walk_next(conns, walk);
}

void drlb_conn_walk_exit(struct drlb_conn_walk *walk)
{
	if (walk->family)
		rhashtable_walk_exit(&walk->iter);
}

/* Look at some entries, and remove them if there is a @grave; false when the
 * walk is over.
 */
static bool sweep_slice(struct drlb_conns *conns, struct drlb_conn_walk *walk,
			const struct drlb_conn_filter *filter,
			struct drlb_conn_grave *grave, u64 *count)
{
	unsigned int left = SLICE;
	struct drlb_conn_info info;
	struct drlb_conn *conn;

	drlb_conn_walk_start(walk);
	while (left--) {
		conn = drlb_conn_walk_next(conns, walk);
		if (!conn)
			break;
		if (!drlb_conn_describe(conn, walk->family, &info) ||
		    !drlb_conn_matches(&info, filter))
			continue;
		if (!grave || drlb_conn_bury(conns, conn, walk->family, grave))
			(*count)++;
	}
	drlb_conn_walk_stop(walk);

	return walk->family;
}

/* False when a table was resized meanwhile, which shows many entries twice. */
static bool sweep_tables(struct drlb_conns *conns,
			 const struct drlb_conn_filter *filter,
			 struct drlb_conn_grave *grave, u64 *count)
{
	struct drlb_conn_walk walk;

	drlb_conn_walk_init(conns, &walk);
	while (sweep_slice(conns, &walk, filter, grave, count))
		cond_resched();
	drlb_conn_walk_exit(&walk);

	return !walk.resized;
}

u64 drlb_conn_count(struct drlb_conns *conns,
		    const struct drlb_conn_filter *filter)
{
	unsigned int left = COUNT_TRIES;
	u64 count;

	do {
		count = 0;
	} while (!sweep_tables(conns, filter, NULL, &count) && --left);

	return count;
}

u64 drlb_conn_flush(struct drlb_conns *conns,
		    const struct drlb_conn_filter *filter)
{
	struct drlb_conn_grave grave = {};
	u64 count = 0;

	sweep_tables(conns, filter, &grave, &count);
	drlb_conn_grave_empty(&grave);

	return count;
}
