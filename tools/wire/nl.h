/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The conversation with the module. Requests are queued, and many are sent in
 * one piece. Each is answered by the data it asked for, if any, and then by an
 * acknowledgment, which may be a refusal or carry a warning.
 */
#ifndef WIRE_NL_H
#define WIRE_NL_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/complain.h"

struct nl;

struct nl_answer {
	const void *about;		/* as given to nl_queue() */
	int error;			/* a positive errno, or 0 */
	bool told;			/* the module itself gave the cause */
	const char *cause;		/* NULL if there is nothing to say */
	const struct nlmsghdr *request;
	uint32_t offset;		/* of the attribute to blame, or 0 */
};

struct nl_handler {
	void (*data)(const struct nlmsghdr *nlh, void *ctx);
	/* Without it, the cause is printed with @about as the subject. */
	void (*answer)(const struct nl_answer *answer, void *ctx);
	void *ctx;
};

/* Room for the attributes of a request without options */
#define NL_ROOM		256

void nl_close(struct nl *nl);

/* The handler must live until another one is set. */
void nl_handle(struct nl *nl, const struct nl_handler *handler);

/* Print the cause that an answer gives. @detail is empty or ends with ": ". */
void nl_complain(const struct nl_answer *answer, const char *detail);

/* Queue a request. The caller adds attributes, up to @room bytes, before it
 * queues another one.
 */
struct nlmsghdr *nl_queue(struct nl *nl, uint8_t cmd, uint16_t flags,
			  size_t room, const void *about);
/* Send the queue and wait for all answers. Returns the number of requests that
 * were refused since the last call, or -1 after a complaint if no answers can
 * be had.
 */
int nl_flush(struct nl *nl);
/* nl_flush() and nl_close(), as the last act of a command */
enum status nl_finish(struct nl *nl);

#endif
