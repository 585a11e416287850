// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into a program: the FAIL_NTH-th allocation that the kernel makes in
 * certain system calls, counted over all of them, fails. These calls are those
 * of netlink sockets, of new namespaces and of loading a module, so that
 * nothing of what a program needs for itself can fail.
 *
 * At exit the file FAIL_NTH_LEFT gets the count that was left, 0 if an
 * allocation failed, and the generic netlink commands that were sent, without
 * those that look for a family.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static long left;
static int knob = -1;
static bool sent[UINT8_MAX + 1];

static long call(long nr, long a, long b, long c, long d, long e, long f)
{
	long (*real)(long nr, ...) = dlsym(RTLD_NEXT, "syscall");

	return real(nr, a, b, c, d, e, f);
}

__attribute__((constructor)) static void begin(void)
{
	const char *nth = getenv("FAIL_NTH");

	left = nth ? atol(nth) : 0;
	if (left)
		knob = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
}

__attribute__((destructor)) static void end(void)
{
	const char *name = getenv("FAIL_NTH_LEFT");
	FILE *file = name ? fopen(name, "w") : NULL;

	if (file) {
		fprintf(file, "%ld", left);
		for (int i = 0; i <= UINT8_MAX; i++)
			if (sent[i])
				fprintf(file, " %d", i);
		fputc('\n', file);
		fclose(file);
	}
}

/* Makes the system call, with the fault armed around it and nothing else. */
static long armed(long nr, long a, long b, long c, long d, long e, long f)
{
	char text[16] = "";
	long ret;
	int len;

	if (knob < 0 || left <= 0)
		return call(nr, a, b, c, d, e, f);

	len = snprintf(text, sizeof(text), "%ld", left);
	if (pwrite(knob, text, len, 0) != len)
		abort();
	ret = call(nr, a, b, c, d, e, f);
	/* These succeed or abort, so errno is still the system call's. */
	len = pread(knob, text, sizeof(text) - 1, 0);
	if (len <= 0 || pwrite(knob, "0", 1, 0) != 1)
		abort();
	text[len] = '\0';
	left = atol(text);

	return ret;
}

static bool is_netlink(int fd)
{
	int domain = 0;
	socklen_t len = sizeof(domain);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) &&
	       domain == AF_NETLINK;
}

/* There may be several messages at @buf, one after the other. */
static void note(const void *buf, size_t len)
{
	struct genlmsghdr genl;
	struct nlmsghdr nlh;
	const char *at = buf;

	while (len >= NLMSG_HDRLEN + GENL_HDRLEN) {
		memcpy(&nlh, at, sizeof(nlh));
		memcpy(&genl, at + NLMSG_HDRLEN, sizeof(genl));
		if (nlh.nlmsg_type > GENL_ID_CTRL)
			sent[genl.cmd] = true;
		if (nlh.nlmsg_len < NLMSG_HDRLEN ||
		    NLMSG_ALIGN(nlh.nlmsg_len) > len)
			return;
		at += NLMSG_ALIGN(nlh.nlmsg_len);
		len -= NLMSG_ALIGN(nlh.nlmsg_len);
	}
}

ssize_t sendto(int fd, const void *buf, size_t len, int flags,
	       const struct sockaddr *to, socklen_t tolen)
{
	if (!is_netlink(fd))
		return call(SYS_sendto, fd, (long)buf, len, flags, (long)to,
			    tolen);
	note(buf, len);

	return armed(SYS_sendto, fd, (long)buf, len, flags, (long)to, tolen);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return (is_netlink(fd) ? armed : call)(SYS_sendmsg, fd, (long)msg,
					       flags, 0, 0, 0);
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	return (is_netlink(fd) ? armed : call)(SYS_recvmsg, fd, (long)msg,
					       flags, 0, 0, 0);
}

int unshare(int flags)
{
	return armed(SYS_unshare, flags, 0, 0, 0, 0, 0);
}

/* Programs use this for finit_module(), for which libc has no function. */
long syscall(long nr, ...)
{
	bool module = nr == SYS_finit_module;
	long a[6];
	va_list ap;

	va_start(ap, nr);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);

	return (module ? armed : call)(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
