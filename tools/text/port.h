/* SPDX-License-Identifier: GPL-2.0 */
/* Ports, by number or by a name of /etc/services */
#ifndef TEXT_PORT_H
#define TEXT_PORT_H

#include "text/words.h"

/* The port @text, which is a part of @word or all of it; *@port is 0 for "*".
 * A name is one of @protocol's, or with 0 of any protocol's.
 */
int parse_port(struct words *w, const char *word, const char *text,
	       uint8_t protocol, int *port);

#endif
