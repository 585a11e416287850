// SPDX-License-Identifier: GPL-2.0
/*
 * lbctl as a target of libFuzzer: the whole program with a simulated kernel.
 * The random input is one of
 *
 *	FUZZ_WORDS	the command line, a word a line
 *	FUZZ_FILE	the file that apply reads
 *	FUZZ_REPLIES	the kernel's answers: the number of a command below,
 *			then datagrams, each after its length in two bytes.
 *			Their sequence numbers count from the request's.
 *
 * With the first two the kernel knows the family, has no objects and accepts
 * all.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/genetlink.h>
#include <libmnl/libmnl.h>
#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drlb.h>

#include "fuzz.h"
#include "base/options.h"

#define WORDS_MAX	64
#define FAMILY		0x20

static const uint8_t *input;
static size_t input_left;

/* ---- a kernel that accepts everything ---- */

static struct nlmsghdr *asked;	/* requests still to be answered */
static char questions[256 * 1024];
static size_t questions_left;

static size_t family_reply(char *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_seq = asked->nlmsg_seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	mnl_attr_put_u32(nlh, CTRL_ATTR_VERSION, DRLB_GENL_VERSION);

	return nlh->nlmsg_len;
}

static size_t acknowledge(char *buf, bool dump)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlmsgerr *err;

	nlh->nlmsg_seq = asked->nlmsg_seq;
	if (dump) {
		nlh->nlmsg_type = NLMSG_DONE;
		memset(mnl_nlmsg_put_extra_header(nlh, sizeof(int)), 0,
		       sizeof(int));
	} else {
		nlh->nlmsg_type = NLMSG_ERROR;
		nlh->nlmsg_flags = NLM_F_CAPPED;
		err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));
		err->error = 0;
		err->msg = *asked;
	}
	return nlh->nlmsg_len;
}

static ssize_t kernel_answers(char *buf)
{
	int left = questions_left;
	size_t len = 0;
	bool dump;

	if (!mnl_nlmsg_ok(asked, left)) {
		errno = EBADF;
		return -1;
	}
	dump = (asked->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	if (asked->nlmsg_type == GENL_ID_CTRL)
		len = family_reply(buf);
	len += acknowledge(buf + len, dump);
	asked = mnl_nlmsg_next(asked, &left);
	questions_left = left;

	return len;
}

/* ---- a kernel that answers anything ---- */

static ssize_t input_answers(char *buf, size_t size)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	size_t len;
	int left;

	if (input_left < 2) {
		errno = EBADF;
		return -1;
	}
	len = input[0] | input[1] << 8;
	input += 2;
	input_left -= 2;
	if (len > input_left)
		len = input_left;
	if (len > size)
		len = size;
	memcpy(buf, input, len);
	input += len;
	input_left -= len;

	/* The kernel frames its messages well. libmnl 1.0.4 relies on it, and
	 * goes in circles on a length of 4 GiB.
	 */
	for (left = len; left > 0 && mnl_nlmsg_ok(nlh, left) &&
	     nlh->nlmsg_len <= (unsigned int)left;
	     nlh = mnl_nlmsg_next(nlh, &left))
		nlh->nlmsg_seq += asked->nlmsg_seq;
	if (left > 0 && left >= (int)sizeof(*nlh))
		len -= left;

	return len;
}

/* ---- libmnl's sockets ---- */

struct mnl_socket {
	int unused;
};

static struct mnl_socket the_socket;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	return &the_socket;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return -1;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf,
			  socklen_t len)
{
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req,
			  size_t size)
{
	questions_left = size < sizeof(questions) ? size : sizeof(questions);
	memcpy(questions, req, questions_left);
	asked = (struct nlmsghdr *)questions;

	return size;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	ssize_t len;

	ASAN_UNPOISON_MEMORY_REGION(buf, size);
#ifdef FUZZ_REPLIES
	len = input_answers(buf, size);
#else
	len = kernel_answers(buf);
#endif
	/* The program must not read what was not received. */
	if (len >= 0)
		ASAN_POISON_MEMORY_REGION((char *)buf + len, size - len);

	return len;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	return 0;
}

/* ---- files ---- */

/* The code calls these by the names of libc, by -D: no file is written. */
int mkostemp(char *path, int flags)
{
	return memfd_create("saved", MFD_CLOEXEC);
}

int rename(const char *old, const char *new)
{
	return 0;
}

FILE *fopen(const char *path, const char *mode)
{
#ifdef FUZZ_FILE
	if (input_left)
		return fmemopen((void *)input, input_left, "r");
#endif
	return fdopen(open("/dev/null", O_RDONLY), mode);
}

/* ---- targets ---- */

static void run(int argc, char **argv)
{
	optind = 0;
	memset(&options, 0, sizeof(options));
	lbctl_main(argc, argv);
}

static void run_text(const char *text, size_t len)
{
	char *argv[WORDS_MAX + 2] = { "lbctl" };
	char *copy = malloc(len + 1);
	char *rest = copy;
	int argc = 1;

	memcpy(copy, text, len);
	copy[len] = '\0';
	while (rest && argc <= WORDS_MAX)
		argv[argc++] = strsep(&rest, "\n");
	run(argc, argv);
	free(copy);
}

#ifdef FUZZ_REPLIES
static const char *const commands[] = {
	"save", "show", "-j\nshow", "-o\nservice\nshow", "-n\nservice\nshow",
	"-j\nconnection\nshow", "-o\nconnection\nshow", "connection\nshow",
	"connection\ncount", "connection\ndel\nall", "config\nshow",
	"-j\nconfig\nshow", "stats", "-j\nstats", "-o\nstats", "device\nshow",
	"-j\ndevice\nshow", "monitor", "-j\nmonitor",
	"service\nadd\ntcp\n10.0.0.1:80\ntable-size\n251\non-dead\nopen\nudp\n1h",
	"server\nadd\ntcp\n10.0.0.1:80\n10.0.0.2\nweight\n3", "apply\nfile",
	"service\nshow\ntcp\n10.0.0.1:80", "server\nshow\ntcp\n10.0.0.1:80",
	"device\nadd\neth0", "config\nset\nudp\n5\nconn_max\n7",
	"complete\nservice\ndel\ntcp", "complete\ndevice\ndel",
	"complete\nserver\ndel\ntcp\n10.0.0.1:80",
	"complete\nservice\nset\ntcp\n10.0.0.1:80\nscheduler", "help\nservice",
	"-o\nserver\nshow", "-j\nserver\nshow", "apply\n-v\nfile",
};
#endif

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	/* libFuzzer and ASan write to the descriptor, which stays open. */
	stderr = fdopen(open("/dev/null", O_WRONLY), "w");
	if (!stderr || !freopen("/dev/null", "w", stdout) ||
	    !freopen("/dev/null", "r", stdin))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = data;
	input_left = size;
#if defined(FUZZ_WORDS)
	run_text((const char *)data, size);
#elif defined(FUZZ_FILE)
	run_text("apply\n-v\nfile", 13);
#else
	if (!size)
		return 0;
	input++;
	input_left--;
	data = (const uint8_t *)
		commands[*data % (sizeof(commands) / sizeof(*commands))];
	run_text((const char *)data, strlen((const char *)data));
#endif
	return 0;
}
