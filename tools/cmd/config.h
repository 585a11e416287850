/* SPDX-License-Identifier: GPL-2.0 */
/* The settings of a namespace */
#ifndef CONFIG_H
#define CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/model.h"

struct nl;
struct nl_answer;

struct setting {
	const char *name;
	uint8_t attr;		/* enum drlb_config_attr */
	bool readonly;
	uint32_t min, max;
	const char *about;
};

extern const struct setting settings[];		/* the last is nameless */

/* Their names in the same order, for words_choice() */
const char *const *setting_names(void);

/* What holds now, and what holds when nothing was ever set */
int config_read(struct nl *nl, struct config *now, struct config *defaults);
void config_print(const struct config *now, const struct config *defaults);
json_t *config_json(const struct config *config);

struct nlmsghdr;

/* The values that are given */
void put_config(struct nlmsghdr *nlh, const struct config *config);
/* The name of the setting which an answer puts the blame on, or NULL */
const char *config_blamed(const struct nl_answer *answer);

#endif
