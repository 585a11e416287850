/* SPDX-License-Identifier: GPL-2.0 */
/* The state of a conversation, for the files that carry it on */
#ifndef WIRE_NL_PRIVATE_H
#define WIRE_NL_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mnl_socket;
struct nl_handler;

#define PIECE_REQUESTS	1024

struct pending {
	const void *about;
	size_t offset;		/* of the request in the queue */
	bool answered;
};

struct nl {
	struct mnl_socket *socket;
	uint16_t family;
	uint32_t events;
	const struct nl_handler *handler;
	bool quiet;		/* a missing module is no reason to complain */
	bool broken;		/* and complained about */
	bool interrupted;
	int refused;

	char *queue;
	size_t size, used;
	size_t sndbuf;
	struct pending pending[PIECE_REQUESTS];
	unsigned int n, n_max, n_answered;
	uint32_t seq;		/* of the first pending request */

	char reply[64 * 1024];
};

/* Returns -1 after a complaint about errno; no answers can be had any more. */
int nl_broken(struct nl *nl, const char *doing);
int nl_buffer_size(struct nl *nl, int which);
/* Raise a buffer past the administrator's limit if that is allowed, else up to
 * it.
 */
void nl_buffer_raise(struct nl *nl, int force, int which, int size);

#endif
