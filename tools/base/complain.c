// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "base/complain.h"

void complain(const char *subject, const char *fmt, ...)
{
	va_list ap;

	/* Keep the order when both streams go to one place. */
	fflush(stdout);
	fputs("lbctl: ", stderr);
	if (subject)
		fprintf(stderr, "%s: ", subject);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

char printable(char c)
{
	return c >= ' ' && c < 0x7f ? c : '?';
}
