// SPDX-License-Identifier: GPL-2.0
/* The new content is on the disk before rename() puts it in place. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "file/replace.h"

/* The mode of a new file */
static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);

	return 0666 & ~mask;
}

/* A file beside the old one, with its mode and, if allowed, its owner */
static FILE *temporary_open(struct replacement *r, const struct stat *old)
{
	int fd;

	r->temporary = xasprintf("%s.XXXXXX", r->path);
	fd = mkostemp(r->temporary, O_CLOEXEC);
	if (fd < 0) {
		free(r->temporary);
		r->temporary = NULL;
		return NULL;
	}
	if (old && fchown(fd, old->st_uid, old->st_gid))
		errno = 0;
	fchmod(fd, old ? old->st_mode & 0777 : new_mode());

	return fdopen(fd, "w");
}

FILE *replacement_open(struct replacement *r, const char *path)
{
	struct stat old, link;
	bool exists = !stat(path, &old);
	bool leads_nowhere = !exists && !lstat(path, &link);

	/* A link stays; the file that it leads to is replaced. */
	r->path = exists ? realpath(path, NULL) : NULL;
	if (!r->path)
		r->path = xstrdup(path);
	r->temporary = NULL;
	if (leads_nowhere || (exists && !S_ISREG(old.st_mode)))
		r->stream = fopen(path, "we");
	else
		r->stream = temporary_open(r, exists ? &old : NULL);
	if (!r->stream)
		replacement_end(r);

	return r->stream;
}

/* A pipe cannot be written to the disk. */
static int stream_end(struct replacement *r)
{
	int bad = ferror(r->stream) || fflush(r->stream) ||
		  (r->temporary && fsync(fileno(r->stream)));

	return fclose(r->stream) || bad ? -1 : 0;
}

int replacement_end(struct replacement *r)
{
	int ret = r->stream ? stream_end(r) : -1;
	int error;

	if (!ret && r->temporary)
		ret = rename(r->temporary, r->path);
	error = errno;
	if (ret && r->temporary)
		unlink(r->temporary);
	free(r->temporary);
	free(r->path);
	errno = error;

	return ret;
}
