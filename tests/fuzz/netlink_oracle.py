# SPDX-License-Identifier: GPL-2.0
"""The answers that must come: those of the kernel's generic part, then those of
the model.
"""
import collections
import errno

import genl
from genl import NESTED, TYPE_MASK, number
from netlink_model import Model, Request

BAD = {errno.EINVAL, errno.ERANGE}


class Refused(Exception):
    pass


class Reader:
    """Judges messages by the family's policies, with strict validation."""

    def __init__(self, header, family):
        self.header, self.family = header, family
        self.unknown = False

    def refuse(self, why):
        raise Refused(why)

    def attributes(self, data, enum, policy, prefix):
        pairs = []
        while len(data) >= 4:
            length, kind = (number(data[:2]), number(data[2:4]))
            if not 4 <= length <= len(data):
                break
            value, data = data[4:length], data[(length + 3) & ~3:]
            rule = policy.get(kind & TYPE_MASK)
            name = self.header.name(enum, kind & TYPE_MASK)
            if not rule:
                self.refuse(f"{prefix}{name}: not in the policy")
            if bool(kind & NESTED) != (rule.type in (genl.NEST, genl.NEST_ARRAY)):
                self.refuse(f"{prefix}{name}: nested or not")
            pairs.append((name, self.value(value, rule, prefix + name, enum,
                                           kind & TYPE_MASK)))
        if data:
            self.refuse(f"{prefix}: bytes left over")
        return Request(pairs)

    def value(self, value, rule, name, enum, kind):
        if rule.type == genl.NEST:
            if value and len(value) < 4:
                self.refuse(f"{name}: short")
            return self.attributes(
                value, self.header.inside(enum, kind),
                self.family.policies.get(rule.nested, {}), f"{name}.")
        if rule.type == genl.FLAG:
            if value:
                self.refuse(f"{name}: a flag with a value")
            return True
        if rule.type in genl.SIZES:
            if len(value) != genl.SIZES[rule.type]:
                self.refuse(f"{name}: {len(value)} bytes")
            n = int.from_bytes(value, "little",
                               signed=rule.type in genl.SIGNED)
            if rule.low is not None and not rule.low <= n <= rule.high or \
                    rule.mask is not None and n & ~rule.mask:
                self.refuse(f"{name}: {n} is out of range")
            return n
        if rule.type == genl.NUL_STRING:
            longest = rule.longest or len(value)
            if b"\0" not in value[:longest + 1] or \
                    len(value) - value.endswith(b"\0") > longest:
                self.refuse(f"{name}: no such string")
            return value[:value.index(b"\0")]
        if rule.type == genl.BINARY:
            if not (rule.shortest or 0) <= len(value) <= (
                    0xffff if rule.longest is None else rule.longest):
                self.refuse(f"{name}: {len(value)} bytes")
            return value
        self.unknown = True
        return value


Expected = collections.namedtuple(
    "Expected", "command errors text effect why request dump known")


class Oracle:
    def __init__(self, header, family):
        self.header, self.family = header, family
        self.rows = Model.rows()

    def foretell(self, kind, flags, body, model, who):
        def refused(why, *errors, text=False, command="none", dump=False):
            return Expected(command, set(errors), text, None, why, None, dump,
                            True)

        if not flags & genl.REQUEST or kind < genl.MIN_TYPE:
            return refused("no request: nothing happens", 0)
        if kind != self.family.id:
            return refused("no such family", errno.ENOENT)
        if len(body) < 4:
            return refused("no header", errno.EINVAL)
        command, name = body[0], self.header.name("drlb_cmd", body[0])
        dump = flags & genl.DUMP == genl.DUMP
        loose = flags & ~genl.DUMP if dump else flags
        if number(body[2:4]) or loose & ~(genl.REQUEST | genl.ACK | genl.ECHO):
            return refused("reserved bits", errno.EINVAL, text=True)
        way = genl.CAP_DUMP if dump else genl.CAP_DO
        if not self.family.operations.get(command, 0) & way:
            return refused("no such command", errno.EOPNOTSUPP)
        if name in self.header.privileged and not who.admin:
            return refused("not allowed to", errno.EPERM, command=name)
        reader = Reader(self.header, self.family)
        try:
            request = reader.attributes(body[4:], "drlb_attr",
                                        self.family.policy(command, dump), "")
        except Refused as e:
            return refused(str(e), *BAD, text=True, command=name, dump=dump)
        if reader.unknown or name not in self.rows or self.unknown(name, request):
            return Expected(name, None, False, None, "the model cannot know",
                            request, dump, False)
        wrong, effect = model.judge(name, request, who)
        return Expected(name, wrong.allowed, True, effect,
                        "the model", request, dump, not wrong.perhaps or bool(wrong))

    def unknown(self, name, request):
        shape = self.rows[name].shape
        return any(n not in shape or isinstance(v, Request) and
                   not set(v) <= set(shape[n].split()) for n, v in request.pairs)

    def gaps(self):
        """Lists what only the kernel has, and what only the model has."""
        operations = {self.header.name("drlb_cmd", c): c
                      for c in self.family.operations}
        for name, command in operations.items():
            if name not in self.rows:
                yield f"the model does not know {name}"
                continue
            shape = self.rows[name].shape
            way = not self.family.operations[command] & genl.CAP_DO
            for kind, rule in self.family.policy(command, way).items():
                attribute = self.header.name("drlb_attr", kind)
                if attribute not in shape:
                    yield f"the model does not know {name}'s {attribute}"
                    continue
                if rule.type != genl.NEST:
                    continue
                enum = self.header.inside("drlb_attr", kind)
                told = {self.header.name(enum, k) for k in
                        self.family.policies.get(rule.nested, {})}
                knows = set(shape[attribute].split())
                for word in sorted(told - knows):
                    yield (f"the model does not know {name}'s "
                           f"{attribute} {word}")
                for word in sorted(knows - told):
                    yield f"the kernel has no {name} with {attribute} {word}"
        for name in sorted(set(self.rows) - set(operations)):
            yield f"the kernel does not have {name}"
