// SPDX-License-Identifier: GPL-2.0
#include "wire/addr.h"
#include "wire/attr.h"
#include "wire/connection.h"

static const struct {
	uint8_t attr;
	enum { U8, U32, BE16, ADDR, FLAG } type;
	size_t offset;
} filter_attrs[] = {
#define ROW(attr, type, member) \
	{ DRLB_CONNECTION_A_##attr, type, offsetof(struct filter, member) }
	ROW(PROTOCOL, U8, protocol),
	ROW(CLIENT_ADDR4, ADDR, client),
	ROW(CLIENT_PREFIX, U8, prefix),
	ROW(CLIENT_PORT, BE16, client_port),
	ROW(VIP_ADDR4, ADDR, vip),
	ROW(VIP_PORT, BE16, vip_port),
	ROW(SERVER_ADDR4, ADDR, server),
	ROW(STATE, U8, state),
	ROW(PERSISTENT, FLAG, given),
	ROW(FWMARK, U32, mark),
	ROW(FAMILY, U8, family),
#undef ROW
};

void put_filter(struct nlmsghdr *nlh, const struct filter *f)
{
	struct nlattr *nest;

	if (!f->given)
		return;
	nest = mnl_attr_nest_start(nlh, DRLB_A_CONNECTION);
	for (size_t i = 0; i < sizeof(filter_attrs) / sizeof(*filter_attrs);
	     i++) {
		uint8_t attr = filter_attrs[i].attr;
		const void *value = (const char *)f + filter_attrs[i].offset;

		if (!(f->given & UINT64_C(1) << attr))
			continue;
		switch (filter_attrs[i].type) {
		case U8:
			mnl_attr_put_u8(nlh, attr, *(const uint8_t *)value);
			break;
		case U32:
			mnl_attr_put_u32(nlh, attr, *(const uint32_t *)value);
			break;
		case BE16:
			put_be16(nlh, attr, *(const uint16_t *)value);
			break;
		case ADDR:
			put_addr(nlh, attr, value);
			break;
		case FLAG:
			mnl_attr_put(nlh, attr, 0, NULL);
			break;
		}
	}
	mnl_attr_nest_end(nlh, nest);
}

void get_connection(const struct nlmsghdr *nlh, struct connection *c)
{
	const struct nlattr *tc[DRLB_CONNECTION_A_MAX + 1];
	const struct nlattr *tb[DRLB_A_MAX + 1];

	attrs_of(nlh, tb, DRLB_A_MAX);
	attrs_in(tb[DRLB_A_CONNECTION], tc, DRLB_CONNECTION_A_MAX);
	c->protocol = attr_uint(tc[DRLB_CONNECTION_A_PROTOCOL]);
	c->state = attr_uint(tc[DRLB_CONNECTION_A_STATE]);
	c->client_port = attr_be16(tc[DRLB_CONNECTION_A_CLIENT_PORT]);
	c->vip_port = attr_be16(tc[DRLB_CONNECTION_A_VIP_PORT]);
	get_addr(tc[DRLB_CONNECTION_A_CLIENT_ADDR4],
		 tc[DRLB_CONNECTION_A_CLIENT_ADDR6], &c->client);
	get_addr(tc[DRLB_CONNECTION_A_VIP_ADDR4],
		 tc[DRLB_CONNECTION_A_VIP_ADDR6], &c->vip);
	get_addr(tc[DRLB_CONNECTION_A_SERVER_ADDR4],
		 tc[DRLB_CONNECTION_A_SERVER_ADDR6], &c->server);
	c->persistent = tc[DRLB_CONNECTION_A_PERSISTENT];
	c->mark = attr_uint(tc[DRLB_CONNECTION_A_FWMARK]);
	c->vrf = attr_uint(tc[DRLB_CONNECTION_A_VRF]);
	c->expires_ms = attr_uint(tc[DRLB_CONNECTION_A_EXPIRES_MS]);
	c->age_ms = attr_uint(tc[DRLB_CONNECTION_A_AGE_MS]);
}
