/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILE_SAVE_H
#define FILE_SAVE_H

#include "base/complain.h"

/* Write the kernel's configuration as the text that apply reads. "-" is
 * standard output. A file gets all of it or stays as it was.
 */
enum status save_file(const char *path);

#endif
