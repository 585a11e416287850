# SPDX-License-Identifier: GPL-2.0
"""Generic netlink without a library, for the tools beside this file: messages
and answers, the description of a family, and the names in the header of its
interface.
"""
import collections
import re
import socket
import struct

ERROR, DONE, MIN_TYPE = 2, 3, 16
REQUEST, MULTI, ACK, ECHO, DUMP = 1, 2, 4, 8, 0x300
CAPPED, TLVS = 0x100, 0x200  # in answers
RCVBUFFORCE = 33  # SO_RCVBUFFORCE, which Python does not name
NESTED, NET_BYTEORDER, TYPE_MASK = 0x8000, 0x4000, 0x3fff

CTRL, GETFAMILY, GETPOLICY = 16, 3, 10
CAP_DO, CAP_DUMP, ADMIN_PERM, UNS_ADMIN_PERM = 2, 4, 1, 16

# Types of attributes, with the numbers of a policy
(FLAG, U8, U16, U32, U64, S8, S16, S32, S64, BINARY, STRING, NUL_STRING, NEST,
 NEST_ARRAY, BITFIELD32, SINT, UINT) = range(1, 18)
SIZES = {U8: 1, U16: 2, U32: 4, U64: 8, S8: 1, S16: 2, S32: 4, S64: 8}
SIGNED = {S8, S16, S32, S64, SINT}


# ---- messages --------------------------------------------------------------

def attr(kind, value=b"", length=None):
    length = 4 + len(value) if length is None else length
    return struct.pack("=HH", length & 0xffff, kind) + value + \
        bytes(-len(value) % 4)


def nest(kind, *attributes):
    return attr(kind | NESTED, b"".join(attributes))


def u8(n):
    return struct.pack("=B", n)


def u16(n):
    return struct.pack("=H", n)


def u32(n):
    return struct.pack("=I", n)


def number(value):
    return int.from_bytes(value, "little")


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        if length < 4 or length > len(data):
            return
        yield kind & TYPE_MASK, data[4:length]
        data = data[(length + 3) & ~3:]


def message(kind, flags, seq, payload, length=None):
    length = 16 + len(payload) if length is None else length
    return struct.pack("=IHHII", length & 0xffffffff, kind, flags, seq, 0) + \
        payload


def header(command, version=1, reserved=0):
    return struct.pack("=BBH", command, version, reserved)


def messages(data):
    """Yields the messages of a datagram as the kernel does."""
    while len(data) >= 16:
        length, kind, flags, seq = struct.unpack("=IHHI", data[:12])
        if length < 16 or length > len(data):
            return
        yield kind, flags, seq, data[16:length]
        data = data[(length + 3) & ~3:]


# ---- answers ---------------------------------------------------------------

class Answer:
    """error is None in an answer that is no acknowledgement, refusal or end of
    a dump; text and offset are None if there is none."""

    def __init__(self, kind, flags, seq, body):
        self.kind, self.flags, self.seq, self.body = kind, flags, seq, body
        self.error = self.text = self.offset = None
        if kind not in (ERROR, DONE):
            return
        self.error = -struct.unpack("=i", body[:4])[0]
        if not flags & TLVS:
            return
        start = 4
        if kind == ERROR:
            echoed = number(body[4:8])
            start += 16 if flags & CAPPED else (echoed + 3) & ~3
        told = dict(attributes(body[start:]))
        if 1 in told:
            self.text = told[1].rstrip(b"\0").decode()
        if 2 in told:
            self.offset = number(told[2])


class Lost(Exception):
    """Events were lost for want of room."""


class Socket:
    def __init__(self, timeout=60):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        self.socket.settimeout(timeout)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.setsockopt(270, 11, 1)  # NETLINK_EXT_ACK
        self.socket.setsockopt(270, 10, 1)  # NETLINK_CAP_ACK
        self.seq = 0

    def send(self, data):
        self.socket.send(data)

    def receive(self):
        return [Answer(*m) for m in messages(self.socket.recv(1 << 17))]

    def listen(self, group):
        """Subscribes to a multicast group, whose messages are not waited
        for."""
        self.socket.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, 1 << 24)
        self.socket.setsockopt(270, 1, group)  # NETLINK_ADD_MEMBERSHIP
        self.socket.setblocking(False)

    def pending(self):
        """Returns the messages that have come by now: kind and body."""
        found = []
        while True:
            try:
                data = self.socket.recv(1 << 17)
            except BlockingIOError:
                return found
            except OSError as e:
                raise Lost from e
            found += [(kind, body) for kind, _, _, body in messages(data)]

    def close(self):
        self.socket.close()

    def exchange(self, data, barrier=0xffffffff):
        """Returns all answers to data, whole dumps included. barrier is a
        sequence number for this alone."""
        if data:
            self.send(data)
        self.send(message(1, REQUEST | ACK, barrier, b""))
        answers, passed, unended = [], False, set()
        while not passed or unended:
            for a in self.receive():
                if a.seq == barrier and a.kind == ERROR:
                    passed = True
                    continue
                answers.append(a)
                if a.kind in (ERROR, DONE):
                    unended.discard(a.seq)
                elif a.flags & MULTI:
                    unended.add(a.seq)
        return answers

    def request(self, family, command, payload=b"", flags=0):
        """Returns the error of one request, its text, and the answers'
        bodies."""
        self.seq = self.seq % 1000000 + 1
        answers = self.exchange(message(family, REQUEST | ACK | flags, self.seq,
                                        header(command) + payload))
        error, text = 0, None
        for a in answers:
            if a.error is not None:
                error, text = a.error, a.text
        return error, text, [a.body[4:] for a in answers if a.error is None]


