# SPDX-License-Identifier: GPL-2.0
"""The promises of the manuals (kmod/uapi/drlb.h, lbctl(8), drlb(7)) about a
namespace's configuration: for each command whether it succeeds or which errors
it may give, and what it changes.

A command is a method with a row over it, which names the attributes that it
knows. An attribute that the kernel takes and no row names fails the test.
"""
import collections
import ipaddress
from errno import EEXIST, EHOSTUNREACH, EINVAL, ENOENT, EPERM, ERANGE

TCP, UDP = 6, 17
VALUE = {EINVAL, ERANGE}

# The key of a service for a mark has the protocol 0, no port, and the mark's
# bytes, filled up with zeros, as the address.
Key = collections.namedtuple("Key", "protocol address port")
Service = collections.namedtuple("Service", "options servers")
Row = collections.namedtuple("Row", "weight shape")

KEY = "PROTOCOL ADDR4 ADDR6 PORT FWMARK FAMILY"
INET, INET6 = 2, 10
SERVER_KEY = "ADDR4 ADDR6 PORT"
FILTER = ("PROTOCOL CLIENT_ADDR4 CLIENT_ADDR6 CLIENT_PREFIX CLIENT_PORT "
          "VIP_ADDR4 VIP_ADDR6 VIP_PORT SERVER_ADDR4 SERVER_ADDR6 STATE PERSISTENT "
          "FWMARK FAMILY")
TIMEOUTS = ("TCP_SYN_RECV TCP_ACK_RECV TCP_ESTABLISHED TCP_FIN_WAIT TCP_TIME_WAIT "
            "TCP_CLOSE UDP_NEW UDP")
UNPROVEN = "TCP_UNPROVEN_MAX UDP_UNPROVEN_MAX PERSISTENT_UNPROVEN_MAX"
SETTINGS = f"CONN_MAX {UNPROVEN} {TIMEOUTS} PROBE_INTERVAL"

# Options of a service, with their defaults, and the ranges of the numbers. A
# timeout of 0 is the namespace's.
OPTION_TIMEOUTS = [f"TIMEOUT_{name}" for name in (
    "UDP_NEW", "UDP", "SYN_RECV", "ACK_RECV", "ESTABLISHED", "FIN_WAIT",
    "TIME_WAIT", "CLOSE", "PERSISTENT")]
DEFAULTS = {"SCHEDULER": b"wlc", "TABLE_SIZE": 65537, "HASH": 2, "ON_DEAD": 0,
            "ON_EMPTY": 0, "ON_REMOVED": 0, "PICKUP": 0, "OPS": 0, "PERSISTENT_PREFIX": 0, "PERSISTENT_QUIESCED": 0,
            **{name: 0 for name in OPTION_TIMEOUTS}}
OPTION_RANGES = {"TABLE_SIZE": (251, 655373), "HASH": (0, 2), "ON_DEAD": (0, 1),
                 "ON_EMPTY": (0, 2), "ON_REMOVED": (0, 2), "PICKUP": (0, 2),
                 "OPS": (0, 1), "PERSISTENT_PREFIX": (0, 128),
                 "PERSISTENT_QUIESCED": (0, 1),
                 **{name: (0, 2678400) for name in OPTION_TIMEOUTS}}
OPTIONS = " ".join(DEFAULTS)
# The default comes first.
SCHEDULERS = [b"wlc", b"rr", b"wrr", b"lc", b"sed", b"nq", b"fo", b"ovf", b"twos",
              b"sh", b"dh", b"mh"]
HASHING = [b"sh", b"dh", b"mh"]
WEIGHT_MAX = 2**31 - 1
# Options of a server, with their defaults; a server is a tuple of their values.
SERVER_OPTIONS = {"WEIGHT": 1, "UPPER": 0, "LOWER": 0}
MEMBER = " ".join(SERVER_OPTIONS)

