/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WIRE_LISTEN_H
#define WIRE_LISTEN_H

#include "wire/nl.h"

/* Hand events to the handler until receiving fails. Those of a module that is
 * loaded later are included.
 */
void nl_listen(struct nl *nl);

#endif
