#!/usr/bin/python3
"""Answers with the replies of test cases in the format of curl's own suite.

Usage: replay.py PORT_FILE DIRECTORY   serves them on a free port of 127.0.0.1
       replay.py --want DIRECTORY N    prints the body that case N is to bring

The number in the last part of a path is that of the case, /N, or with four more
digits that of the case and of the part of its reply, /N000P. Each reply ends
with the connection. A case with "swsbounce" in a reply gives the next part to
the next request. Ends by itself after five minutes.
"""

import base64
import os
import re
import signal
import socketserver
import sys

BOUNCED = {}


def expand(data, number, port):
    """Replaces the variables of curl's test cases by what they stand for."""
    data = re.sub(rb"%repeat\[(\d+) x (.*?)\]%", lambda m: m[2] * int(m[1]), data)
    data = re.sub(rb"%hex\[(.*?)\]hex%", lambda m: unhex(m[1]), data, flags=re.S)
    data = re.sub(rb"%b64\[(.*?)\]b64%", lambda m: base64.b64encode(unhex(m[1])), data, flags=re.S)
    for name, value in ((b"HOSTIP", b"127.0.0.1"), (b"HTTPPORT", b"%d" % port),
                        (b"TESTNUMBER", b"%d" % number), (b"CR", b"\r")):
        data = data.replace(b"%" + name, value)
    return data


def unhex(text):
    return re.sub(rb"%([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), text)


def section(case, name):
    """The bytes of a section and its attributes, or None."""
    found = re.search(rb"<" + name + rb"((?: [^>]*)?)>\r?\n(.*?)</" + name + rb">", case, re.S)
    if not found:
        return None
    attributes, data = found[1], found[2]
    if b'base64="yes"' in attributes:
        data = base64.b64decode(data)
    if b'nonewline="yes"' in attributes and data.endswith(b"\n"):
        data = data[:-1]
    return data


def load(directory, number):
    with open(os.path.join(directory, "test%d" % number), "rb") as file:
        return file.read()


def reply(directory, number, part, port):
    name = b"data%d" % part if part else b"data"
    data = section(load(directory, number), name)
    return b"" if data is None else expand(data, number, port)


def want(directory, number):
    """What stands behind the last header of the reply, as curl's suite has it."""
    case = load(directory, number)
    data = section(case, b"datacheck")
    if data is None:
        data = section(case, b"data1") or section(case, b"data")
    data = expand(data, number, 0)
    last = list(re.finditer(rb"HTTP/1\.[01] .*?\r?\n\r?\n", data, re.S))[-1]
    body = data[last.end():]
    # curl prints trailers behind the body.
    for name in re.findall(rb"^Trailer: (\S+)\r?\n", last[0], re.M):
        body = re.sub(rb"^" + name + rb":.*\n", b"", body, flags=re.M)
    return body


class Handler(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self):
        request = self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        found = re.search(rb"/(\d+)[^/ ]* HTTP/1", request)
        if not found:
            return
        number, part = int(found[1]), 0
        if number > 9999:
            number, part = divmod(number, 10000)
        part += BOUNCED.get(number, 0)
        data = reply(self.server.directory, number, part, self.server.server_address[1])
        if b"swsbounce" in data:
            BOUNCED[number] = BOUNCED.get(number, 0) + 1
        self.wfile.write(data)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what many cases want


def main():
    if sys.argv[1] == "--want":
        sys.stdout.buffer.write(want(sys.argv[2], int(sys.argv[3])))
        return
    signal.alarm(300)
    server = Server(("127.0.0.1", 0), Handler)
    server.directory = sys.argv[2]
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as out:
        print(server.server_address[1], file=out)
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    server.serve_forever()


main()