# ---- families --------------------------------------------------------------

Rule = collections.namedtuple("Rule", "type low high shortest longest nested mask")


def rule(data):
    a = {k: number(v) for k, v in attributes(data)}
    kind = a.get(1, 0)
    low, high = a.get(4), a.get(5)
    if kind in SIGNED:
        low, high = (n - (n >> 63 << 64) for n in (a.get(2, 0), a.get(3, 0)))
    return Rule(kind, low, high, a.get(6), a.get(7), a.get(8), a.get(12))


def family_id(name, s):
    error, _, replies = s.request(CTRL, GETFAMILY, attr(2, name.encode() + b"\0"))
    if error:
        raise LookupError(f"no family {name}: error {error}")
    return dict(attributes(replies[0]))


class Family:
    """operations: flags by command. do, dump: the number of the policy by
    command. policies: for each number, rules by attribute. groups: numbers of
    multicast groups by name."""

    def __init__(self, name, s):
        told = family_id(name, s)
        self.id = number(told[1])
        self.operations, self.do, self.dump, self.policies = {}, {}, {}, {}
        for _, op in attributes(told[6]):
            op = dict(attributes(op))
            self.operations[number(op[1])] = number(op[2])
        groups = [dict(attributes(g)) for _, g in attributes(told.get(7, b""))]
        self.groups = {g[1].rstrip(b"\0").decode(): number(g[2]) for g in groups}
        error, text, replies = s.request(CTRL, GETPOLICY, attr(
            2, name.encode() + b"\0"), DUMP)
        if error:
            raise LookupError(f"no policy of {name}: error {error} {text}")
        for reply in replies:
            for kind, value in attributes(reply):
                if kind == 9:
                    for command, which in attributes(value):
                        which = {k: number(v) for k, v in attributes(which)}
                        for way, index in which.items():
                            (self.do, self.dump)[way - 1][command] = index
                elif kind == 8:
                    for index, rules in attributes(value):
                        policy = self.policies.setdefault(index, {})
                        for a, r in attributes(rules):
                            policy[a] = rule(r)

    def policy(self, command, dump=False):
        return self.policies.get((self.dump if dump else self.do).get(command),
                                 {})


# ---- the interface's header ------------------------------------------------

class Header:
    """names: for each enum, names by value, without their common beginning.
    nests: for each enum of attributes, the enum of the nested ones, by value.
    privileged: the commands that the manual marks with (P)."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        self.names, self.nests = {}, {}
        self.privileged = set(re.findall(r"([A-Z]+_[A-Z]+) \(P\)", text))
        for enum, body in re.findall(r"^enum (\w+) \{\n(.*?)^\};", text,
                                     re.S | re.M):
            entries = re.findall(r"^\t(\w+)(?: = [^,\n]*)?,?[ \t]*(/\*.*?\*/)?",
                                 body, re.S | re.M)
            names = self.names[enum] = {}
            nests = self.nests[enum] = {}
            for value, (name, comment) in enumerate(
                    e for e in entries if not re.search("_MAX$", e[0])
                    or not re.search(f"__{re.escape(e[0][:-4])}", body)):
                if name.startswith("__"):
                    continue
                names[value] = re.sub(r"^[A-Z]+_(\w+_A_|A_|CMD_)?", "", name)
                inside = re.search(r"nest, enum (\w+)", comment)
                if inside:
                    nests[value] = inside[1]

    def values(self, enum):
        return {name: value for value, name in self.names[enum].items()}

    def name(self, enum, value):
        return self.names.get(enum, {}).get(value, str(value))

    def inside(self, enum, value):
        return self.nests.get(enum, {}).get(value)

    def text(self, enum, data):
        """Returns the attributes as text, as far as they can be read."""
        words = []
        for kind, value in attributes(data):
            name, inside = self.name(enum, kind), self.inside(enum, kind)
            words.append(f"{name}{{{self.text(inside, value)}}}" if inside
                         else f"{name}={value.hex()}")
        return " ".join(words)
