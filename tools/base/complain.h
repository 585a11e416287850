/* SPDX-License-Identifier: GPL-2.0 */
/* Exit status and complaints */
#ifndef BASE_COMPLAIN_H
#define BASE_COMPLAIN_H

enum status {
	STATUS_OK,
	STATUS_FAILED,	/* the kernel refused, or something else went wrong */
	STATUS_USAGE,	/* the command line makes no sense */
};

/* Print "lbctl: SUBJECT: cause" on stderr; @subject may be NULL. */
void complain(const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The character, or a question mark if a terminal might not show it */
char printable(char c);

#endif
