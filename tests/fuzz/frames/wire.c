// SPDX-License-Identifier: GPL-2.0
/*
 * Sends frames in their intended memory layout, and receives the output.
 *
 * A frame sent by a ring lies in its pages, except for as many bytes as the
 * virtio-net header calls its headers: these are linear, at the receiver too,
 * since veth hands the packet over as it is, with the rest copied to one page
 * fragment. A frame in several pieces comes by the director's TUN device, which
 * makes each written piece a page fragment of its own, and the first one
 * linear.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <drlb.h>

#include "frames.h"

/* Newer than the user space headers of Debian 12 */
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

#define SLOTS		4
#define SLOT_SIZE	65536
#define RECEIVE_BUFFER	(64 << 20)

static int client, lan, tap, director_ns, own_ns, transmit, tun;
static unsigned int by_ring, by_tun;	/* the director's devices */
static unsigned int tapped;		/* the one with a tap */
static uint8_t *ring;
static unsigned int slot, lost;
static struct mnl_socket *netlink;
static uint16_t family;
static uint64_t *counters_to;

static void __attribute__((noreturn)) die(const char *what)
{
	printf("not ok - %s: %s\n", what, strerror(errno));
	exit(2);
}

static int option(int fd, int name, int value)
{
	return setsockopt(fd, SOL_PACKET, name, &value, sizeof(value));
}

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		die("setns");
}

/* The socket receives nothing before it is attached. */
static int packet_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || option(fd, PACKET_VNET_HDR, 1))
		die("packet socket");

	return fd;
}

static void attach(int fd, unsigned int device, int protocol)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = device,
	};

	if (bind(fd, (void *)&to, sizeof(to)))
		die("bind");
}

static int listener(unsigned int device)
{
	int size = RECEIVE_BUFFER, fd;

	fd = packet_socket();
	if (option(fd, PACKET_IGNORE_OUTGOING, 1) ||
	    option(fd, PACKET_AUXDATA, 1) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("listener");
	attach(fd, device, ETH_P_ALL);

	return fd;
}

static void open_ring(unsigned int device)
{
	struct tpacket_req request = {
		.tp_block_size = SLOT_SIZE,
		.tp_block_nr = SLOTS,
		.tp_frame_size = SLOT_SIZE,
		.tp_frame_nr = SLOTS,
	};

	transmit = packet_socket();
	attach(transmit, device, 0);
	if (option(transmit, PACKET_VERSION, TPACKET_V2) ||
	    setsockopt(transmit, SOL_PACKET, PACKET_TX_RING, &request,
		       sizeof(request)))
		die("ring");
	ring = mmap(NULL, SLOTS * SLOT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		    transmit, 0);
	if (ring == MAP_FAILED)
		die("mmap");
}

static void open_tun(const char *name)
{
	struct ifreq request = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_NAPI |
			     IFF_NAPI_FRAGS,
	};

	strcpy(request.ifr_name, name);
	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request))
		die(name);
}

/* ---- sending */

static uint8_t gso_type(const struct frame *f)
{
	if (!f->gso_size)
		return VIRTIO_NET_HDR_GSO_NONE;
	if (f->gso_type == UDP)
		return VIRTIO_NET_HDR_GSO_UDP_L4;

	return f->six ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
}

static struct virtio_net_hdr shape_of(const struct frame *f)
{
	struct virtio_net_hdr shape = {
		.hdr_len = f->linear,
		.gso_type = gso_type(f),
		.gso_size = f->gso_size,
	};

	if (f->gso_size) {
		shape.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		shape.csum_start = f->l4;
		shape.csum_offset = f->gso_type == TCP ? 16 : 6;
	}

	return shape;
}

/* A piece ends at the end of a page at the latest. */
static bool send_pieces(struct frame *f)
{
	struct virtio_net_hdr shape = shape_of(f);
	struct iovec parts[2 + CUTS_MAX + FRAME_MAX / 4096 + 1] = {
		{ &shape, sizeof(shape) }, { f->bytes, f->linear },
	};
	unsigned int n = 2, at = f->linear, end, cut = 0;

	for (; at < f->len; at = end) {
		while (cut < f->cuts_n && f->cuts[cut] <= at)
			cut++;
		end = cut < f->cuts_n ? f->cuts[cut] : f->len;
		if (end > f->len)
			end = f->len;
		if (end > at + 4096)
			end = at + 4096;
		parts[n].iov_base = f->bytes + at;
		parts[n++].iov_len = end - at;
	}
	for (int tries = 0; tries < 1000; tries++) {
		if (writev(tun, parts, n) > 0)
			return true;
		if (errno != EBUSY)
			break;
		usleep(1000);
	}

	return false;
}

static bool send_ring(struct frame *f)
{
	struct tpacket2_hdr *h = (void *)(ring + slot * SLOT_SIZE);
	uint8_t *data = (uint8_t *)h + TPACKET2_HDRLEN -
			sizeof(struct sockaddr_ll);
	struct virtio_net_hdr shape = shape_of(f);
	int tries = 0;

	while (__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) ==
	       TP_STATUS_SENDING)
		usleep(100);
	memcpy(data, &shape, sizeof(shape));
	memcpy(data + sizeof(shape), f->bytes, f->len);
	h->tp_len = sizeof(shape) + f->len;
	do {
		h->tp_status = TP_STATUS_SEND_REQUEST;
		if (send(transmit, NULL, 0, MSG_DONTWAIT) > 0) {
			slot = (slot + 1) % SLOTS;
			return true;
		}
		if (errno == EAGAIN)
			usleep(1000);
	} while (errno == EAGAIN && ++tries < 1000);
	h->tp_status = TP_STATUS_AVAILABLE;

	return false;
}

