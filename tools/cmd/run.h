/* SPDX-License-Identifier: GPL-2.0 */
/* The bodies that verbs of several objects share */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include <stdint.h>

#include "base/complain.h"
#include "base/model.h"
#include "text/json.h"
#include "text/words.h"

/* No more words follow: one request without attributes */
enum status run_bare(struct words *w, uint8_t cmd);

/* "[SERVICE]" follows: print all services or that one, as the JSON member @name
 * or as text.
 */
enum status run_show(struct words *w, const char *name,
		     json_t *(*to_json)(const struct services *list),
		     void (*print)(const struct services *list));

#endif
