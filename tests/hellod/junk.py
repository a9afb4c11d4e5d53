#!/usr/bin/python3
"""junk.py - sessions of clients that talk nonsense, each one judged

    junk.py SESSIONS SEED PROCESSES FRAMING=ADDRESS...

A session sends bytes of one kind or several, cut at random places, and ends in
one of four ways. Who closes its side and reads on must hear all that its bytes
deserve, to the byte, and then the end: never a reset. Who resets, or leaves
without reading, hears nothing; hellod must survive it.

What is deserved: in line framing the bytes alone say it. Else it depends on
which of them came together, so the answers must fit some way of cutting. The
exit status is 0 if all sessions were right.
"""

import collections
import os
import random
import select
import socket
import struct
import sys

sys.dont_write_bytecode = True  # the source tree stays as it is

from hello_client import TIMEOUT, parse, shown  # pylint: disable=wrong-import-position

MAX_MESSAGE = 1024
LARGEST = 16 * 1024  # of a session; hellod reads four times as much after its end
TOO_LONG = b"Error: name longer than 1024 bytes"
NOT_UTF8 = b"Error: name is not valid UTF-8"
NAMES = (b"Yam", b"May", "Zoë".encode(), "姓名".encode(), b"a b", b"%s", b"exit ", b"EXIT")
BROKEN = (b"\xff", b"\xc3", b"\xe5\xa7", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x98")
STRANGERS = (  # what those say first who take hellod for something else
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2p1\r\n",
    b"\x16\x03\x01\x00\xc4\x01\x00\x00\xc0\x03\x03" + bytes(range(64)),
    b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12),
    b"EHLO x\r\nMAIL FROM:<>\r\n",
    b"\0" * 40,
    b"*1\r\n$4\r\nPING\r\n",
)


def junk(dice):
    """The bytes of a session."""
    parts = []
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        kind = dice.randrange(10)
        if kind == 0:
            parts.append(dice.randbytes(dice.choice((0, 1, 3, 40, 1024, 3000))))
        elif kind <= 3:  # pipelined
            for _ in range(dice.choice((1, 2, 5, 60))):
                parts.append(dice.choice(NAMES) + dice.choice((b"\n", b"\r\n", b"\n\n", b"\r", b"")))
        elif kind == 4:  # about as long as it may be
            parts.append(dice.choice((b"x", b"\xc3\xab")) * dice.choice((511, 512, 513, 1023, 1024, 1025, 2050)))
            parts.append(dice.choice((b"", b"\n", b"\r\n")))
        elif kind == 5:
            parts.append(dice.choice((b"\0", b"\0\n", b"\x01\x1b[2J\n", b"\r", b"\r\r\n", b"\n" * 50)))
        elif kind == 6:
            parts.append(b"Yam" + dice.choice(BROKEN) + dice.choice((b"", b"\n", b"x\n")))
        elif kind == 7:
            parts.append(dice.choice(STRANGERS))
        elif kind == 8:
            parts.append(b"exit" + dice.choice((b"", b"\n", b"\r\n", b" \n")))
        else:  # any of it, harmed
            harmed = bytearray(dice.choice(STRANGERS))
            harmed[dice.randrange(len(harmed))] = dice.randrange(256)
            parts.append(bytes(harmed))
    return b"".join(parts)[:LARGEST]


def is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def deserved_as_lines(data):
    answers = []
    while data:
        line, lf, data = data.partition(b"\n")
        name = line[:-1] if lf and line.endswith(b"\r") else line
        if not name:
            continue
        if len(name) > MAX_MESSAGE:
            return b"".join([*answers, TOO_LONG, b"\n"])
        if not is_utf8(name):
            return b"".join([*answers, NOT_UTF8, b"\n"])
        if name == b"exit":
            break
        answers.append(b"Hello, %s!%s" % (name, line[len(name) :] + lf))
    return b"".join(answers)


def fits_as_messages(data, heard):
    """Is there a way to cut the data so that these are the answers?"""
    todo = [(0, 0)]  # bytes that are accounted for, of data and of what was heard
    seen = set(todo)
    while todo:
        told, at = todo.pop()
        rest = heard[at:]
        if not rest and (told == len(data) or data.startswith(b"exit", told)):
            return True
        if rest == NOT_UTF8 and not is_utf8(data[told:]):
            return True
        if not rest.startswith(b"Hello, "):
            continue
        for size in range(1, min(MAX_MESSAGE, len(data) - told, len(rest) - 8) + 1):
            if data[told + size - 1] != rest[6 + size]:
                break
            place = (told + size, at + 8 + size)
            if rest[7 + size] == ord("!") and place not in seen:
                seen.add(place)
                todo.append(place)
    return False


def is_right(framing, data, heard):
    welcome = b"Welcome!\n" if framing == "line" else b"Welcome!"
    if not heard.startswith(welcome):
        return False
    answers = heard[len(welcome) :]
    if framing != "message" and (framing == "line" or b"\n" in data):
        if answers == deserved_as_lines(data):
            return True
    return framing != "line" and fits_as_messages(data, answers)


def cuts(dice, data):
    """The same bytes, in pieces."""
    places = sorted(dice.randrange(len(data) + 1) for _ in range(dice.choice((0, 0, 1, 2, 5))))
    for begin, end in zip([0, *places], [*places, len(data)]):
        yield data[begin:end]


def converse(dice, client, data):
    """Says the data; returns what was heard to the end, or None if nobody listened."""
    ending = dice.choice(("read", "read", "read", "reset", "leave", "hang up"))
    try:
        for piece in cuts(dice, data):
            client.sendall(piece)
            if dice.random() < 0.1:
                select.select([client], [], [], 0.001)
        if ending == "read":
            client.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, ConnectionResetError):
        # hellod has closed already: it had said its last word, and read enough.
        ending = "leave"
    if ending == "read":
        heard = []
        while got := client.recv(65536):
            heard.append(got)
        return b"".join(heard)
    if ending == "reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif ending == "hang up":
        client.shutdown(socket.SHUT_RDWR)
    return None


def work(sessions, seed, addresses):
    """The life of a child. Returns how many sessions were heard to their end."""
    dice = random.Random(seed)
    counts = collections.Counter()
    for number in range(sessions):
        framing, (family, where) = dice.choice(addresses)
        data = junk(dice)
        with socket.socket(family, socket.SOCK_STREAM) as client:
            client.settimeout(TIMEOUT)
            client.connect(where)
            try:
                heard = converse(dice, client, data)
            except OSError as error:
                heard = f"{error!r}".encode()
        counts["sessions"] += 1
        if heard is None:
            continue
        counts["heard"] += 1
        if not is_right(framing, data, heard):
            counts["wrong"] += 1
            print(f"seed {seed}, session {number}, {framing}: said {shown(data)}, heard {shown(heard)}")
    print(f"{counts['sessions']} sessions, {counts['heard']} heard to their end, {counts['wrong']} wrong")
    return counts["wrong"] == 0


def main():
    sessions, seed, processes = map(int, sys.argv[1:4])
    addresses = [(framing, parse(address)) for framing, _, address in (a.partition("=") for a in sys.argv[4:])]
    children = []
    for child in range(processes):
        pid = os.fork()
        if pid == 0:
            right = work(sessions // processes, seed * 1000 + child, addresses)
            sys.stdout.flush()
            os._exit(0 if right else 1)
        children.append(pid)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
    sys.exit(any(codes))


if __name__ == "__main__":
    main()
