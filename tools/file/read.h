/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the configuration file */
#ifndef FILE_READ_H
#define FILE_READ_H

#include "base/model.h"

struct file {
	const char *name;
	struct services services;	/* sorted, as are their servers */
	struct devices devices;		/* sorted */
	struct config config;
};

/* "-" is standard input. Returns -1 after a complaint that names the line. */
int file_read(struct file *file, const char *path);
void file_free(struct file *file);

#endif
