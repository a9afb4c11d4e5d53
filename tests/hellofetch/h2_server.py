#!/usr/bin/python3
"""Speaks HTTP/2 and takes its leave in the middle: GOAWAY, in several ways.

Usage: h2_server.py PORT_FILE CERTIFICATE KEY

Listens on a free port of 127.0.0.1, writes its number to PORT_FILE and serves
until it is killed. PORT_FILE.cases, when there, has the names of cases: the first
connection gets the first of them, and so on; the last one stays for all others. A
line a connection, the case's name, goes to PORT_FILE.served.

Ends by itself after five minutes, in case nobody does it.
"""

import os
import signal
import socketserver
import ssl
import struct
import sys

BODY = b"new page\n" * 500  # 4500 bytes, as bad_server.py has it
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, GOAWAY = 0, 1, 4, 7
ACK = END_STREAM = 1
END_HEADERS = 4
NO_ERROR, INTERNAL_ERROR = 0, 2

# Of HPACK no more than this: ":status: 200", and "content-length: 4500" unindexed.
STATUS_200 = b"\x88"
LENGTH = b"\x0f\x0d\x044500"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def goaway(last_stream, error):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, error))


def answer(stream, fields=b"", body=BODY, end=END_STREAM):
    return (frame(HEADERS, END_HEADERS, stream, STATUS_200 + fields)
            + frame(DATA, end, stream, body))


# What is sent to a request on a stream, before the connection is closed.
CASES = {
    "good": answer,
    # it is through with us, but the answer comes whole
    "polite": lambda stream: answer(stream, body=BODY[:1000], end=0) + goaway(stream, NO_ERROR)
    + frame(DATA, END_STREAM, stream, BODY[1000:]),
    "cut": lambda stream: answer(stream, body=BODY[:1000], end=0) + goaway(stream, NO_ERROR),
    "cut-length": lambda stream: answer(stream, LENGTH, BODY[:1000], 0) + goaway(stream, NO_ERROR),
    "whole-without-end": lambda stream: answer(stream, end=0) + goaway(stream, NO_ERROR),
    "error": lambda stream: answer(stream, body=BODY[:1000], end=0) + goaway(stream, INTERNAL_ERROR),
    # it says that it has not even seen the request, having answered half of it
    "unseen": lambda stream: answer(stream, body=BODY[:1000], end=0) + goaway(0, NO_ERROR),
    "at-once": lambda stream: goaway(0, NO_ERROR),
}


def read(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def read_frame(connection):
    head = read(connection, 9)
    kind, flags, stream = struct.unpack(">BBI", head[3:])
    return kind, flags, stream, read(connection, int.from_bytes(head[:3], "big"))


def next_case():
    path = sys.argv[1] + ".cases"
    with open(path, encoding="ascii") as file:
        names = file.read().split()
    if len(names) > 1:
        with open(path, "w", encoding="ascii") as file:
            print(*names[1:], file=file)
    with open(sys.argv[1] + ".served", "a", encoding="ascii") as file:
        print(names[0], file=file)
    return CASES[names[0]]


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(20)
        connection = self.server.context.wrap_socket(self.request, server_side=True)
        if read(connection, len(PREFACE)) != PREFACE:
            return
        connection.sendall(frame(SETTINGS, 0, 0))
        while True:
            kind, flags, stream, _ = read_frame(connection)
            if kind == SETTINGS and not flags & ACK:
                connection.sendall(frame(SETTINGS, ACK, 0))
            elif kind == HEADERS:
                break
        connection.sendall(next_case()(stream))
        # What the client still says must be read, or the close would be a reset.
        connection.unwrap()


class Server(socketserver.TCPServer):
    """One connection after the other: so the cases have an order."""

    allow_reuse_address = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what is to be expected


def main():
    signal.alarm(300)
    Server.context.load_cert_chain(sys.argv[2], sys.argv[3])
    Server.context.set_alpn_protocols(["h2"])
    server = Server(("127.0.0.1", 0), Handler)
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as out:
        print(server.server_address[1], file=out)
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    server.serve_forever()


main()