bool wire_send(struct frame *f)
{
	return f->pieces ? send_pieces(f) : send_ring(f);
}

/* ---- receiving */

/* Records type and size in the form of struct frame. */
static bool hear(int fd, struct heard *heard)
{
	struct virtio_net_hdr shape = { 0 };
	struct sockaddr_ll from;
	struct iovec parts[] = {
		{ &shape, sizeof(shape) },
		{ heard->bytes, sizeof(heard->bytes) },
	};
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata aux;
	struct cmsghdr *c;
	ssize_t n;

	n = recvmsg(fd, &message, MSG_DONTWAIT);
	if (n < (ssize_t)sizeof(shape)) {
		if (n < 0 && errno != EAGAIN)
			die("recvmsg");
		return false;
	}
	heard->len = n - sizeof(shape);
	heard->gso_size = shape.gso_size;
	heard->gso_type = 0;
	if (shape.gso_type)
		heard->gso_type = shape.gso_type == VIRTIO_NET_HDR_GSO_UDP_L4 ?
				  UDP : TCP;
	heard->tagged = false;
	for (c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		if (c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		heard->tagged = aux.tp_status & TP_STATUS_VLAN_VALID;
	}

	return true;
}

bool wire_hear_lan(struct heard *heard)
{
	return hear(lan, heard);
}

bool wire_hear_client(struct heard *heard)
{
	return hear(client, heard);
}

void wire_wait_lan(int seconds)
{
	struct pollfd p = { .fd = lan, .events = POLLIN };

	poll(&p, 1, seconds * 1000);
}

/* A tap at the director's device holds a clone of each packet. */
void wire_tap(bool on, bool pieces)
{
	unsigned int device = !on ? 0 : pieces ? by_tun : by_ring;

	if (device == tapped)
		return;
	if (tapped)
		close(tap);
	tapped = device;
	if (device) {
		enter(director_ns);
		tap = listener(device);
		enter(own_ns);
	}
}

bool wire_is_tapped(void)
{
	return tapped;
}

bool wire_hear_tap(struct heard *heard)
{
	return tapped && hear(tap, heard);
}

static unsigned int lost_at(int fd)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);

	return stats.tp_drops;
}

/* Returns the number of frames that were lost since nobody listened in time */
unsigned int wire_lost(void)
{
	lost += lost_at(lan) + lost_at(client);

	return lost;
}

/* ---- counters */

static int counter_member(const struct nlattr *a, void *data)
{
	const struct nlattr **members = data;
	uint16_t type = mnl_attr_get_type(a);

	if (type <= DRLB_STATS_COUNTER_A_VALUE)
		members[type] = a;

	return MNL_CB_OK;
}

static int read_counter(const struct nlattr *a, void *data)
{
	const struct nlattr *m[DRLB_STATS_COUNTER_A_VALUE + 1] = { 0 };
	const char *name;

	(void)data;
	if (mnl_attr_get_type(a) != DRLB_STATS_A_COUNTER)
		return MNL_CB_OK;
	mnl_attr_parse_nested(a, counter_member, m);
	name = mnl_attr_get_str(m[DRLB_STATS_COUNTER_A_NAME]);
	for (int i = 0; i < COUNTERS_N; i++)
		if (!strcmp(name, counter_names[i])) {
			counters_to[i] =
			      mnl_attr_get_u64(m[DRLB_STATS_COUNTER_A_VALUE]);
			return MNL_CB_OK;
		}
	printf("not ok - counter %s is not in the model\n", name);
	exit(2);
}

static int stats(const struct nlattr *a, void *data)
{
	if (mnl_attr_get_type(a) == DRLB_A_STATS)
		mnl_attr_parse_nested(a, read_counter, data);

	return MNL_CB_OK;
}

static int family_id(const struct nlattr *a, void *data)
{
	(void)data;
	if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(a);

	return MNL_CB_OK;
}

static int answer(const struct nlmsghdr *h, void *attributes)
{
	mnl_attr_parse(h, sizeof(struct genlmsghdr), attributes, NULL);

	return MNL_CB_OK;
}

static void ask(uint16_t type, uint8_t command, uint16_t flags,
		const char *name, mnl_attr_cb_t attributes)
{
	static unsigned int sequence;
	static char buffer[65536];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *g;
	int n;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++sequence;
	g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	g->cmd = command;
	g->version = 1;
	if (name)
		mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(netlink, h, h->nlmsg_len) < 0)
		die("netlink");
	do {
		n = mnl_socket_recvfrom(netlink, buffer, sizeof(buffer));
		if (n >= 0)
			n = mnl_cb_run(buffer, n, sequence, 0, answer,
				       (void *)attributes);
		if (n < 0)
			die("netlink's answer");
	} while (flags & NLM_F_DUMP && n != MNL_CB_STOP);
}

void wire_counters(uint64_t value[COUNTERS_N])
{
	counters_to = value;
	ask(family, DRLB_CMD_STATS_GET, NLM_F_DUMP, NULL, stats);
}

/* ---- */

static unsigned int device(const char *name)
{
	unsigned int n = if_nametoindex(name);

	if (!n)
		die(name);

	return n;
}

void wire_open(const char *director)
{
	own_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	director_ns = open(director, O_RDONLY | O_CLOEXEC);
	if (own_ns < 0 || director_ns < 0)
		die("namespace");

	open_ring(device("client0"));
	client = listener(device("client0"));
	lan = listener(device("lan0"));

	enter(director_ns);
	by_ring = device("eth0");
	by_tun = device("tun0");
	open_tun("tun0");
	netlink = mnl_socket_open(NETLINK_GENERIC);
	if (!netlink || mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink socket");
	enter(own_ns);
	ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, DRLB_GENL_NAME, family_id);
	if (!family)
		die("family drlb");
}
