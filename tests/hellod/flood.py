#!/usr/bin/python3
"""flood.py - clients that mean harm, many at a time

    flood.py drip ADDRESS CLIENTS SOURCES PROCESSES READY SECONDS
    flood.py deaf ADDRESS CLIENTS SOURCES PROCESSES READY SECONDS
    flood.py gone ADDRESS CLIENTS SOURCES PROCESSES

drip: each says a byte every 3 s, and no line ever ends. deaf: each asks for as
much as it may, and reads nothing. Both stay until hellod has had enough of them,
SECONDS at most; the file READY is made when all are there. gone: each leaves as
soon as it has come: by a close, by a reset, or by a reset after some words.

The clients come from 127.10.0.1 and so on. Prints an object: how many clients
ended how, and how long the first and the last were there.
"""

import collections
import json
import os
import resource
import select
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True  # the source tree stays as it is

from hello_client import parse  # pylint: disable=wrong-import-position

PACE = 3.0  # seconds between two drops
CONNECTING_MAX = 200  # at a time, of a process
ASKED = b"somebody with a rather long name, to be greeted\n" * 200
IP_BIND_ADDRESS_NO_PORT = 24  # from <linux/in.h>: else ports are short
RESET = struct.pack("ii", 1, 0)


def source(number, sources):
    return f"127.10.{number % sources // 250}.{number % sources % 250 + 1}"


class Attacker:
    """One client of those that stay."""

    def __init__(self, address, whence, deaf):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        if deaf:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        self.socket.bind((whence, 0))
        self.socket.connect_ex(address)
        self.deaf = deaf
        self.came = None
        self.heard = b""
        self.end = None

    def handle(self, events):
        """Something has happened. Sets end when it is over."""
        try:
            if events & (select.EPOLLERR | select.EPOLLHUP):
                self.end = "reset" if self.came else "not connected"
            elif self.deaf:
                self.socket.send(ASKED)
            elif events & select.EPOLLIN:
                data = self.socket.recv(4096)
                if not self.heard:  # it may have stood in the queue until now
                    self.came = time.monotonic()
                self.heard += data
                if not data:
                    self.end = self.heard.replace(b"\n", b" ").decode("ascii", "replace").strip()
        except BlockingIOError:
            pass
        except OSError as error:
            self.end = error.strerror

    def drip(self):
        try:
            self.socket.send(b"x")
        except OSError:
            pass  # its end is heard of


class Attack:
    """A process's part of those that stay."""

    def __init__(self, kind, address, numbers, sources):
        self.deaf = kind == "deaf"
        self.address = address
        self.waiting = collections.deque(source(number, sources) for number in numbers)
        self.epoll = select.epoll()
        self.clients = {}
        self.connecting = 0
        self.drops = collections.deque()  # when, and whose
        self.ends = collections.Counter()
        self.stays = []

    def connect(self):
        while self.waiting and self.connecting < CONNECTING_MAX:
            client = Attacker(self.address, self.waiting.popleft(), self.deaf)
            self.clients[client.socket.fileno()] = client
            self.epoll.register(client.socket, select.EPOLLOUT)
            self.connecting += 1

    def handle(self, fd, events, now):
        client = self.clients[fd]
        if client.came is None:
            self.connecting -= 1
            self.epoll.modify(fd, select.EPOLLOUT if self.deaf else select.EPOLLIN)
            if not events & select.EPOLLERR:
                client.came = now
                self.drops.append((now + PACE, client))
        client.handle(events)
        if client.end is not None:
            self.ends[client.end] += 1
            self.stays.append(now - client.came if client.came else 0)
            self.epoll.unregister(fd)
            client.socket.close()
            del self.clients[fd]

    def drip(self, now):
        while self.drops and self.drops[0][0] <= now:
            _, client = self.drops.popleft()
            if client.end is None and not self.deaf:
                client.drip()
                self.drops.append((now + PACE, client))

    def run(self, seconds, ready):
        end = time.monotonic() + seconds
        self.connect()
        while (self.clients or self.waiting) and time.monotonic() < end:
            for fd, events in self.epoll.poll(0.05):
                self.handle(fd, events, time.monotonic())
            self.drip(time.monotonic())
            self.connect()
            if ready and not self.waiting and not self.connecting:
                os.close(ready)
                ready = None
        self.ends["still here"] += len(self.clients)
        return {"ends": self.ends, "stays": self.stays}


def leave(address, numbers, sources):
    """Those that are gone at once."""
    ends = collections.Counter()
    for number in numbers:
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        client.bind((source(number, sources), 0))
        # Who closes first has its port taken for a minute, if it is a close.
        try:
            client.connect(address)
            if number % 3 == 2:
                client.send(b"Yam\n" * (number % 5))
            if number % 3:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.close()
            ends["gone"] += 1
        except OSError as error:
            ends[error.strerror] += 1
    return {"ends": ends, "stays": []}


def work(kind, address, numbers, sources, ready, seconds):
    if kind == "gone":
        return leave(address, numbers, sources)
    return Attack(kind, address, numbers, sources).run(seconds, ready)


def run_children(kind, address, clients, sources, processes, seconds):
    """Forks them. Returns where their results, and the end of their arrival, can be read."""
    results = []
    ready, all_ready = os.pipe()
    for child in range(processes):
        result, out = os.pipe()
        if os.fork() == 0:
            os.close(ready)
            found = work(kind, address, range(child, clients, processes), sources, all_ready, seconds)
            with os.fdopen(out, "w") as pipe:
                json.dump(found, pipe)
            os._exit(0)
        os.close(out)
        results.append(result)
    os.close(all_ready)
    return results, ready


def main():
    kind, address, *numbers = sys.argv[1:]
    clients, sources, processes = map(int, numbers[:3])
    ready_file, seconds = numbers[3:] or (None, "0")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    results, ready = run_children(kind, parse(address)[1], clients, sources, processes, float(seconds))
    os.read(ready, 1)  # its end, when the last child has closed it
    if ready_file:
        with open(ready_file, "x", encoding="ascii"):
            pass
    ends, stays = collections.Counter(), []
    for result in results:
        with os.fdopen(result) as pipe:
            found = json.load(pipe)
        ends.update(found["ends"])
        stays += found["stays"]
        os.wait()
    ends += collections.Counter()  # without those that are none
    span = [round(min(stays), 3), round(max(stays), 3)] if stays else []
    print(json.dumps({"clients": clients, "ends": ends, "stays": span}))


if __name__ == "__main__":
    main()
