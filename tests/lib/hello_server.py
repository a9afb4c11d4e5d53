#!/usr/bin/python3
"""hello_server.py - a small server of the hello protocol, good or bad on demand

The clients' tests run against it: it greets as hellod does, or misbehaves in
one way. It listens on a free port of 127.0.0.1 (--host: another address,
--unix: a socket), prints "ADDRESS PORT" or the path when it is ready, and logs
what it received on standard error, a repr() for each read and each end.
"""

import argparse
import asyncio
import signal
import socket
import struct
import sys

NAME_MAX = 1024  # bytes, as hellod's default
LIFETIME = 300  # seconds; no server outlives its test by more

FAULTS = {
    "refuse": "bound but not listening: connections are refused",
    "deaf": "listening, but the queue is full: connecting takes for ever",
    "silent": "accepts, and never says a word",
    "busy": "says why it takes nobody, and closes",
    "close-at-once": "closes before the welcome",
    "close-in-welcome": "says half of the welcome, and closes",
    "reset-at-once": "resets before the welcome",
    "mute": "welcomes, and never answers",
    "close-on-name": "welcomes, and closes at the first name",
    "close-in-answer": "says half of the first answer, and closes",
    "close-on-second": "greets one name, and closes at the next",
    "close-when-idle": "greets one name, says nothing more and closes",
    "reset-on-name": "welcomes, and resets at the first name",
    "reset-after-name": "greets one name, and resets",
    "wrong-name": "greets somebody else",
    "wrong-second": "greets the first right, the second wrong",
    "error": "refuses every name with an Error, and closes",
    "twice": "answers every name twice",
    "endless": "answers without end",
    "stay": "does not close after exit",
    "chatty": "says something after exit",
}


def log(*words):
    print(*words, file=sys.stderr, flush=True)


class Session:
    """One client's dialogue, in the framing and with the fault asked for."""

    def __init__(self, options, reader, writer):
        self.options = options
        self.reader = reader
        self.writer = writer
        self.framing = options.framing
        self.ending = b""
        self.rest = b""
        self.greeted = 0

    async def send(self, data):
        pieces = [data[i : i + 1] for i in range(len(data))] if self.options.bytewise else [data]
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if self.options.bytewise:
                # Not to wait for anything: only to keep the pieces apart.
                await asyncio.sleep(0.001)

    def reset(self):
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self.writer.transport.abort()

    async def read(self):
        data = await self.reader.read(NAME_MAX)
        log("read", repr(data))
        if self.framing == "auto" and data:
            self.framing = "line" if b"\n" in data else "message"
        return data

    async def message(self):
        """The next name, None at end of file."""
        while self.framing == "auto" or not self.rest:
            data = await self.read()
            if not data:
                return None
            self.rest += data
        if self.framing == "message":
            name, self.rest = self.rest, b""
            return name
        while b"\n" not in self.rest:
            data = await self.read()
            if not data:
                name, self.rest, self.ending = self.rest, b"", b""
                return name
            self.rest += data
        name, _, self.rest = self.rest.partition(b"\n")
        self.ending = b"\r\n" if name.endswith(b"\r") or self.options.crlf else b"\n"
        return name.removesuffix(b"\r")

    async def welcome(self):
        """Returns False if there is nothing more to say."""
        fault = self.options.fault
        text = self.options.welcome.encode()
        if self.options.framing == "line":
            text += b"\n"
        if fault in ("silent", "deaf"):
            await self.reader.read()
        elif fault == "busy":
            await self.send(b"Busy: 3 connections of 3 are taken")
        elif fault == "close-in-welcome":
            await self.send(text[:4])
        elif fault == "reset-at-once":
            self.reset()
        elif fault != "close-at-once":
            await self.send(text)
            return True
        return False

    async def answer(self, name):
        """Returns False if that was the last one."""
        fault = self.options.fault
        self.greeted += 1
        text = self.options.greeting.encode().replace(b"%s", name) + self.ending
        if fault == "mute":
            await self.reader.read()
        elif fault == "reset-on-name":
            self.reset()
        elif fault == "reset-after-name":
            await self.send(text)
            self.reset()
        elif fault == "close-in-answer":
            await self.send(text[:-2] if self.ending else text[:4])
        elif fault == "error":
            await self.send(b"Error: name is not to my taste" + self.ending)
        elif fault == "endless":
            for _ in range(1200):
                await self.send(b"x" * 2048)
            await self.reader.read()
        elif fault == "close-when-idle":
            await self.send(text)
        elif fault != "close-on-name" and (fault, self.greeted) != ("close-on-second", 2):
            if fault == "wrong-name" or (fault, self.greeted) == ("wrong-second", 2):
                text = b"Hello, somebody else!" + self.ending
            await self.send(text * 2 if fault == "twice" else text)
            return True
        return False

    async def run(self):
        if not await self.welcome():
            return
        while (name := await self.message()) is not None:
            if name == b"exit":
                if self.options.fault == "chatty":
                    await self.send(b"Bye!" + self.ending)
                if self.options.fault == "stay":
                    await self.reader.read()
                break
            if name and not await self.answer(name):
                break


async def serve_client(options, reader, writer):
    log("open")
    try:
        await Session(options, reader, writer).run()
        writer.close()
        await writer.wait_closed()
    except OSError as error:
        log("error", error)
    log("end")


def make_socket(options):
    if options.unix:
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(options.unix)
    else:
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        sock = socket.socket(family)
        sock.bind((options.host, options.port))
    if options.fault != "refuse":
        sock.listen(0 if options.fault == "deaf" else 4096)
    return sock


def fill_queue(sock):
    """Connects to the socket until one more would have to wait."""
    held = []
    while True:
        client = socket.socket(sock.family)
        client.settimeout(0.2)
        held.append(client)
        try:
            client.connect(sock.getsockname())
        except (BlockingIOError, TimeoutError):
            return held


async def serve(options):
    sock = make_socket(options)
    held = fill_queue(sock) if options.fault == "deaf" else []
    name = sock.getsockname()
    print(name if options.unix else f"{name[0]} {name[1]}", flush=True)
    if options.fault in ("refuse", "deaf"):
        await asyncio.Event().wait()
    server = await asyncio.start_server(
        lambda reader, writer: serve_client(options, reader, writer), sock=sock, backlog=4096
    )
    async with server:
        await server.serve_forever()
    del held


def main():
    faults = "\n".join(f"  {name:18}{text}" for name, text in FAULTS.items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="faults:\n" + faults,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--unix", metavar="PATH")
    parser.add_argument("--framing", choices=("auto", "line", "message"), default="auto")
    parser.add_argument("--welcome", default="Welcome!")
    parser.add_argument("--greeting", default="Hello, %s!")
    parser.add_argument("--crlf", action="store_true", help="end every line with CRLF")
    parser.add_argument("--bytewise", action="store_true", help="send each byte for itself")
    parser.add_argument("--fault", choices=FAULTS)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.alarm(LIFETIME)
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
