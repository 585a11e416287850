/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words, and what they mean: the same for the command line and for a line of
 * a file. Whatever fails leaves its cause in the words; who owns them says
 * where they come from and prints it.
 */
#ifndef PARSE_H
#define PARSE_H

#include <stdint.h>

#include "base/model.h"

struct words {
	char **next;		/* what is left; ends with NULL */
	char *error;		/* the cause, once something failed */
	/* The object concerned. Most are never named: that is done on demand. */
	enum { ABOUT_TEXT, ABOUT_SERVICE, ABOUT_SERVER } about;
	char *subject;
	struct service_key key;
	struct addr server;
};

void words_free(struct words *w);

/* Always -1, for the caller to return */
int words_fail(struct words *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void words_subject(struct words *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The object concerned as messages name it, or NULL */
const char *words_about(struct words *w);

/* The next word, or NULL and an error that names @what */
char *words_take(struct words *w, const char *what);
/* That no word is left */
int words_end(struct words *w);
/* Whether it is written as an option is: more than a - alone */
bool is_option(const char *word);
/* An error, for a word that begins as an option does where there is none such */
int words_misplaced(struct words *w, const char *option);
/* Index of the name which the next word is or shortens without ambiguity */
int words_choice(struct words *w, const char *what, const char *const *names);
/* That the next word is none of these, which other versions may know */
int words_unsupported(struct words *w, const char *const *names);

int parse_u32(struct words *w, const char *what, uint32_t min, uint32_t max,
	      uint32_t *value);
/* A whole word as an address, IPv6 with or without brackets */
int parse_addr(struct words *w, const char *word, struct addr *addr);
/* ADDR or ADDR:PORT, of which *@port is -1 when absent, 0 when "*". To look
 * services up in /etc/services, @protocol is one, or 0 for whichever.
 */
int parse_addr_port(struct words *w, const char *text, uint8_t protocol,
		    struct addr *addr, int *port);
/* ADDR[/LEN][:PORT]; *@prefix is -1 when absent */
int parse_prefix_port(struct words *w, const char *text, uint8_t protocol,
		      struct addr *addr, int *prefix, int *port);
int parse_port(struct words *w, const char *word, uint8_t protocol, int *port);

/* { tcp | udp } ADDR:PORT, which becomes the subject */
int parse_service(struct words *w, struct service_key *key);
/* ADDR[:PORT] of a server of that service, which becomes the subject */
int parse_server(struct words *w, const struct service_key *key,
		 struct addr *addr);
/* [scheduler NAME] [table-size N] [hash WHAT] to the end; @given gets bits by
 * enum drlb_service_attr.
 */
int parse_service_options(struct words *w, struct service *svc,
			  unsigned int *given);
/* [weight N] to the end; @given gets bits by enum drlb_server_attr. */
int parse_server_options(struct words *w, struct server *srv,
			 unsigned int *given);
int parse_device(struct words *w, char name[DRLB_NAME_MAX]);
/* KEY VALUE [KEY VALUE] ... to the end, at least one */
int parse_config(struct words *w, struct config *config, unsigned int line);

#endif