# Values that make sense, or nearly; all others come from the policies. There
# are few, so that requests are about the same objects.
A = ipaddress.ip_address
ON_LINK = [A(f"10.0.0.{n}") for n in (11, 12, 13, 21, 22)] + \
          [A(f"2001:db8::{n}") for n in (11, 12, 13, 21, 22)]
VIPS = [A(a) for a in ("10.0.0.100", "10.0.0.101", "10.0.0.200", "192.0.2.80",
                       "2001:db8::100", "2001:db8::101", "2001:db8:7::1")]
NO_VIPS = [A(a) for a in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                          "::", "::1", "ff02::1", "fe80::1", "::ffff:10.0.0.1")]
OFF_LINK = [A(a) for a in ("192.0.2.1", "192.0.2.80", "2001:db8:9::1",
                           "10.0.0.255", "198.51.100.7", "2001:db8:7::1",
                           "10.0.0.2", "2001:db8::2", "10.0.0.0")]
CLIENTS = [A(a) for a in ("198.18.0.1", "198.18.0.7", "198.18.128.0",
                          "2001:db8:bad::1", "2001:db8:bad::7")]


def port(n):
    return n.to_bytes(2, "big")


def packed(addresses, version):
    return [a.packed for a in addresses if a.version == version]


def addresses(name, *weighted):
    pool = [a for some, times in weighted for a in some * times]
    return {f"{name}4": packed(pool, 4), f"{name}6": packed(pool, 6)}


