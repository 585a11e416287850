/* SPDX-License-Identifier: GPL-2.0 */
/* The part of a request that a refusal or warning is about */
#ifndef WIRE_BLAME_H
#define WIRE_BLAME_H

#include "text/field.h"
#include "wire/nl.h"

/* "scheduler best: " and the like if an answer blames an option or a setting,
 * else ""
 */
struct name option_blamed(const struct nl_answer *answer);

/* The option or setting that an answer blames, or NULL */
const struct field *field_blamed(const struct nl_answer *answer);

/* The attribute of the request's top level that an answer blames, or NULL;
 * *@index becomes the number of servers before it.
 */
const struct nlattr *attr_blamed(const struct nl_answer *answer,
				 unsigned int *index);

/* For requests about one object: complain with its subject and the option. */
extern const struct nl_handler blame_handler;

#endif
