// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ip_vs.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "twins.h"

#define SERVER_FIRST	0x0a0001c8	/* 10.0.1.200, which goes down */
#define TIMEOUT		604800

struct service service;

static const char *file_name;
static int drlb_ns, ipvs;
static FILE *ipvs_conns;

static int open_ns(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);

	return fd;
}

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		die("setns");
}

/* Those that can be set: the times after a FIN, and of what is established. */
static void ipvs_set_timeouts(void)
{
	const struct ip_vs_timeout_user timeouts = {
		.tcp_timeout = TIMEOUT,
		.tcp_fin_timeout = TIMEOUT,
	};

	if (setsockopt(ipvs, IPPROTO_IP, IP_VS_SO_SET_TIMEOUT, &timeouts,
		       sizeof(timeouts)))
		die("IPVS's timeouts");
}

void config_open(const char *ipvs_name, const char *drlb_name, const char *file)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	drlb_ns = open_ns(drlb_name);
	file_name = file;

	enter(open_ns(ipvs_name));
	ipvs = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	ipvs_conns = fopen("/proc/thread-self/net/ip_vs_conn", "re");
	if (ipvs < 0 || !ipvs_conns)
		die("IPVS");
	ipvs_set_timeouts();
	enter(own);
}

static uint32_t server_addr(unsigned int i)
{
	return SERVER_FIRST - i;
}

static const char *server_name(unsigned int i)
{
	struct in_addr addr = { htonl(server_addr(i)) };

	return inet_ntoa(addr);
}

/* ---- IPVS ---------------------------------------------------------------- */

struct ipvs_request {
	struct ip_vs_service_user svc;
	struct ip_vs_dest_user dest;
};

static struct ipvs_request ipvs_request(unsigned int vip)
{
	struct ipvs_request r = {
		.svc = {
			.protocol = IPPROTO_TCP,
			.addr = htonl(VIP + vip),
			.port = htons(service.port),
			.flags = service.flags,
			.netmask = 0xffffffff,
		},
	};

	strcpy(r.svc.sched_name, service.sched);

	return r;
}

static void ipvs_do(int command, const struct ipvs_request *r, size_t size)
{
	if (setsockopt(ipvs, IPPROTO_IP, command, r, size))
		die("IPVS");
}

static void ipvs_server(int command, unsigned int server)
{
	struct ipvs_request r;
	unsigned int vip;

	for (vip = 0; vip < service.vips; vip++) {
		r = ipvs_request(vip);
		r.dest.addr = htonl(server_addr(server));
		r.dest.port = htons(service.port);
		r.dest.conn_flags = IP_VS_CONN_F_DROUTE;
		r.dest.weight = service.server[server].weight;
		ipvs_do(command, &r, sizeof(r));
	}
}

static void ipvs_start(void)
{
	struct ipvs_request r;
	unsigned int i;

	ipvs_do(IP_VS_SO_SET_FLUSH, NULL, 0);
	for (i = 0; i < service.vips; i++) {
		r = ipvs_request(i);
		ipvs_do(IP_VS_SO_SET_ADD, &r, sizeof(r.svc));
	}
	for (i = 0; i < service.n; i++)
		ipvs_server(IP_VS_SO_SET_ADDDEST, i);
}

static void ipvs_loads(struct load load[SERVERS])
{
	struct {
		struct ip_vs_get_dests head;
		struct ip_vs_dest_entry dest[SERVERS];
	} got = {
		.head = {
			.protocol = IPPROTO_TCP,
			.addr = htonl(VIP),
			.port = htons(service.port),
		},
	};
	socklen_t len = sizeof(got);
	unsigned int i, server;

	for (i = 0; i < service.n; i++)
		got.head.num_dests += service.server[i].present;
	len = sizeof(got.head) + got.head.num_dests * sizeof(got.dest[0]);
	if (getsockopt(ipvs, IPPROTO_IP, IP_VS_SO_GET_DESTS, &got, &len))
		die("IPVS's servers");

	for (i = 0; i < got.head.num_dests; i++) {
		server = SERVER_FIRST - ntohl(got.dest[i].addr);
		if (server >= SERVERS)
			differ("IPVS has a server of number %u", server);
		load[server].active = got.dest[i].activeconns;
		load[server].inactive = got.dest[i].inactconns;
	}
}

static void ipvs_states(uint32_t client,
			void (*state)(uint16_t port, const char *name))
{
	unsigned int addr, port;
	char line[256], name[32];

	rewind(ipvs_conns);
	while (fgets(line, sizeof(line), ipvs_conns)) {
		if (sscanf(line, "TCP %x %x %*x %*x %*x %*x %31s", &addr, &port,
			   name) == 3 && addr == client)
			state(port, name);
	}
}

/* ---- drlb ---------------------------------------------------------------- */

