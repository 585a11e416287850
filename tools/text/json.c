// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"
#include "text/json.h"
#include "text/name.h"

json_t *jmust(json_t *value)
{
	return must(value);
}

json_t *jpack(const char *fmt, ...)
{
	json_t *value;
	va_list ap;

	va_start(ap, fmt);
	value = json_vpack_ex(NULL, 0, fmt, ap);
	va_end(ap);

	return jmust(value);
}

void jmerge(json_t *object, json_t *more)
{
	json_object_update(object, more);
	json_decref(more);
}

json_t *addr_json(const struct addr *addr)
{
	return jmust(json_string(addr_name(addr).s));
}

json_t *key_json(const struct service_key *key)
{
	if (key->mark)
		return jpack("{s:I, s:s}", "fwmark", (json_int_t)key->mark,
			     "family", family_name(&key->addr));
	return jpack("{s:s, s:o, s:i}",
		     "protocol", protocol_name(key->protocol),
		     "address", addr_json(&key->addr),
		     "port", key->port);
}

void json_print_part(json_t *value)
{
	/* The end of main() notices an output that cannot be written. */
	if (json_dumpf(value, stdout, JSON_COMPACT) && !ferror(stdout))
		jmust(NULL);
	json_decref(value);
}

void json_print(json_t *value)
{
	json_print_part(value);
	putchar('\n');
}
