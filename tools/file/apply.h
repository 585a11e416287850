/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILE_APPLY_H
#define FILE_APPLY_H

#include <stdbool.h>

#include "base/complain.h"

/* Make the kernel equal to a file, and change nothing that is equal already.
 * With @dry the changes are only checked and printed; @verbose prints them as
 * well.
 */
enum status apply_file(const char *path, bool dry, bool verbose);

#endif
