// SPDX-License-Identifier: GPL-2.0
/*
 *	twins IPVS DRLB IPVS-DEVICE DRLB-DEVICE FILE PORT SEED TEST...
 *
 * compares the director in the namespace IPVS with the one in DRLB, at the
 * other ends of the devices. FILE is for configurations. Services have the port
 * PORT or those that follow, which none had before: IPVS keeps the servers of
 * services that are gone, with their connections. The tests:
 *
 *	picks SCHEDULER SERVERS STEPS	the same server for each connection
 *	twos STEPS			the same shares, and the same choice of two
 *	hashes SCHEDULER CLIENTS	the same shares of clients
 *	dh				the same shares of VIPs
 *	states SEQUENCES		the same states of TCP connections
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "twins.h"

const char *const twin_names[TWINS] = { "IPVS", "drlb" };

static uint64_t seed;

void die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(2);
}

void differ(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

uint32_t dice(uint32_t sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;

	return (seed >> 32) % sides;
}

/* Both directors work on this processor, and so in the order of the frames. */
static void stay_on_one_processor(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

static void __attribute__((noreturn)) usage(void)
{
	puts("twins: wrong arguments");
	exit(2);
}

int main(int argc, char **argv)
{
	const char *test = argc > 8 ? argv[8] : "";
	int more = argc - 9;

	if (argc < 9)
		usage();

	stay_on_one_processor();
	config_open(argv[1], argv[2], argv[5]);
	wire_open(IPVS, argv[3]);
	wire_open(DRLB, argv[4]);
	service.port = atoi(argv[6]);
	seed = 0x9e3779b97f4a7c15ULL * (strtoul(argv[7], NULL, 0) + 1);

	if (!strcmp(test, "picks") && more == 3)
		picks_play(argv[9], atoi(argv[10]), atoi(argv[11]));
	else if (!strcmp(test, "twos") && more == 1)
		twos_play(atoi(argv[9]));
	else if (!strcmp(test, "hashes") && more == 2)
		hashes_play(argv[9], atoi(argv[10]));
	else if (!strcmp(test, "dh") && !more)
		dh_play();
	else if (!strcmp(test, "states") && more == 1)
		states_play(atoi(argv[9]));
	else
		usage();

	return 0;
}
