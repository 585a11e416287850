/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILE_PLAN_PRINT_H
#define FILE_PLAN_PRINT_H

#include "file/plan.h"

/* Print a line for each change, and their number. */
void plan_print(const struct plan *plan, const struct present *present);

#endif
