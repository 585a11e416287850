/* SPDX-License-Identifier: GPL-2.0 */
/* How services, servers, devices and settings are written */
#ifndef TEXT_OBJECT_H
#define TEXT_OBJECT_H

#include "text/words.h"

extern const char *const service_kinds[];	/* tcp, udp, fwmark */

/* { tcp | udp } ADDR:PORT or fwmark N [inet | inet6], which becomes the subject */
int parse_service(struct words *w, struct service_key *key);
/* ADDR[:PORT] of a server of that service, which becomes the subject */
int parse_server(struct words *w, const struct service_key *key,
		 struct addr *addr);
/* The name of a device, which becomes the subject */
int parse_device(struct words *w, char name[DRLB_NAME_MAX]);
/* KEY VALUE [KEY VALUE] ... to the end, at least one. @line is that of the
 * file, or 0.
 */
int parse_config(struct words *w, struct config *config, unsigned int line);

#endif
