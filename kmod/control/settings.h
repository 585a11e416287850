/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DRLB_SETTINGS_H
#define _DRLB_SETTINGS_H

#include <linux/types.h>

#include "conn/conn.h"

/**
 * struct drlb_settings - the settings of a namespace
 * @conn_max: entries past which new connections are balanced statelessly
 * @unproven_max: the same, for the unproven ones of each budget
 * @timeout: seconds, by enum drlb_connection_state
 * @probe_interval: seconds, 0 for never
 */
struct drlb_settings {
	u32 conn_max;
	u32 unproven_max[DRLB_BUDGETS];
	u32 timeout[DRLB_STATES];
	u32 probe_interval;
};

/**
 * struct drlb_setting - a setting as data
 * @name: the module's parameter
 * @attr: its netlink attribute
 * @offset: where in struct drlb_settings
 * @min: least value
 * @max: greatest value
 */
struct drlb_setting {
	const char *name;
	u16 attr;
	u16 offset;
	u32 min;
	u32 max;
};

/* All states have a timeout but NONE and those of clients, of which there are
 * two.
 */
#define DRLB_SETTINGS	(1 + DRLB_BUDGETS + DRLB_STATES - 3 + 1)

extern const struct drlb_setting drlb_settings_table[DRLB_SETTINGS];

static inline u32 *drlb_setting_word(const struct drlb_setting *setting,
				     const struct drlb_settings *set)
{
	return (void *)set + setting->offset;
}

static inline bool drlb_setting_takes(const struct drlb_setting *setting,
				      u32 value)
{
	return value >= setting->min && value <= setting->max;
}

/* From the module's parameters. */
extern struct drlb_settings drlb_settings_default;

/* The settings that a namespace starts with. Where the host's administrator is
 * not root, as many namespaces as anybody likes may be made: there the limits
 * are not a part of the host's memory.
 */
void drlb_settings_initial(const struct net *net, struct drlb_settings *set);

#endif /* _DRLB_SETTINGS_H */
