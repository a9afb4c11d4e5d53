"""hello_client.py - one client of hellod: what it says, what it must hear

Everything is compared byte by byte, and nothing waits for longer than TIMEOUT:
a test that is not served fails.
"""

import array
import fcntl
import os
import select
import socket
import struct
import termios
import time

TIMEOUT = 20.0  # seconds
POLL = 0.02  # seconds


def wait_until(condition, timeout=TIMEOUT):
    """Polls until the condition is true; fails after the time-out."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(POLL)


def shown(data):
    """Bytes for people: the first 200 and the last 100, if there are more."""
    return repr(data) if len(data) <= 300 else f"{data[:200]!r}...{data[-100:]!r} ({len(data)})"


def parse(text):
    """Family and address of HOST:PORT, [IPV6]:PORT or unix:PATH."""
    if text.startswith("unix:"):
        return socket.AF_UNIX, text[5:]
    host, _, port = text.rpartition(":")
    if host.startswith("["):
        return socket.AF_INET6, (host[1:-1], int(port))
    return socket.AF_INET, (host, int(port))


class Client:
    """A connection to hellod; the address is HELLOD_ADDRESS if none is given."""

    def __init__(self, address=None, receive_buffer=None, send_buffer=None):
        family, where = parse(address or os.environ["HELLOD_ADDRESS"])
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(TIMEOUT)
        if receive_buffer:  # before connecting: the window depends on it
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if send_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        self.socket.connect(where)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def fileno(self):
        return self.socket.fileno()

    def say(self, data):
        self.socket.sendall(data)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes with a reset (TCP)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def hear(self, expected):
        """The next bytes are these."""
        got = b""
        while len(got) < len(expected):
            data = self.socket.recv(len(expected) - len(got))
            assert data, f"closed after {shown(got)}, expected {shown(expected)}"
            got += data
        assert got == expected, f"got {shown(got)}, expected {shown(expected)}"

    def hear_all(self):
        """All that comes until the server closes; a reset is an error."""
        got = []
        while data := self.socket.recv(65536):
            got.append(data)
        return b"".join(got)

    def hear_end(self, expected=b""):
        """These bytes, then the server closes."""
        got = self.hear_all()
        assert got == expected, f"got {shown(got)}, expected {shown(expected)}"
        self.close()

    def hears_nothing(self):
        """True if nothing has come, not even the end."""
        return not select.select([self.socket], [], [], 0)[0]

    def unread(self):
        """How many bytes we sent that the server has not read: of TCP over IPv4.
        Of a UNIX socket, the memory that they take up."""
        if self.socket.family == socket.AF_UNIX:
            count = array.array("i", [0])
            fcntl.ioctl(self.socket, termios.TIOCOUTQ, count)
            return count[0]
        ours = encoded(self.socket.getsockname())
        theirs = encoded(self.socket.getpeername())
        with open("/proc/net/tcp", encoding="ascii") as table:
            for line in table:
                fields = line.split()
                if fields[1:3] == [theirs, ours]:
                    return int(fields[4].partition(":")[2], 16)
        raise AssertionError("the server has no such connection")


def say_until_stuck(clients, data, most=16 * 1024 * 1024):
    """Each client sends it again and again, until nothing more goes out for
    0.5 s. Returns how many bytes went in all; more than most is an error."""
    sent = dict.fromkeys(clients, 0)
    for client in clients:
        client.socket.setblocking(False)
    while writable := select.select([], clients, [], 0.5)[1]:
        for client in writable:
            sent[client] += client.socket.send(data[sent[client] % len(data) :])
            assert sent[client] < most, f"the server took {sent[client]} bytes"
    for client in clients:
        client.socket.settimeout(TIMEOUT)
    return sum(sent.values())


def memory(pid):
    """Resident memory of a process in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        (line,) = [line for line in status if line.startswith("VmRSS:")]
    return int(line.split()[1])


def processor_time(pid):
    """Seconds of processor time that a process has used."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def encoded(address):
    """An IPv4 address as /proc/net/tcp writes it."""
    (word,) = struct.unpack("=I", socket.inet_aton(address[0]))
    return f"{word:08X}:{address[1]:04X}"


def log():
    """The log of hellod so far."""
    with open(os.environ["HELLOD_LOG"], encoding="utf-8", errors="replace") as file:
        return file.read()
