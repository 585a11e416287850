# SPDX-License-Identifier: GPL-2.0
"""The state that the kernel shows: the configuration and the connections of a
namespace, from the answers to an agent.
"""
import collections
import errno

import genl
from genl import attributes, number
from netlink_model import DEFAULTS, INET, SERVER_OPTIONS, Key, mark_key

UNDONE = 16  # NLM_F_DUMP_INTR


def named(header, enum, data, numbers=()):
    return {header.name(enum, kind): number(value) if header.name(enum, kind)
            in numbers else value for kind, value in attributes(data)}


class Kernel:
    """problem is called with a description of a wrong answer. seq grows by two:
    a check and its request have a number each."""

    def __init__(self, header, family, problem):
        self.header, self.family, self.problem = header, family, problem
        self.commands = {name: c for c, name in header.names["drlb_cmd"].items()}
        self.seq = 0

    def ask(self, agent, command, payload=b"", dump=False):
        error, text, replies = agent.request(
            self.family.id, self.commands[command], payload,
            genl.DUMP if dump else 0)
        if error:
            self.problem(f"{command} by {agent.name} fails",
                         f"{errno.errorcode.get(error, error)} {text}")
        return replies

    def config_of(self, body):
        top = named(self.header, "drlb_attr", body)
        shown = {}
        for which in ("CONFIG", "DEFAULTS"):
            shown[which] = {name: number(value) for name, value in named(
                self.header, "drlb_config_attr", top[which]).items()
                if name != "HOOK_PRIORITY"}
        return shown

    def config(self, agent):
        replies = self.ask(agent, "CONFIG_GET")
        return self.config_of(replies[0])

    def service_of(self, value):
        return named(self.header, "drlb_service_attr", value, (
            "PROTOCOL", "FWMARK", "FAMILY", "SERVERS", *(set(DEFAULTS) - {"SCHEDULER"})))

    @staticmethod
    def key_of(svc):
        if "FWMARK" in svc:
            return mark_key(svc["FWMARK"], 4 if svc["FAMILY"] == INET else 6)
        return Key(svc["PROTOCOL"], svc.get("ADDR4") or svc["ADDR6"], svc["PORT"])

    @staticmethod
    def options_of(svc):
        """The options that are present."""
        return {name: svc[name].rstrip(b"\0") if name == "SCHEDULER"
                else svc[name] for name in DEFAULTS if name in svc}

    def services(self, agent, brief):
        flag = genl.attr(self.header.values("drlb_attr")["BRIEF"]) if brief \
            else b""
        found, promised = {}, {}
        for body in self.ask(agent, "SERVICE_GET", flag, dump=True):
            servers = []
            for kind, value in attributes(body):
                name = self.header.name("drlb_attr", kind)
                if name == "SERVICE":
                    svc = self.service_of(value)
                    key = self.key_of(svc)
                elif name == "SERVER":
                    server = named(self.header, "drlb_server_attr", value,
                                   SERVER_OPTIONS)
                    servers.append((server.get("ADDR4") or server["ADDR6"],
                                    self.member_of(server)))
            if "SCHEDULER" in svc:
                if key in found:
                    self.problem(f"{key} is shown twice")
                found[key] = (self.options_of(svc), [])
                promised[key] = svc.get("SERVERS")
            found[key][1].extend(servers)
        for key, n in promised.items():
            if not brief and n != len(found[key][1]):
                self.problem(f"{key}: SERVERS is {n}", repr(found[key]))
        return found

    def devices(self, agent):
        found = {}
        for body in self.ask(agent, "DEVICE_GET", dump=True):
            top = named(self.header, "drlb_attr", body)
            device = named(self.header, "drlb_device_attr", top["DEVICE"])
            found[device["NAME"].rstrip(b"\0")] = "IFINDEX" in device
        return found

    def schedulers(self, bodies):
        """The schedulers' names, and the names of those that adopt."""
        found = [named(self.header, "drlb_scheduler_attr", named(
            self.header, "drlb_attr", body)["SCHEDULER"]) for body in bodies]
        return [s["NAME"].rstrip(b"\0") for s in found], \
            [s["NAME"].rstrip(b"\0") for s in found if "ADOPTS" in s]

    def statistics(self, bodies):
        """The numbers, and the counters by name."""
        numbers, counters = {}, {}
        for body in bodies:
            stats = named(self.header, "drlb_attr", body)["STATS"]
            for kind, value in attributes(stats):
                name = self.header.name("drlb_stats_attr", kind)
                if name != "COUNTER":
                    numbers[name] = number(value)
                    continue
                counter = named(self.header, "drlb_stats_counter_attr", value,
                                ("VALUE",))
                counters[counter["NAME"].rstrip(b"\0")] = counter["VALUE"]
        return numbers, counters

    def event_of(self, body):
        """In the model's form: kind, object, and what the event says of it."""
        top = named(self.header, "drlb_attr", body)
        kind = self.header.name("drlb_event_kind", number(top["EVENT"]))
        kind = kind.removeprefix("EVENT_")
        if "SERVICE" not in top:
            device = named(self.header, "drlb_device_attr", top["DEVICE"]) \
                if "DEVICE" in top else {}
            return kind, device.get("NAME", b"").rstrip(b"\0") or None, {}
        svc = self.service_of(top["SERVICE"])
        if "SERVER" not in top:
            return kind, self.key_of(svc), self.options_of(svc)
        server = named(self.header, "drlb_server_attr", top["SERVER"],
                       (*SERVER_OPTIONS, "STATE"))
        if not 0 <= server.get("STATE", -1) < len(
                self.header.names["drlb_server_state"]):
            self.problem("an event without a server's state", repr(server))
        return kind, self.key_of(svc), {
            "address": server.get("ADDR4") or server["ADDR6"],
            "server": self.member_of(server)}

    @staticmethod
    def member_of(server):
        return tuple(server[name] for name in SERVER_OPTIONS)

    # ---- connections

    def of_names(self, command, **nests):
        """A request by the attributes' names; values are encoded already."""
        top = self.header.values("drlb_attr")
        payload = b""
        for nest, values in nests.items():
            if values is True:
                payload += genl.attr(top[nest])
                continue
            inside = self.header.values(self.header.inside("drlb_attr",
                                                           top[nest]))
            for some in values if isinstance(values, list) else [values]:
                payload += genl.nest(top[nest], *(
                    genl.attr(inside[n], v) for n, v in some.items()))
        self.seq += 2
        return genl.message(self.family.id, genl.REQUEST | genl.ACK, self.seq,
                            genl.header(self.commands[command]) + payload)

    def connections(self, agent, wanted=None):
        """Those that match, or None if the dump was disturbed."""
        payload = b"" if wanted is None else self.filter(wanted)
        self.seq += 2
        found = collections.Counter()
        for a in agent.exchange(genl.message(
                self.family.id, genl.REQUEST | genl.DUMP, self.seq,
                genl.header(self.commands["CONNECTION_GET"]) + payload)):
            if a.error:
                self.problem(f"CONNECTION_GET fails: {a.error} {a.text}")
            if a.flags & UNDONE:
                return None
            if a.error is not None:
                continue
            top = named(self.header, "drlb_attr", a.body[4:])
            c = named(self.header, "drlb_connection_attr", top["CONNECTION"],
                      ("PROTOCOL", "STATE"))
            found[tuple(sorted((k, v) for k, v in c.items()
                               if k not in ("EXPIRES_MS", "AGE_MS")))] += 1
        return found

    def filter(self, wanted):
        top = self.header.values("drlb_attr")["CONNECTION"]
        inside = self.header.values("drlb_connection_attr")
        return genl.nest(top, *(genl.attr(
            inside[n], bytes([v]) if isinstance(v, int) else v)
            for n, v in wanted.items()))

    def swept(self, agent, command, wanted):
        replies = self.ask(agent, command, self.filter(wanted))
        return number(dict(attributes(replies[0]))[
            self.header.values("drlb_attr")["COUNT"]]) if replies else None