/* Runs lbctl and returns what it prints; closed by lbctl_end(). */
static FILE *lbctl(pid_t *pid, char *const argv[])
{
	int out[2];

	if (pipe2(out, O_CLOEXEC))
		die("pipe");
	*pid = fork();
	if (!*pid) {
		enter(drlb_ns);
		dup2(out[1], STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(out[1]);

	return fdopen(out[0], "r");
}

static void lbctl_end(pid_t pid, FILE *said)
{
	int status;

	fclose(said);
	if (waitpid(pid, &status, 0) != pid || status)
		differ("lbctl fails");
}

static void write_server(FILE *file, unsigned int i)
{
	if (service.server[i].present)
		fprintf(file, "server %s weight %d\n", server_name(i),
			service.server[i].weight);
}

/* The first service has all servers for good, so that their next hops are
 * known before they get connections. No connection ends by its time.
 */
static void write_config(FILE *file)
{
	static const char *const timeouts[] = {
		"tcp_syn_recv", "tcp_ack_recv", "tcp_established",
		"tcp_fin_wait", "tcp_time_wait", "tcp_close",
	};
	struct in_addr vip;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(timeouts); i++)
		fprintf(file, "config %s %d\n", timeouts[i], TIMEOUT);
	fprintf(file, "service tcp 10.0.0.100:9 scheduler rr\n");
	for (i = 0; i < SERVERS; i++)
		fprintf(file, "server %s\n", server_name(i));
	for (i = 0; i < service.vips; i++) {
		vip.s_addr = htonl(VIP + i);
		fprintf(file, "service tcp %s:%u scheduler %s %s\n",
			inet_ntoa(vip), service.port, service.sched,
			service.options ?: "");
		for (j = 0; j < service.n; j++)
			write_server(file, j);
	}
}

void config_publish(void)
{
	char *const argv[] = { "lbctl", "apply", (char *)file_name, NULL };
	FILE *file = fopen(file_name, "w");
	pid_t pid;
	FILE *said;

	if (!file)
		die(file_name);
	write_config(file);
	fclose(file);

	said = lbctl(&pid, argv);
	while (fgetc(said) != EOF)
		;
	lbctl_end(pid, said);
}

static void drlb_loads(struct load load[SERVERS])
{
	char of[32], line[512], name[32];
	char *const argv[] = { "lbctl", "-n", "-o", "server", "show", "tcp", of,
			       NULL };
	const char *at;
	unsigned int i;
	FILE *said;
	pid_t pid;

	snprintf(of, sizeof(of), "10.0.0.100:%u", service.port);
	said = lbctl(&pid, argv);
	while (fgets(line, sizeof(line), said)) {
		at = strstr(line, " active ");
		for (i = 0; i < service.n; i++) {
			snprintf(name, sizeof(name), " %s ", server_name(i));
			if (at && strstr(line, name))
				sscanf(at, " active %u inactive %u",
				       &load[i].active, &load[i].inactive);
		}
	}
	lbctl_end(pid, said);
}

static void drlb_states(uint32_t client,
			void (*state)(uint16_t port, const char *name))
{
	struct in_addr addr = { htonl(client) };
	char of[32], line[512], name[32];
	char *const argv[] = { "lbctl", "-n", "-o", "connection", "show",
			       "client", of, NULL };
	unsigned int port;
	const char *at;
	FILE *said;
	pid_t pid;

	strcpy(of, inet_ntoa(addr));
	said = lbctl(&pid, argv);
	while (fgets(line, sizeof(line), said)) {
		at = strstr(line, " state ");
		if (at && sscanf(at, " state %31s", name) == 1 &&
		    sscanf(line, "connection tcp client %*[0-9.]:%u",
			   &port) == 1)
			state(port, name);
	}
	lbctl_end(pid, said);
}

/* ---- both ---------------------------------------------------------------- */

void config_start(void)
{
	unsigned int i;

	for (i = 0; i < SERVERS; i++)
		service.server[i].present = i < service.n;
	ipvs_start();
	config_publish();
}

void config_set(unsigned int server, int weight)
{
	service.server[server].weight = weight;
	ipvs_server(IP_VS_SO_SET_EDITDEST, server);
}

void config_add(int weight)
{
	struct server *server = &service.server[service.n];

	server->present = true;
	server->weight = weight;
	ipvs_server(IP_VS_SO_SET_ADDDEST, service.n++);
}

void config_del(unsigned int server)
{
	service.server[server].present = false;
	ipvs_server(IP_VS_SO_SET_DELDEST, server);
}

void config_loads(enum twin twin, struct load load[SERVERS])
{
	memset(load, 0, SERVERS * sizeof(*load));
	if (twin == IPVS)
		ipvs_loads(load);
	else
		drlb_loads(load);
}

void config_states(enum twin twin, uint32_t client,
		   void (*state)(uint16_t port, const char *name))
{
	if (twin == IPVS)
		ipvs_states(client, state);
	else
		drlb_states(client, state);
}
