/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses with ports and prefix lengths, refused unless exactly right */
#ifndef TEXT_ADDR_H
#define TEXT_ADDR_H

#include "text/words.h"

/* A whole word; an IPv6 address may be in brackets. */
int parse_addr(struct words *w, const char *word, struct addr *addr);
/* ADDR[:PORT]; *@port is -1 if absent, 0 for "*". A named port is one of
 * @protocol's, or with 0 of any protocol's.
 */
int parse_addr_port(struct words *w, const char *text, uint8_t protocol,
		    struct addr *addr, int *port);
/* ADDR[/LEN][:PORT]; *@prefix is -1 if absent. */
int parse_prefix_port(struct words *w, const char *text, uint8_t protocol,
		      struct addr *addr, int *prefix, int *port);

#endif
