# SPDX-License-Identifier: GPL-2.0
"""Packets to the services, and the connections that they make: those that a
filter shows, counts and deletes, and those of a service that goes and comes
back.
"""
import collections
import random
import time

import genl
import netlink_model as manual
from netlink_kernel import named
from netlink_model import Key


class Traffic:
    def __init__(self, run, device, mac):
        self.run, self.rng, self.kernel = run, run.rng, run.kernel
        self.sender, self.to, self.sending = run.sender, (device, mac), False
        self.counted = self.deleted = self.returned = 0

    def sent(self):
        """Waits until all packets are sent."""
        if self.sending:
            self.sender.wait()
        self.sending = False

    def send(self, n, keys):
        self.sent()
        packets = []
        for _ in range(n):
            key = self.rng.choice(keys)
            prefix = "198.18.0." if len(key.address) == 4 else "2001:db8:bad::"
            source = f"{prefix}{self.rng.randint(1, 9)}"
            port = self.rng.randint(1024, 1040)
            packets.append((source, port, key, 2))
            if self.run.maker.some(0.5):
                packets.append((source, port, key,
                                self.rng.choice((0x10, 0x10, 0x11, 4))))
        self.sender.begin("traffic", *self.to, packets)
        self.sending = True

    @staticmethod
    def named(key):
        return {"PROTOCOL": genl.u8(key.protocol),
                f"ADDR{manual.family(key.address)}": key.address,
                "PORT": key.port}

    def rr(self, key):
        """A service with entries, and no timeouts of its own."""
        return {**self.named(key), "SCHEDULER": b"rr\0", "OPS": genl.u8(0),
                **{name: genl.u32(0) for name in manual.OPTION_TIMEOUTS}}

    def settle(self, agent):
        """Adds services that have servers, and room and time for
        connections."""
        keys, data = [], b""
        servers = [a.packed for a in manual.ON_LINK[:3] + manual.ON_LINK[5:8]]
        for protocol, vip in ((6, manual.VIPS[0]), (17, manual.VIPS[0]),
                              (6, manual.VIPS[4]), (17, manual.VIPS[4])):
            key = Key(protocol, vip.packed, manual.port(80))
            keys.append(key)
            there = key in self.run.models[agent.net].services
            data += self.kernel.of_names(
                "SERVICE_SET" if there else "SERVICE_ADD",
                SERVICE=self.rr(key),
                SERVER=[{f"ADDR{vip.version}": s} for s in servers
                        if len(s) == len(vip.packed)],
                **({"REPLACE": True} if there else {}))
        data += self.kernel.of_names("CONFIG_SET", CONFIG={
            name: genl.u32(100000 if name.endswith("MAX") else 3 if name ==
                           "PROBE_INTERVAL" else 900)
            for name in manual.SETTINGS.split()})
        why, _ = self.run.batch(agent, data)
        self.run.compare(agent, why)
        return keys

    def count(self):
        agent = self.run.agents[0]
        keys = self.settle(agent)
        # Connections from before may have short timeouts.
        self.sent()
        self.kernel.swept(agent, "CONNECTION_DEL", {})
        self.send(60, keys)
        self.sent()
        time.sleep(0.2)
        rng = random.Random(f"{self.run.seed} {self.run.batches}")
        for n in range(8):
            everything = self.kernel.connections(agent)
            if not everything:
                continue
            some = dict(rng.choice(sorted(everything)))
            version = 4 if "VIP_ADDR4" in some else 6
            wanted = {k: v for k, v in some.items() if rng.random() < 0.3}
            client = f"CLIENT_ADDR{version}"
            if client in wanted and rng.random() < 0.7:
                wanted["CLIENT_PREFIX"] = rng.choice(
                    (0, 1, 8, 31, 30, 29, 32) if version == 4 else
                    (0, 1, 64, 127, 126, 125, 128))
            delete = n % 3 == 2
            expected = collections.Counter({
                c: times for c, times in everything.items()
                if manual.matches(dict(c), wanted)})
            shown = self.kernel.connections(agent, wanted)
            counted = self.kernel.swept(agent, "CONNECTION_COUNT", wanted)
            deleted = self.kernel.swept(agent, "CONNECTION_DEL", wanted) if delete \
                else counted
            left = self.kernel.connections(agent)
            self.counted += 1
            self.deleted += deleted if delete else 0
            if shown is None or left is None:
                continue
            rest = everything - expected if delete else everything
            if not (shown == expected and left == rest and
                    counted == deleted == expected.total()):
                self.run.problem(
                    f"connections by {wanted}", f"expected {expected.total()}, "
                    f"shown {shown.total()}, counted {counted}, deleted "
                    f"{deleted}; of {everything.total()} are left "
                    f"{left.total()}")
        for key in keys:
            self.come_back(agent, key)
        self.zeroed(agent)

    def counters(self, agent):
        """The counters of each service."""
        header, found = self.kernel.header, {}
        for body in self.kernel.ask(agent, "SERVICE_GET", dump=True):
            svc = self.kernel.service_of(named(header, "drlb_attr",
                                               body)["SERVICE"])
            if "COUNTERS" in svc:
                found[self.kernel.key_of(svc)] = named(
                    header, "drlb_counters_attr", svc["COUNTERS"],
                    ("CONNECTIONS", "PACKETS", "BYTES", "ACTIVE", "INACTIVE"))
        return found

    def come_back(self, agent, key):
        """The service is removed and added at once: it keeps what it had."""
        servers = self.run.models[agent.net].services[key].servers
        before = self.kernel.connections(agent), self.counters(agent)[key]
        why, _ = self.run.batch(agent, self.kernel.of_names(
            "SERVICE_DEL", SERVICE=self.named(key)) + self.kernel.of_names(
                "SERVICE_ADD", SERVICE=self.rr(key), SERVER=[
                    {f"ADDR{manual.family(key.address)}": s}
                    for s in sorted(servers)]))
        after = self.kernel.connections(agent), self.counters(agent)[key]
        if None in (before[0], after[0]):
            return
        self.returned += before[1]["ACTIVE"] + before[1]["INACTIVE"]
        if before != after:
            self.run.problem(f"{key} does not come back as it was",
                             f"before {before}", f"after {after}", *why)

    def zeroed(self, agent):
        self.kernel.ask(agent, "STATS_ZERO")
        for counters in self.counters(agent).values():
            if any(counters[n] for n in ("CONNECTIONS", "PACKETS", "BYTES")):
                self.run.problem("STATS_ZERO leaves something", repr(counters))
