/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration file */
#ifndef FILE_H
#define FILE_H

#include "base/model.h"

struct file {
	const char *name;
	struct services services;	/* sorted, as are their servers */
	struct devices devices;		/* sorted */
	struct config config;		/* what the file gives */
};

/* "-" is standard input. -1 after a complaint that names the line. */
int file_read(struct file *file, const char *path);
void file_free(struct file *file);

/* "FILE:LINE: cause"; @line may be 0, for what is not in the file. */
void file_complain(const struct file *file, unsigned int line, const char *fmt,
		   ...) __attribute__((format(printf, 3, 4)));

#endif