PORTS = [port(n) for n in (80, 80, 80, 443, 443, 53, 0, 65535)]
POOLS = {
    "FWMARK": [1, 2, 5, 2**31, 2**32 - 1] * 10 + [0],
    "FAMILY": [INET, INET6] * 20 + [0, 1, 255],
    "PROTOCOL": [TCP] * 60 + [UDP] * 40 + [0, 1, 132, 255],
    **addresses("SERVICE.ADDR", (VIPS, 40), (NO_VIPS, 1), (ON_LINK, 1)),
    **addresses("SERVER.ADDR", (ON_LINK, 40), (OFF_LINK, 2), (NO_VIPS, 1),
                (VIPS, 1)),
    **addresses("CLIENT_ADDR", (CLIENTS, 6), (VIPS, 1)),
    **addresses("VIP_ADDR", (VIPS, 6), (ON_LINK, 1)),
    **addresses("SERVER_ADDR", (ON_LINK, 6), (VIPS, 1)),
    "PORT": PORTS, "VIP_PORT": PORTS,
    "CLIENT_PORT": [port(n) for n in (1024, 1025, 1030, 0, 65535)],
    "CLIENT_PREFIX": [0, 1, 8, 16, 17, 24, 31, 32, 33, 48, 64, 127, 128],
    "SCHEDULER": SCHEDULERS * 6 + [b"best", b"r", b"mh2"],
    # The largest one takes long.
    "TABLE_SIZE": [251, 257, 509, 1021] * 40 + [4093, 65537, 0, 1, 250, 252, 253,
                                                65536, 655373, 655374, 655399],
    "HASH": [0, 1, 2] * 12 + [3, 255],
    "ON_DEAD": [0, 1] * 12 + [2, 255],
    "OPS": [0, 0, 1] * 12 + [2, 255],
    **{name: [0, 1, 2] * 12 + [3, 255]
       for name in ("ON_EMPTY", "ON_REMOVED", "PICKUP")},
    "PERSISTENT_PREFIX": [0, 0, 1, 8, 24, 32] * 8 + [33, 64, 128, 129, 255],
    "PERSISTENT_QUIESCED": [0, 1] * 12 + [2, 255],
    **{name: [0, 0, 1, 5, 60, 900, 2678400] * 8 + [2678401, 2**32 - 1]
       for name in OPTION_TIMEOUTS},
    "WEIGHT": [0, 1, 1, 2, 3, 10, 100, 65536, WEIGHT_MAX] * 6 +
              [WEIGHT_MAX + 1, 2**32 - 1],
    "UPPER": [0, 1, 2, 10, 100, 2**31 - 1] * 8 + [2**31, 2**32 - 1],
    "LOWER": [0, 0, 1, 1, 2, 10] * 8 + [100, 2**31 - 1, 2**31],
    "NAME": [b"eth0", b"eth1", b"eth9", b"eth8", b"fifteen-letters"] * 12 +
            [b"lo", b"eth-other", b"a/b", b"a b", b".", b"..", b"a:b", b"a\n"],
    "CONN_MAX": [1, 10, 1000, 5000, 100000, 2**30, 2**31 - 1] * 5 + [0, 2**31],
    **{name: [1, 10, 1000, 100000, 2**31 - 1] * 8 + [0, 2**31]
       for name in UNPROVEN.split()},
    "PROBE_INTERVAL": [0, 1, 3, 60, 3600] * 8 + [3601],
    **{name: [1, 5, 60, 900, 2678400] * 8 + [0, 2678401]
       for name in TIMEOUTS.split()},
}
# How often requests have what they may have, or how many of it. The first entry
# that fits counts: of a command, in a nest, or anywhere.
USUAL = {
    "SERVICE_ADD SERVER": (0, 4), "SERVICE_SET SERVER": (0, 4),
    "SERVICE_GET SERVICE": 0.6,
    "SERVICE.PROTOCOL": 0.99, "SERVICE.ADDR": 0.99, "SERVICE.PORT": 0.99,
    "SERVICE.FWMARK": 0.005, "SERVICE.FAMILY": 0.005,
    "CONNECTION.FWMARK": 0.1, "CONNECTION.FAMILY": 0.1,
    "SERVER.ADDR": 0.99, "SERVER.PORT": 0.15, "SERVER.WEIGHT": 0.7,
    "SERVER.UPPER": 0.2, "SERVER.LOWER": 0.1,
    "SERVICE.SCHEDULER": 0.6, "SERVICE.TABLE_SIZE": 0.8, "SERVICE.HASH": 0.3,
    "SERVICE.ON_DEAD": 0.2, "SERVICE.OPS": 0.2, "SERVICE.ON_EMPTY": 0.1,
    "SERVICE.ON_REMOVED": 0.1, "SERVICE.PICKUP": 0.1,
    "SERVICE.PERSISTENT_PREFIX": 0.2, "SERVICE.PERSISTENT_QUIESCED": 0.1,
    **{f"SERVICE.{name}": 0.1 for name in OPTION_TIMEOUTS},
    "DEVICE.NAME": 0.98,
    "CONNECTION": 0.7, "SERVICE": 0.99, "SERVER": 0.98, "DEVICE": 0.98,
    "CONFIG": 0.98, "CHECK": 0.2, "BRIEF": 0.5, "REPLACE": 0.5,
}


def row(weight, **shape):
    """How often the command comes, compared with the others, and its
    attributes: a nest's are a string, flags None."""
    def mark(method):
        method.row = Row(weight, shape)
        return method
    return mark


