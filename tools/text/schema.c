// SPDX-License-Identifier: GPL-2.0
#include <assert.h>

#include "text/schema.h"

#define MEMBER(object, member) \
	.offset = offsetof(object, member), \
	.size = sizeof(((object *)NULL)->member)

#define STR(x)	STR_(x)
#define STR_(x)	#x

/* Named like the setting that it takes the place of */
#define TIMEOUT_OF_SERVICE(name_, state) { \
	.name = name_, .attr = DRLB_SERVICE_A_TIMEOUT_##state, \
	.type = FIELD_TIME, \
	MEMBER(struct service, timeout[DRLB_CONNECTION_##state]), \
	.max = DRLB_TIMEOUT_MAX, .arg = "TIME", \
	.about = "replaces the setting of that name, unless it is 0" }

static const struct field service_fields[] = {
	{
		.name = "scheduler", .attr = DRLB_SERVICE_A_SCHEDULER,
		.type = FIELD_STRING,
		.flags = FIELD_SAVED | FIELD_COLUMN | FIELD_SCHEDULER,
		MEMBER(struct service, scheduler),
		.string = DRLB_SCHEDULER_DEFAULT, .arg = "NAME",
		.about = "how a server is chosen for a new connection",
	}, {
		.name = "table-size", .attr = DRLB_SERVICE_A_TABLE_SIZE,
		.type = FIELD_U32,
		MEMBER(struct service, table_size),
		.max = UINT32_MAX, .value = DRLB_TABLE_SIZE_DEFAULT,
		.arg = "N",
		.about = "slots of the hash's table, a prime from "
			 STR(DRLB_TABLE_SIZE_MIN) " to "
			 STR(DRLB_TABLE_SIZE_MAX),
	}, {
		.name = "hash", .attr = DRLB_SERVICE_A_HASH,
		.type = FIELD_ENUM,
		MEMBER(struct service, hash),
		.value = DRLB_HASH_AUTO, .names = hash_names,
		.about = "the part of a client's address that is hashed",
	}, {
		.name = "on-dead", .attr = DRLB_SERVICE_A_ON_DEAD,
		.type = FIELD_ENUM,
		MEMBER(struct service, on_dead),
		.value = DRLB_ON_DEAD_REFUSE, .names = on_dead_names,
		.about = "new connections while no server answers ARP or ND",
	}, {
		.name = "on-empty", .attr = DRLB_SERVICE_A_ON_EMPTY,
		.type = FIELD_ENUM,
		MEMBER(struct service, on_empty),
		.value = DRLB_ON_EMPTY_REJECT, .names = on_empty_names,
		.about = "new connections that no server can take",
	}, {
		.name = "on-removed", .attr = DRLB_SERVICE_A_ON_REMOVED,
		.type = FIELD_ENUM,
		MEMBER(struct service, on_removed),
		.value = DRLB_ON_REMOVED_RESET, .names = on_removed_names,
		.about = "TCP connections of a server that is removed",
	}, {
		.name = "pickup", .attr = DRLB_SERVICE_A_PICKUP,
		.type = FIELD_ENUM,
		MEMBER(struct service, pickup),
		.value = DRLB_PICKUP_AUTO, .names = pickup_names,
		.about = "TCP in mid-stream that is not known; auto: by the scheduler",
	}, {
		.name = "ops", .attr = DRLB_SERVICE_A_OPS,
		.type = FIELD_FLAG,
		MEMBER(struct service, ops),
		.about = "one-packet scheduling: a server for each datagram",
	}, {
		.name = "persistent",
		.attr = DRLB_SERVICE_A_TIMEOUT_PERSISTENT, .type = FIELD_TIME,
		MEMBER(struct service, timeout[DRLB_CONNECTION_PERSISTENT]),
		.max = DRLB_TIMEOUT_MAX, .bare = 300, .arg = "[TIME]",
		.about = "how long a client stays with its server; 0: it does not",
	}, {
		.name = "mask", .attr = DRLB_SERVICE_A_PERSISTENT_PREFIX,
		.type = FIELD_PREFIX,
		MEMBER(struct service, persistent_prefix),
		.max = 128, .arg = "LEN",
		.about = "bits of its address that make a client; 0: all",
	}, {
		.name = "quiesced", .attr = DRLB_SERVICE_A_PERSISTENT_QUIESCED,
		.type = FIELD_ENUM,
		MEMBER(struct service, quiesced),
		.value = DRLB_QUIESCED_STAY, .names = quiesced_names,
		.about = "clients that stay, if their server has the weight 0",
	},
	TIMEOUT_OF_SERVICE("tcp_syn_recv", SYN_RECV),
	TIMEOUT_OF_SERVICE("tcp_ack_recv", ACK_RECV),
	TIMEOUT_OF_SERVICE("tcp_established", ESTABLISHED),
	TIMEOUT_OF_SERVICE("tcp_fin_wait", FIN_WAIT),
	TIMEOUT_OF_SERVICE("tcp_time_wait", TIME_WAIT),
	TIMEOUT_OF_SERVICE("tcp_close", CLOSE),
	TIMEOUT_OF_SERVICE("udp_new", UDP_NEW),
	TIMEOUT_OF_SERVICE("udp", UDP),
	{ .name = NULL }
};

const struct schema service_schema = {
	.a_field = "an option of a service",
	.nest = DRLB_A_SERVICE,
	.attr_max = DRLB_SERVICE_A_MAX,
	.field = service_fields,
};

static const struct field server_fields[] = {
	{
		.name = "weight", .attr = DRLB_SERVER_A_WEIGHT,
		.type = FIELD_U32, .flags = FIELD_COLUMN,
		MEMBER(struct server, weight),
		.max = DRLB_WEIGHT_MAX, .value = DRLB_WEIGHT_DEFAULT,
		.arg = "N",
		.about = "its share of new connections, from 0 for none to "
			 STR(DRLB_WEIGHT_MAX),
	}, {
		.name = "upper", .attr = DRLB_SERVER_A_UPPER,
		.type = FIELD_U32,
		MEMBER(struct server, upper), .max = INT32_MAX, .arg = "N",
		.about = "connections with which it is full; 0: never",
	}, {
		.name = "lower", .attr = DRLB_SERVER_A_LOWER,
		.type = FIELD_U32,
		MEMBER(struct server, lower), .max = INT32_MAX, .arg = "N",
		.about = "with fewer it is not full any more; 0: three quarters",
	}, { .name = NULL }
};

const struct schema server_schema = {
	.a_field = "an option of a server",
	.nest = DRLB_A_SERVER,
	.attr_max = DRLB_SERVER_A_MAX,
	.field = server_fields,
};

/* The kernel knows the defaults of settings: they are its parameters. */
#define SETTING(name_, attr_, type_) \
	.name = name_, .attr = DRLB_CONFIG_A_##attr_, .type = type_, \
	MEMBER(struct config, value[DRLB_CONFIG_A_##attr_])

#define TIMEOUT(name_, attr_, about_) { \
	SETTING(name_, attr_, FIELD_TIME), \
	.min = 1, .max = DRLB_TIMEOUT_MAX, .arg = "TIME", .about = about_ }

static const struct field config_fields[] = {
	{ SETTING("conn_max", CONN_MAX, FIELD_U32),
	  .min = 1, .max = INT32_MAX, .arg = "N",
	  .about = "connections, past which scheduling is stateless" },
	{ SETTING("tcp_unproven_max", TCP_UNPROVEN_MAX, FIELD_U32),
	  .min = 1, .max = INT32_MAX, .arg = "N",
	  .about = "unproven TCP connections, past which it is stateless" },
	{ SETTING("udp_unproven_max", UDP_UNPROVEN_MAX, FIELD_U32),
	  .min = 1, .max = INT32_MAX, .arg = "N",
	  .about = "UDP flows of one packet, past which it is stateless" },
	{ SETTING("persistent_unproven_max", PERSISTENT_UNPROVEN_MAX,
		  FIELD_U32),
	  .min = 1, .max = INT32_MAX, .arg = "N",
	  .about = "unproven clients that stay, past which it is stateless" },
	TIMEOUT("tcp_syn_recv", TCP_SYN_RECV, "seconds: after the SYN"),
	TIMEOUT("tcp_ack_recv", TCP_ACK_RECV,
		"seconds: after the handshake's ACK"),
	TIMEOUT("tcp_established", TCP_ESTABLISHED, "seconds: established"),
	TIMEOUT("tcp_fin_wait", TCP_FIN_WAIT, "seconds: closed by the client"),
	TIMEOUT("tcp_time_wait", TCP_TIME_WAIT,
		"seconds: closed before it was established"),
	TIMEOUT("tcp_close", TCP_CLOSE, "seconds: reset"),
	TIMEOUT("udp_new", UDP_NEW, "seconds: UDP, after the first packet"),
	TIMEOUT("udp", UDP, "seconds: UDP"),
	{ SETTING("probe_interval", PROBE_INTERVAL, FIELD_TIME),
	  .max = 3600, .arg = "TIME",
	  .about = "seconds between checks of a server's neighbour entry, 0: none" },
	{ SETTING("hook_priority", HOOK_PRIORITY, FIELD_S32),
	  .flags = FIELD_READONLY,
	  .about = "priority of the PRE_ROUTING hook, a parameter of the module" },
	{ .name = NULL }
};

const struct schema config_schema = {
	.a_field = "a setting",
	.nest = DRLB_A_CONFIG,
	.attr_max = DRLB_CONFIG_A_MAX,
	.field = config_fields,
};

const struct schema *schema_find(unsigned int nest)
{
	static const struct schema *const all[] = {
		&service_schema, &server_schema, &config_schema
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->nest == nest)
			return all[i];
	return NULL;
}

static_assert(DRLB_SERVICE_A_MAX < 64 && DRLB_SERVER_A_MAX < 64 &&
	      DRLB_CONFIG_A_MAX < 64, "a set of fields has 64 bits");
