# SPDX-License-Identifier: GPL-2.0
"""The requests: valid ones, made from the policies, some of which are then
broken."""
import copy

import genl
import netlink_model as manual
from genl import NESTED, TYPE_MASK
from netlink_model import Model


class Maker:
    """Trees of [type, value]. A value is bytes or a list of trees, and a third
    member is a length that is not the true one."""

    def __init__(self, rng, header, family):
        self.rng, self.header, self.family = rng, header, family
        self.rows = Model.rows()
        self.port = manual.PORTS[0]  # of the service in this request
        self.used = set()  # addresses of its servers

    def some(self, chance):
        return self.rng.random() < chance

    def usual(self, *names, default=0.4):
        for name in names:
            if name in manual.USUAL:
                return manual.USUAL[name]
        return default

    # ---- values

    def value(self, nest, name, rule):
        pool = manual.POOLS.get(f"{nest}.{name}") or manual.POOLS.get(name)
        if pool and self.some(0.94):
            return self.encoded(rule, self.rng.choice(pool))
        if rule.type == genl.FLAG:
            return b""
        if rule.type in genl.SIZES or rule.type in (genl.UINT, genl.SINT):
            low, high = rule.low or 0, rule.high
            if high is None or self.some(0.2):
                return self.encoded(rule, self.rng.getrandbits(64))
            near = [low - 1, low, low + 1, high - 1, high, high + 1, 0, -1]
            inside = [n for n in near if low <= n <= high]
            return self.encoded(rule, self.rng.choice(inside * 3 + near))
        low, high = rule.shortest or 0, rule.longest or 24
        if rule.type == genl.NUL_STRING:
            n = self.rng.choice([1, 2, high, self.rng.randint(1, high)])
            letters = bytes(range(97, 123)) if self.some(0.7) else \
                bytes(range(256))
            return bytes(self.rng.choices(letters, k=n)) + b"\0"
        return self.rng.randbytes(self.rng.randint(low, high))

    @staticmethod
    def encoded(rule, value):
        if isinstance(value, int):
            size = genl.SIZES.get(rule.type, 4)
            return (value % (1 << 8 * size)).to_bytes(size, "little")
        return value + b"\0" if rule.type == genl.NUL_STRING else value

    # ---- trees

    def request(self, command, model):
        """A request that makes sense, or nearly."""
        name = self.header.name("drlb_cmd", command)
        policy = self.family.policy(command, self.is_dump(command))
        old, version = None, self.rng.choice((4, 4, 4, 6, 6))
        if model.services and self.some(0.1 if name == "SERVICE_ADD" else 0.9):
            key = self.rng.choice(sorted(model.services))
            old, version = (key, model.services[key]), manual.family(key.address)
        tree, flags, self.used = [], {}, set()
        for kind, rule in policy.items():
            attribute = self.header.name("drlb_attr", kind)
            number_of = self.usual(f"{name} {attribute}", attribute)
            if isinstance(number_of, tuple):
                number_of = self.rng.randint(*number_of)
            else:
                number_of = int(self.some(number_of))
            if rule.type != genl.NEST:
                flags[attribute] = [kind, self.value("", attribute, rule)]
                if number_of:
                    tree.append(flags[attribute])
                continue
            for _ in range(number_of):
                tree.append([kind | NESTED, self.nest(
                    name, attribute, self.header.inside("drlb_attr", kind),
                    self.family.policies.get(rule.nested, {}), version, old)])
        # Servers without REPLACE are refused.
        replace = flags.get("REPLACE")
        if replace and replace not in tree and self.some(0.9) and any(
                self.header.name("drlb_attr", node[0] & TYPE_MASK) == "SERVER"
                for node in tree):
            tree.append(replace)
        if self.some(0.1):
            self.rng.shuffle(tree)
        return tree

    def nest(self, command, nest, enum, policy, version, old):
        names = {self.header.name(enum, kind) for kind in policy}
        # A service has an address or a mark.
        marked = old[0].protocol == 0 if old else self.some(0.15)
        tree = []
        for kind, rule in policy.items():
            name = self.header.name(enum, kind)
            base = name[:-1] if name[-1] in "46" else name
            if base != name and {f"{base}4", f"{base}6"} <= names and \
                    name[-1] != str(version):
                continue
            chance = self.usual(f"{nest}.{base}", default=0.3)
            if nest == "SERVICE" and marked and base in (
                    "PROTOCOL", "ADDR", "PORT", "FWMARK", "FAMILY"):
                chance = 1 - chance
            if not self.some(chance):
                continue
            value = self.known(command, nest, base, version, old)
            value = self.value(nest, name, rule) if value is None else \
                self.encoded(rule, value)
            # The same server twice is refused, and therefore rare.
            for _ in range(9):
                if nest != "SERVER" or base != "ADDR" or value not in self.used:
                    break
                value = self.value(nest, name, rule)
            if nest == "SERVER":
                self.used.add(value)
            tree.append([kind, value])
            if f"{nest}.{name}" == "SERVICE.PORT":
                self.port = value
        return tree

    def known(self, command, nest, name, version, old):
        """A value that belongs to an existing object."""
        if nest == "SERVER" and name == "PORT" and self.some(0.9):
            return self.port
        if nest == "SERVICE" and name == "FAMILY" and self.some(0.9):
            return manual.INET if version == 4 else manual.INET6
        if not old or self.some(0.03):
            return None
        key, service = old
        if nest == "SERVICE":
            return {"PROTOCOL": key.protocol, "ADDR": key.address,
                    "PORT": key.port,
                    "FWMARK": int.from_bytes(key.address[:4], "little"),
                    }.get(name)
        if nest == "SERVER" and name == "ADDR" and service.servers and \
                not command.endswith("ADD") and self.some(0.9):
            return self.rng.choice(sorted(service.servers))
        return None

    def encode(self, tree):
        return b"".join(genl.attr(
            node[0], node[1] if isinstance(node[1], bytes)
            else self.encode(node[1]), *node[2:]) for node in tree)

    # ---- how they are broken

    def places(self, tree):
        for i, node in enumerate(tree):
            yield tree, i
            if isinstance(node[1], list):
                yield from self.places(node[1])

    def spoil(self, tree):
        rng = self.rng
        places = list(self.places(tree))
        if not places:
            tree.append([rng.getrandbits(16), rng.randbytes(rng.randrange(8))])
            return
        among, i = rng.choice(places)
        node = among[i]
        plain = node[1] if isinstance(node[1], bytes) else self.encode(node[1])
        what = rng.randrange(12)
        if what == 0:
            del among[i]
        elif what == 1:
            among.append(copy.deepcopy(node))
        elif what == 2:
            node[1] = plain[:rng.randrange(len(plain) + 1)]
        elif what == 3:
            node[1] = plain + rng.randbytes(rng.choice((1, 2, 3, 4, 12, 200)))
        elif what == 4:
            node[0] = node[0] & ~TYPE_MASK | rng.choice(
                (0, 1, 2, 3, 5, 9, 13, 14, 15, 200, 0x3fff, rng.randrange(16)))
        elif what == 5:
            node[0] ^= rng.choice((NESTED, genl.NET_BYTEORDER))
        elif what == 6:
            node[2:] = [rng.choice((0, 1, 3, 4, 5, len(plain) + 3,
                                    len(plain) + 5, len(plain) + 8, 0xffff))]
        elif what == 7:
            node[1] = rng.randbytes(len(plain))
        elif what == 8:
            other, _ = rng.choice(places)
            other.append(copy.deepcopy(node))
            if other is not among:
                del among[i]
        elif what == 9:
            among[i] = [node[0] | NESTED, [node]]
        elif what == 10:
            policy = self.family.policies[rng.choice(
                sorted(self.family.policies))]
            if policy:
                kind = rng.choice(sorted(policy))
                among.append([kind, self.value("", "", policy[kind])])
        else:
            node[1] = rng.randbytes(rng.choice((0, 1, 2, 5, 16, 3000, 60000)))

    # ---- messages

    def is_dump(self, command):
        return not self.family.operations.get(command, 0) & genl.CAP_DO

    def command(self):
        known = self.family.operations
        return self.rng.choices(list(known), [self.rows[name].weight
                                if name in self.rows else 2 for name in (
                                    self.header.name("drlb_cmd", c)
                                    for c in known)])[0]

    def flags(self, command):
        usual = genl.REQUEST | (genl.DUMP if self.is_dump(command) else 0)
        luck = self.rng.random()
        if luck < 0.9:
            return usual | genl.ACK
        if luck < 0.93:
            return usual
        if luck < 0.97:
            return sum(f for f in (1, 2, 4, 8, 0x10, 0x20, 0x100, 0x200, 0x400,
                                   0x800) if self.some(0.5))
        return usual | genl.ACK | self.rng.getrandbits(16)

    def message(self, seq, model):
        """Returns one message, or two with its check."""
        command = self.command()
        tree = self.request(command, model)
        kind = self.family.id
        flags = self.flags(command)
        head = genl.header(command)
        if not self.some(0.2):
            body = self.encode(tree)
            checked = self.twice(command, tree)
            if checked is not None:
                return [genl.message(kind, flags, seq, head + checked),
                        genl.message(kind, flags, seq + 1, head + body)]
            return [genl.message(kind, flags, seq, head + body)]
        if self.some(0.7):
            for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
                self.spoil(tree)
        body = self.encode(tree)
        length = None
        what = self.rng.randrange(24)
        if what == 0:
            body = body[:self.rng.randrange(len(body) + 1)]
        elif what == 1:
            body += self.rng.randbytes(self.rng.randint(1, 9))
        elif what == 2:
            head = genl.header(command, self.rng.getrandbits(8),
                               self.rng.choice((0, self.rng.getrandbits(16))))
        elif what == 3:
            head = genl.header(self.rng.choice((0, 19, 21, 99, 255)))
        elif what == 4:
            head = genl.header(self.rng.getrandbits(8))
        elif what == 5:
            kind = self.rng.choice((0, 1, 2, 3, 15, 0x7ff0, 0xffff))
        elif what == 6:
            length = self.rng.choice((0, 15, 16, 17, 19, 20, 21, 24, 0xffffffff,
                                      16 + len(head) + len(body) + 1))
        elif what == 7:
            head = head[:self.rng.randrange(4)]
            body = b""
        elif what == 8 and body:
            body = bytearray(body)
            for _ in range(self.rng.randint(1, 4)):
                body[self.rng.randrange(len(body))] = self.rng.getrandbits(8)
            body = bytes(body)
        elif what == 9 and self.some(0.2):
            body += body * self.rng.randint(1, 1 + 60000 // (1 + len(body)))
        return [genl.message(kind, flags, seq, head + body, length)]

    def twice(self, command, tree):
        """The same request as a check, now and then."""
        check = self.header.values("drlb_attr").get("CHECK")
        policy = self.family.policy(command, self.is_dump(command))
        if check not in policy or not self.some(0.25) or \
                any(node[0] & TYPE_MASK == check for node in tree):
            return None
        return self.encode(tree + [[check, b""]])
