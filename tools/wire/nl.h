/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The conversation with the module. Requests are queued, many of them go out
 * in one piece, and each gets its answer: an acknowledgment, which may be a
 * refusal or carry a warning, after the data that it asked for.
 */
#ifndef NL_H
#define NL_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/lbctl.h"

struct nl;

struct nl_answer {
	const void *about;		/* as given to nl_queue() */
	int error;			/* a positive errno, or 0 */
	bool told;			/* the cause is the module's own word */
	const char *cause;		/* for a person; NULL: nothing to say */
	const struct nlmsghdr *request;
	uint32_t offset;		/* of the attribute to blame, or 0 */
};

struct nl_handler {
	void (*data)(const struct nlmsghdr *nlh, void *ctx);
	/* Without it, @about is the subject to complain about. */
	void (*answer)(const struct nl_answer *answer, void *ctx);
	void *ctx;
};

/* Room for the attributes of a request without a list of servers */
#define NL_ROOM		256
#define NL_ROOM_SERVER	48

/* NULL after a complaint, when there is nobody to talk to */
struct nl *nl_open(void);
void nl_close(struct nl *nl);

/* The handler must live until another one is set. */
void nl_handle(struct nl *nl, const struct nl_handler *handler);

/* Print what an answer says, about a subject, which may need the detail that
 * ends with ": ".
 */
void nl_complain(const struct nl_answer *answer, const char *detail);

/* A request whose attributes the caller adds, up to @room bytes, before it
 * queues another one.
 */
struct nlmsghdr *nl_queue(struct nl *nl, uint8_t cmd, uint16_t flags,
			  size_t room, const void *about);
/* Send what is queued, and wait for every answer. Returns how many requests
 * were refused since the last call, or -1 after a complaint when no answers
 * can be had.
 */
int nl_flush(struct nl *nl);
/* The same as the last act of a command */
enum status nl_finish(struct nl *nl);

/* The same for the one dump that @fill asks for; started again, after a call
 * of @reset, when objects changed meanwhile. Without @reset that is a warning.
 */
struct nl_dump {
	uint8_t cmd;
	const char *subject;
	void (*fill)(struct nlmsghdr *nlh, void *ctx);
	void (*data)(const struct nlmsghdr *nlh, void *ctx);
	void (*reset)(void *ctx);
	void *ctx;
};

int nl_dump(struct nl *nl, const struct nl_dump *dump);

/* Dumps whose @data sees that what it gets does not fit together say so. */
void nl_interrupted(struct nl *nl);

/* Hand the events to the handler until receiving fails, also those of a module
 * that is loaded later.
 */
void nl_listen(struct nl *nl);

/* Attributes: of a message or in a nest, by type, strangers left out */
void attrs_of(const struct nlmsghdr *nlh, const struct nlattr **tb,
	      unsigned int max);
void attrs_in(const struct nlattr *nest, const struct nlattr **tb,
	      unsigned int max);
/* Values of attributes, 0 or "" when absent or of no sensible length */
uint64_t attr_uint(const struct nlattr *attr);
int32_t attr_s32(const struct nlattr *attr);
uint16_t attr_be16(const struct nlattr *attr);
/* Only printable characters get through. */
void attr_text(const struct nlattr *attr, char *buf, size_t size);

/* The attribute of a request's top level which an answer's offset lies in, or
 * NULL; @index becomes the number of servers before it.
 */
const struct nlattr *attr_blamed(const struct nlmsghdr *nlh, uint32_t offset,
				 unsigned int *index);
/* The type of the attribute in that one which the offset lies in, or 0 */
unsigned int attr_blamed_within(const struct nlmsghdr *nlh, uint32_t offset);

#endif