class Request(dict):
    """The last attribute of each name, which is the one that the kernel takes.
    every has all of them, in order."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.pairs = pairs

    def every(self, name):
        return [v for n, v in self.pairs if n == name]


def mark_key(mark, version):
    return Key(0, mark.to_bytes(4, "little") + bytes(12 * (version == 6)),
               bytes(2))


def family(address):
    return 4 if len(address) == 4 else 6


def is_prime(n):
    return n > 1 and all(n % i for i in range(2, int(n ** 0.5) + 1))


def host(address):
    """True if a host may have the address, None if no manual says so."""
    a = A(address)
    if (a.is_multicast or a.is_loopback or a.is_unspecified or a.is_link_local
            and a.version == 6 or address == b"\xff" * 4):
        return False
    # Since 5.3, Linux excludes only 0.0.0.0 itself of 0.0.0.0/8.
    if a.version == 4:
        return None if address[0] >= 240 else True
    if a.ipv4_mapped:
        return False
    return True if address[0] >> 5 == 1 or address[0] >> 1 == 0x7e else None


def device_name(name):
    return (0 < len(name) < 16 and name not in (b".", b"..") and
            not set(name) & set(b"/:\t\n\v\f\r \xa0"))


class Wrong(set):
    """The errors of which a request must give one. perhaps has those that it
    may give, since the manuals leave it open."""

    def __init__(self):
        super().__init__()
        self.perhaps = set()

    @property
    def allowed(self):
        return self | self.perhaps | (set() if self else {0})


class Who:
    """admin: has CAP_NET_ADMIN over the namespace; host: in the initial user
    namespace."""

    def __init__(self, admin, host):
        self.admin, self.host = admin, host


class Model:
    # Where servers may be: network, error for a server there, and whether it is
    # certain. All other networks have no route, which is no error.
    routes = [(ipaddress.ip_network(n), e, sure) for n, e, sure in (
        ("10.0.0.0/32", {EHOSTUNREACH}, False),
        ("10.0.0.255/32", {EHOSTUNREACH}, True),
        ("2001:db8::/128", {EHOSTUNREACH}, False),
        ("10.0.0.0/24", set(), True), ("2001:db8::/64", set(), True))]
    # Networks behind a gateway, which a single server may not be in.
    remote = [ipaddress.ip_network(n) for n in ("192.0.2.0/24",
                                                "2001:db8:9::/64")]
    ranges = {"CONN_MAX": (1, 2**31 - 1), "PROBE_INTERVAL": (0, 3600),
              **{name: (1, 2**31 - 1) for name in UNPROVEN.split()},
              **{name: (1, 2678400) for name in TIMEOUTS.split()}}

    def __init__(self, there, aliases):
        """there: the network devices that exist; aliases: their further
        names."""
        self.there, self.aliases = there, aliases
        self.services, self.devices, self.config = {}, set(), {}
        self.defaults = {}
        # The events of the last effects: kind and object.
        self.events = []

    @classmethod
    def rows(cls):
        return {name: method.row for name, method in vars(cls).items()
                if hasattr(method, "row")}

    def judge(self, name, request, who):
        """Returns the Wrong of the request, and the effect of its success."""
        wrong = Wrong()
        effect = getattr(self, name)(request, who, wrong)
        if "CHECK" in request:
            effect = None
        return wrong, effect

    # ---- parts of requests

    @staticmethod
    def address(nest, name, wrong):
        four, six = (nest.get(f"{name}{n}") for n in (4, 6))
        if (four is None) == (six is None):
            wrong.add(EINVAL)
            return None
        return six if four is None else four

    def key(self, request, wrong):
        nest = request.get("SERVICE")
        if nest is None:
            wrong.add(EINVAL)
            return None
        if "FWMARK" in nest:
            return self.mark(nest, wrong)
        if "FAMILY" in nest:
            wrong.add(EINVAL)
        address = self.address(nest, "ADDR", wrong)
        if nest.get("PROTOCOL") not in (TCP, UDP) or "PORT" not in nest:
            wrong.add(EINVAL)
            return None
        return address and Key(nest["PROTOCOL"], address, nest["PORT"])

    @staticmethod
    def mark(nest, wrong):
        if not nest["FWMARK"]:
            wrong |= VALUE
        version = {INET: 4, INET6: 6}.get(nest.get("FAMILY"))
        if not version or {"PROTOCOL", "ADDR4", "ADDR6", "PORT"} & set(nest):
            wrong.add(EINVAL)
            return None
        return mark_key(nest["FWMARK"], version)

    def existing(self, request, wrong):
        key = self.key(request, wrong)
        if key and key not in self.services:
            wrong.add(ENOENT)
        return key, self.services.get(key)

    @staticmethod
    def options(request, service, wrong):
        nest = request.get("SERVICE", {})
        options = {name: nest.get(name, value)
                   for name, value in service.options.items()}
        if options["SCHEDULER"] not in SCHEDULERS:
            wrong.add(ENOENT)
        for name, (low, high) in OPTION_RANGES.items():
            if not low <= options[name] <= high:
                wrong |= VALUE
            elif name == "TABLE_SIZE" and not is_prime(options[name]):
                wrong.add(EINVAL)
        return service._replace(options=options)

    @staticmethod
    def go_together(key, service, wrong):
        if key and service.options["OPS"] and key.protocol not in (UDP, 0):
            wrong.add(EINVAL)
        if key and len(key.address) == 4 and \
                service.options["PERSISTENT_PREFIX"] > 32:
            wrong |= VALUE

    def server(self, nest, key, wrong):
        address = self.address(nest, "ADDR", wrong)
        if any(nest.get(name, 0) > WEIGHT_MAX for name in SERVER_OPTIONS):
            wrong |= VALUE
        if key:
            if address and len(address) != len(key.address):
                wrong.add(EINVAL)
            if nest.get("PORT", key.port) != key.port:
                wrong.add(EINVAL)
        return address

    @staticmethod
    def member(nest, before=tuple(SERVER_OPTIONS.values())):
        return tuple(nest.get(name, value)
                     for name, value in zip(SERVER_OPTIONS, before))

    @staticmethod
    def thresholds(member, wrong):
        _, upper, lower = member
        if lower > upper:
            wrong |= VALUE

    def new_server(self, nest, key, wrong, of_many=False):
        address = self.server(nest, key, wrong)
        self.thresholds(self.member(nest), wrong)
        if not address or not key or len(address) != len(key.address):
            return address
        a = A(address)
        if a.is_loopback:
            return address
        self.of_host(address, wrong)
        # If the VIP is an address of the host it is the local node.
        if address == key.address and key.protocol:
            wrong.perhaps.add(EINVAL)
        if not of_many and any(a in network for network in self.remote):
            wrong.add(EHOSTUNREACH)
        for network, errors, sure in self.routes:
            if a.version == network.version and a in network:
                (wrong if sure else wrong.perhaps).update(errors)
                break
        return address

    @staticmethod
    def of_host(address, wrong):
        if host(address) is None:
            wrong.perhaps.update({EINVAL, EHOSTUNREACH})
        elif not host(address):
            wrong.add(EINVAL)

    def set_of_servers(self, request, key, wrong):
        servers = {}
        for nest in request.every("SERVER"):
            address = self.new_server(nest, key, wrong, of_many=True)
            if address in servers:
                wrong.add(EEXIST)
            servers[address] = self.member(nest)
        return servers

    @staticmethod
    def fits(service, n, wrong):
        # A table has at least one slot for each server.
        if (service.options["SCHEDULER"] in HASHING or
                service.options["PICKUP"] == 1) and \
                n > service.options["TABLE_SIZE"]:
            wrong |= VALUE

    # ---- services

    def change(self, key, service):
        """Sets a service, or removes it if service is None."""
        kind = "SERVICE_CHANGED" if key in self.services else "SERVICE_ADDED"
        if service:
            self.services[key] = service
            self.events.append((kind, key, service.options))
        else:
            del self.services[key]
            self.events.append(("SERVICE_REMOVED", key, {}))

    def flush(self):
        for key in list(self.services):
            self.change(key, None)

    @row(14, SERVICE=f"{KEY} {OPTIONS}",
         SERVER=f"{SERVER_KEY} {MEMBER}", CHECK=None)
    def SERVICE_ADD(self, request, who, wrong):
        key = self.key(request, wrong)
        if key and key in self.services:
            wrong.add(EEXIST)
        if key and key.protocol:
            self.of_host(key.address, wrong)
        service = self.options(request, Service(DEFAULTS, None), wrong)
        self.go_together(key, service, wrong)
        servers = self.set_of_servers(request, key, wrong)
        self.fits(service, len(request.every("SERVER")), wrong)
        return lambda: self.change(key, service._replace(servers=servers))

    @row(10, SERVICE=f"{KEY} {OPTIONS}",
         SERVER=f"{SERVER_KEY} {MEMBER}", CHECK=None, REPLACE=None)
    def SERVICE_SET(self, request, who, wrong):
        key, service = self.existing(request, wrong)
        wanted = self.set_of_servers(request, key, wrong)
        changed = self.options(request, service or Service(DEFAULTS, {}),
                               wrong)
        self.go_together(key, changed, wrong)
        if "REPLACE" not in request:
            if request.every("SERVER"):
                wrong.add(EINVAL)
            wanted = changed.servers
        self.fits(changed, max(len(wanted), len(request.every("SERVER"))), wrong)
        return lambda: self.change(key, changed._replace(servers=wanted))

    @row(5, SERVICE=KEY, CHECK=None)
    def SERVICE_DEL(self, request, who, wrong):
        key, _ = self.existing(request, wrong)
        return lambda: self.change(key, None)

    @row(0.2, CHECK=None)
    def SERVICE_FLUSH(self, request, who, wrong):
        return self.flush

    @row(4, SERVICE=KEY, BRIEF=None)
    def SERVICE_GET(self, request, who, wrong):
        if "SERVICE" in request:
            self.existing(request, wrong)

    # ---- servers

    def change_server(self, request, address, member):
        """Sets a server, or removes it if member is None."""
        key = self.key(request, Wrong())
        servers = self.services[key].servers
        if member is None:
            member = servers.pop(address)
            kind = "SERVER_REMOVED"
        else:
            kind = "SERVER_CHANGED" if address in servers else "SERVER_ADDED"
            servers[address] = member
        self.events.append((kind, key, {"address": address, "server": member}))

    def one_server(self, request, wrong, parse):
        key, service = self.existing(request, wrong)
        nests = request.every("SERVER")
        if len(nests) != 1:
            wrong.add(EINVAL)
        address = parse(nests[-1], key, wrong) if nests else None
        return service, address, nests[-1] if nests else {}

    @row(12, SERVICE=KEY, SERVER=f"{SERVER_KEY} {MEMBER}", CHECK=None)
    def SERVER_ADD(self, request, who, wrong):
        service, address, nest = self.one_server(request, wrong, self.new_server)
        if service:
            if address in service.servers:
                wrong.add(EEXIST)
            self.fits(service, len(service.servers) + 1, wrong)
        return lambda: self.change_server(request, address,
                                          self.member(nest))

    @row(7, SERVICE=KEY, SERVER=f"{SERVER_KEY} {MEMBER}", CHECK=None)
    def SERVER_SET(self, request, who, wrong):
        service, address, nest = self.one_server(request, wrong, self.server)
        there = service and service.servers.get(address)
        if service and not there:
            wrong.add(ENOENT)
        member = self.member(nest, *([there] if there else []))
        if there:
            self.thresholds(member, wrong)
        return lambda: self.change_server(request, address, member)

    @row(6, SERVICE=KEY, SERVER=SERVER_KEY, CHECK=None)
    def SERVER_DEL(self, request, who, wrong):
        service, address, _ = self.one_server(request, wrong, self.server)
        if service and address not in service.servers:
            wrong.add(ENOENT)
        return lambda: self.change_server(request, address, None)

    # ---- connections

    def filter(self, request, who, wrong):
        nest = request.get("CONNECTION", {})
        families = set()
        if "FAMILY" in nest:
            families = {{INET: 4, INET6: 6}.get(nest["FAMILY"])}
        if None in families:
            wrong.add(EINVAL)
        for name in ("CLIENT_ADDR", "VIP_ADDR", "SERVER_ADDR"):
            if f"{name}4" in nest or f"{name}6" in nest:
                address = self.address(nest, name, wrong)
                families |= {family(address)} if address else set()
        if len(families) > 1:
            wrong.add(EINVAL)
        if "CLIENT_PREFIX" in nest:
            bits = 32 if "CLIENT_ADDR4" in nest else 128
            if nest["CLIENT_PREFIX"] > bits or not (
                    "CLIENT_ADDR4" in nest or "CLIENT_ADDR6" in nest):
                wrong |= VALUE
        if nest.get("STATE", 1) not in range(1, 11):
            wrong |= VALUE

    @row(2, CONNECTION=FILTER)
    def CONNECTION_GET(self, request, who, wrong):
        self.filter(request, who, wrong)

    @row(2, CONNECTION=FILTER)
    def CONNECTION_COUNT(self, request, who, wrong):
        self.filter(request, who, wrong)

    @row(1, CONNECTION=FILTER)
    def CONNECTION_DEL(self, request, who, wrong):
        self.filter(request, who, wrong)

    # ---- devices, settings and statistics

    def change_device(self, kind, change, name):
        change(name)
        self.events.append((kind, name, {}))

    def change_config(self, values):
        self.config.update(values)
        self.events.append(("CONFIG_CHANGED", None, {}))

    def device(self, request, wrong):
        name = request.get("DEVICE", {}).get("NAME")
        if name is None:
            wrong.add(EINVAL)
        return name

    @row(3, DEVICE="NAME", CHECK=None)
    def DEVICE_ADD(self, request, who, wrong):
        name = self.device(request, wrong)
        if name in self.devices:
            wrong.add(EEXIST)
        # The loopback device receives no packets, and an alias is not a name.
        if name is not None and not device_name(name) or name == b"lo" or \
                name in self.aliases:
            wrong.add(EINVAL)
        return lambda: self.change_device("DEVICE_ADDED", self.devices.add, name)

    @row(2, DEVICE="NAME", CHECK=None)
    def DEVICE_DEL(self, request, who, wrong):
        name = self.device(request, wrong)
        if name not in self.devices:
            wrong.add(ENOENT)
        return lambda: self.change_device("DEVICE_REMOVED", self.devices.remove,
                                          name)

    @row(1)
    def DEVICE_GET(self, request, who, wrong):
        pass

    @row(1)
    def CONFIG_GET(self, request, who, wrong):
        pass

    @row(5, CONFIG=SETTINGS, CHECK=None)
    def CONFIG_SET(self, request, who, wrong):
        nest = request.get("CONFIG")
        if nest is None:
            wrong.add(EINVAL)
            return None
        for name, value in nest.items():
            low, high = self.ranges[name]
            if not low <= value <= high:
                wrong |= VALUE
        if not who.host and nest.get("CONN_MAX", 0) > max(
                self.defaults["CONN_MAX"], self.config["CONN_MAX"]):
            wrong.add(EPERM)
        return lambda: self.change_config(nest)

    @row(1)
    def STATS_GET(self, request, who, wrong):
        pass

    @row(0.5)
    def STATS_ZERO(self, request, who, wrong):
        pass

    @row(0.5)
    def SCHEDULER_GET(self, request, who, wrong):
        pass


# ---- connections against a filter ------------------------------------------

def network(address, bits):
    n = int.from_bytes(address, "big")
    return n >> (8 * len(address) - bits)


def matches(connection, wanted):
    """Both by the names of enum drlb_connection_attr."""
    for name, value in wanted.items():
        if name == "CLIENT_PREFIX":
            continue
        have = connection.get(name)
        if name in ("CLIENT_ADDR4", "CLIENT_ADDR6"):
            bits = wanted.get("CLIENT_PREFIX", 8 * len(value))
            if have is None or network(have, bits) != network(value, bits):
                return False
        elif have != value:
            return False
    return True
