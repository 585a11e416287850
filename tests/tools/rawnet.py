# SPDX-License-Identifier: GPL-2.0
"""Frames made without a library, for the tools beside this file."""
import fcntl
import ipaddress
import os
import random
import socket
import struct

TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
HOPOPTS, ROUTING, FRAGMENT, DSTOPTS, NONE = 0, 43, 44, 60, 59
ALL_BITS = "ff:ff:ff:ff:ff:ff"


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def pseudo(src, dst, proto, length):
    if len(src) == 4:
        return src + dst + struct.pack("!BBH", 0, proto, length)
    return src + dst + struct.pack("!IHBB", length, 0, 0, proto)


def ether(src, dst, kind, payload):
    return mac(dst) + mac(src) + struct.pack("!H", kind) + payload


def tag(frame, vlan):
    """Returns the frame with an 802.1Q tag."""
    return frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:]


def ip4(src, dst, proto, payload, *, ttl=64, ident=None, frag=0, options=b"",
        ihl=None, total=None, version=4, good=True):
    """frag is the whole field: flags and offset in units of 8 bytes."""
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    total = 20 + len(options) + len(payload) if total is None else total
    ident = random.getrandbits(16) if ident is None else ident
    head = struct.pack("!BBHHHBBH4s4s", version << 4 | ihl, 0, total, ident,
                       frag, ttl, proto, 0, ip(src), ip(dst)) + options
    s = checksum(head) ^ (0 if good else 0x5555)
    return head[:10] + struct.pack("!H", s) + head[12:] + payload


def ip6(src, dst, proto, payload, *, ttl=64, length=None, version=6):
    length = len(payload) if length is None else length
    return struct.pack("!IHBB16s16s", version << 28, length, proto, ttl,
                       ip(src), ip(dst)) + payload


def l3(src, dst, proto, payload, **more):
    build = ip6 if ":" in dst else ip4
    return build(src, dst, proto, payload, **more)


def fragments(src, dst, proto, payload, size, ident, df=False):
    """Yields the packets, each with up to SIZE bytes of PAYLOAD, a multiple of
    8. Those of IPv4 may be marked as not to be fragmented any more."""
    for at in range(0, len(payload), size):
        part, more = payload[at:at + size], at + size < len(payload)
        if ":" in dst:
            head = struct.pack("!BBHI", proto, 0, at | more, ident)
            yield ip6(src, dst, FRAGMENT, head + part)
        else:
            yield ip4(src, dst, proto, part, ident=ident & 0xffff,
                      frag=at >> 3 | more << 13 | df << 14)


def tcp(src, dst, sport, dport, *, flags=2, seq=1, ack=0, doff=5, data=b"",
        options=b""):
    s = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, doff << 4, flags,
                    65535, 0, 0) + options + data
    c = checksum(pseudo(ip(src), ip(dst), TCP, len(s)) + s)
    return s[:16] + struct.pack("!H", c) + s[18:]


def udp(src, dst, sport, dport, data, *, length=None):
    length = 8 + len(data) if length is None else length
    s = struct.pack("!HHHH", sport, dport, length, 0) + data
    c = checksum(pseudo(ip(src), ip(dst), UDP, len(s)) + s) or 0xffff
    return s[:6] + struct.pack("!H", c) + s[8:]


def icmp(src, dst, kind, code, rest, payload):
    """rest is the 4 bytes after the checksum."""
    head = struct.pack("!BBH4s", kind, code, 0, rest)
    data = head + payload
    if ":" in dst:
        data = pseudo(ip(src), ip(dst), ICMP6, len(data)) + data
    return head[:2] + struct.pack("!H", checksum(data)) + head[4:] + payload


class Wire:
    """A packet socket on a device, which sends whole frames."""

    def __init__(self, device, protocol=0):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(protocol))
        self.socket.bind((device, protocol))
        request = struct.pack("256s", device.encode())
        answer = fcntl.ioctl(self.socket, 0x8927, request)  # SIOCGIFHWADDR
        self.mac = ":".join(f"{b:02x}" for b in answer[18:24])

    def send(self, to, packet):
        kind = 0x86dd if packet[0] >> 4 == 6 else 0x800
        self.frame(ether(self.mac, to, kind, packet))

    def frame(self, data):
        self.socket.send(data)


def random_bytes(n):
    return os.urandom(n)
