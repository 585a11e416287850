# SPDX-License-Identifier: GPL-2.0
"""The senders of requests: processes that have different rights, in the
director's namespace and in one that the user nobody owns.
"""
import ctypes
import ipaddress
import os
import pickle
import socket
import subprocess

import genl
from netlink_model import Who

NOBODY = 65534
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
LONGEST = 60  # seconds until an answer


def libc(name, *args):
    call = ctypes.CDLL(None, use_errno=True)
    if getattr(call, name)(*args):
        raise OSError(ctypes.get_errno(), name)


def enter(path):
    with open(path, encoding="utf-8") as f:
        libc("setns", f.fileno(), CLONE_NEWNET)


def become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


class Hands:
    """The commands of an agent, which runs in a process of its own."""

    def __init__(self, opened=None):
        self.socket = opened or genl.Socket(LONGEST)
        self.parked = []

    def exchange(self, data):
        return self.socket.exchange(data)

    def request(self, *args):
        return self.socket.request(*args)

    def park(self, data, reads):
        """Begins a dump, in most cases, and leaves it unread."""
        s = genl.Socket(LONGEST)
        s.send(data)
        s.socket.settimeout(0.01)
        try:
            for _ in range(reads):
                s.receive()
        except OSError:
            pass
        self.parked.append(s)

    def unpark(self, reads):
        s = self.parked.pop(0)
        try:
            for _ in range(reads):
                if any(a.error is not None for a in s.receive()):
                    break
        except OSError:
            pass
        s.close()

    def devices(self):
        return [name.encode() for _, name in socket.if_nameindex()]

    def traffic(self, device, mac, packets):
        from rawnet import TCP, UDP, Wire, l3, tcp, udp
        wire = Wire(device)
        for source, port, key, flags in packets:
            to = str(ipaddress.ip_address(key.address))
            at = int.from_bytes(key.port, "big") or 4711
            if key.protocol == TCP:
                data = tcp(source, to, port, at, flags=flags)
            else:
                data = udp(source, to, port, at, b"x")
            wire.send(mac, l3(source, to, {TCP: TCP}.get(key.protocol, UDP),
                              data))
        return len(packets)


class Agent:
    def __init__(self, name, who, net, prepare):
        """prepare runs in the new process, and may return a socket."""
        self.name, self.who, self.net, self.parked = name, who, net, 0
        ours, theirs = os.pipe(), os.pipe()
        self.pid = os.fork()
        if not self.pid:
            self.serve(os.fdopen(ours[0], "rb"), os.fdopen(theirs[1], "wb"),
                       prepare)
        os.close(ours[0])
        os.close(theirs[1])
        self.to, self.by = os.fdopen(ours[1], "wb"), os.fdopen(theirs[0], "rb")

    @staticmethod
    def serve(orders, answers, prepare):
        def tell(what):
            pickle.dump(what, answers)
            answers.flush()

        try:
            opened = prepare(lambda: (tell("ready"), pickle.load(orders)))
            hands = Hands(opened)
            while True:
                name, args = pickle.load(orders)
                tell(getattr(hands, name)(*args))
        except EOFError:
            os._exit(0)
        except BaseException as e:
            print(f"# an agent died: {e!r}", flush=True)
            os._exit(1)

    def go_on(self, meanwhile):
        """Waits until prepare pauses, runs meanwhile(), and lets it go on."""
        self.wait()
        meanwhile(self.pid)
        pickle.dump("go on", self.to)
        self.to.flush()

    def begin(self, name, *args):
        pickle.dump((name, args), self.to)
        self.to.flush()

    def wait(self):
        return pickle.load(self.by)

    def __getattr__(self, name):
        def call(*args):
            self.begin(name, *args)
            return self.wait()
        return call


def map_root(pid):
    for what in ("uid", "gid"):
        with open(f"/proc/{pid}/{what}_map", "w", encoding="utf-8") as f:
            f.write(f"0 {NOBODY} 1")


def agents():
    """The agents of the director's namespace, then those of a namespace that
    the user nobody owns."""
    def nobody(_):
        become_nobody()

    def dropped(_):
        opened = genl.Socket(LONGEST)
        become_nobody()
        return opened

    def contained(flags):
        def prepare(pause):
            become_nobody()
            libc("unshare", flags)
            pause()
        return prepare

    here, there = "director", "owned"
    all_of = [Agent("root", Who(True, True), here, lambda _: None),
              Agent("nobody", Who(False, False), here, nobody),
              Agent("nobody with root's socket", Who(False, False), here, dropped),
              Agent("root of a user namespace", Who(False, False), here,
                    contained(CLONE_NEWUSER)),
              Agent("root of its own namespace", Who(True, False), there,
                    contained(CLONE_NEWUSER | CLONE_NEWNET))]
    for agent in all_of[3:]:
        agent.go_on(map_root)
    owned = f"/proc/{all_of[4].pid}/ns/net"
    # The same configuration as the director's.
    subprocess.run(["nsenter", f"--net={owned}", "ip", "-batch", "-"], check=True,
                   text=True, input="""\
link set lo up
link add eth0 type veth peer name eth1
link set eth0 up
link set eth1 up
address add 10.0.0.2/24 dev eth0
address add 2001:db8::2/64 dev eth0 nodad
address add 10.0.0.100/32 dev eth0
address add 2001:db8::100/128 dev eth0 nodad
route add 192.0.2.0/24 via 10.0.0.3
route add 2001:db8:9::/64 via 2001:db8::3
link property add dev eth0 altname eth-other
""")
    all_of.append(Agent("root there", Who(True, True), there,
                        lambda _: enter(owned)))
    return all_of


def sender(namespace):
    def prepare(_):
        enter(f"/run/netns/{namespace}")
        os.nice(19)

    return Agent("client", None, None, prepare)
