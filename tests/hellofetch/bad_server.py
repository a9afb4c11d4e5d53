#!/usr/bin/python3
"""An HTTP server that misbehaves as its request's path says.

Usage: bad_server.py PORT_FILE [CERTIFICATE KEY]

Listens on a free port of 127.0.0.1 and writes its number to PORT_FILE when it
can be asked. With a certificate it speaks TLS. The last part of the path is a
case: an answer, or a function that gets the connected socket after the request
was read. Fields can be added to an answer: /good~ETag:%20"a"~X:%20y . A path
/seq/ANY/first,second,... is answered by one case after the other, the last for
ever. Each request is appended to PORT_FILE.requests.
The case stall makes PORT_FILE.stalled when it has sent all that it sends.
Ends by itself after five minutes, in case nobody does it.
"""

import gzip
import os
import signal
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
import urllib.parse
import zlib

BODY = b"new page\n" * 500  # 4500 bytes
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
OK = b"HTTP/1.1 200 OK\r\n"
CLOSE = b"Connection: close\r\n"
GZIP = b"Content-Encoding: gzip\r\n"
PACKED = gzip.compress(BODY)
CHUNKED = OK + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def measured(data, fields=b""):
    return OK + CLOSE + fields + b"Content-Length: %d\r\n\r\n%s" % (len(data), data)


# Answers that are nothing but bytes: path, what is sent before the close.
ANSWERS = {
    # good
    "good": OK + CLOSE + LENGTH + b"\r\n" + BODY,
    "good-end": OK + CLOSE + LENGTH + b"\r\n" + BODY[:-2] + b"E\n",
    "good-start": OK + CLOSE + b"Content-Length: 900\r\n\r\n" + BODY[:900],
    "small-page": OK + CLOSE + b"Content-Length: 10\r\n\r\nsmall one\n",
    "small": OK + CLOSE + b"Content-Length: 4\r\n\r\nnew\n",
    "chunked": CHUNKED + chunk(BODY[:1000]) + chunk(BODY[1000:]) + b"0\r\n\r\n",
    "trailer": CHUNKED + chunk(BODY) + b"0\r\nX-Trailer: late\r\n\r\n",
    "trailer-status": CHUNKED + chunk(BODY) + b"0\r\nHTTP/1.1 404 No\r\n\r\n",
    "bare-lf": b"HTTP/1.1 200 OK\nContent-Length: 4500\n\n" + BODY,
    "http10": b"HTTP/1.0 200 OK\r\n" + LENGTH + b"\r\n" + BODY,
    "early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + CLOSE + LENGTH + b"\r\n" + BODY,
    "folded": OK + CLOSE + b"X-Long: a\r\n b\r\n" + LENGTH + b"\r\n" + BODY,
    "same-lengths": OK + CLOSE + LENGTH + LENGTH + b"\r\n" + BODY,
    "escape": OK + CLOSE + LENGTH + b"ETag: \"a\\b\"\r\nX-Evil: \x1b]0;owned\x07\r\n\r\n" + BODY,
    "late-y": measured(b"x" * 65536 + b"y"),
    "nul-page": measured(b"a\0b\n"),
    "one-letter": measured(b"x" * 65536),
    # packed
    "gzip": measured(PACKED, GZIP),
    "x-gzip": measured(PACKED, b"content-encoding: X-GZIP\r\n"),
    "gzip-chunked": OK + CLOSE + GZIP + b"Transfer-Encoding: chunked\r\n\r\n"
                    + b"".join(chunk(bytes([byte])) for byte in PACKED) + b"0\r\n\r\n",
    "gzip-members": measured(gzip.compress(BODY[:2000]) + gzip.compress(BODY[2000:]), GZIP),
    "gzip-cut": measured(PACKED[:-20], GZIP),
    "gzip-no-end": measured(PACKED[:-1], GZIP),
    "gzip-nothing": measured(b"", GZIP),
    "gzip-crc": measured(PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], GZIP),
    "gzip-size": measured(PACKED[:-4] + b"\0\0\0\0", GZIP),
    "gzip-broken": measured(PACKED[:20] + b"\xff" * 20 + PACKED[40:], GZIP),
    "gzip-not": measured(BODY, GZIP),
    "gzip-zlib": measured(zlib.compress(BODY), GZIP),
    "gzip-rest": measured(PACKED + b"rest", GZIP),
    "gzip-zeros": measured(PACKED + b"\0" * 100, GZIP),
    "gzip-twice": measured(gzip.compress(PACKED), b"Content-Encoding: gzip, gzip\r\n"),
    "gzip-two-fields": measured(gzip.compress(PACKED), GZIP + GZIP),
    "gzip-empty": measured(gzip.compress(b""), GZIP),
    "deflate": measured(zlib.compress(BODY), b"Content-Encoding: deflate\r\n"),
    "br": measured(BODY, b"Content-Encoding: br\r\n"),
    # cut short
    "short-length": OK + CLOSE + LENGTH + b"\r\n" + BODY[:1000],
    "cut-chunk": CHUNKED + chunk(BODY)[:1000],
    "no-last-chunk": CHUNKED + chunk(BODY),
    "until-close": OK + CLOSE + b"\r\n" + BODY[:1000],
    "no-answer": b"",
    "half-header": OK + CLOSE + LENGTH,
    # no page
    "101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + BODY,
    "204": b"HTTP/1.1 204 No Content\r\n" + CLOSE + b"\r\n",
    "206": b"HTTP/1.1 206 Partial Content\r\n" + CLOSE + b"Content-Range: bytes 0-4499/9000\r\n" + LENGTH + b"\r\n" + BODY,
    "300": b"HTTP/1.1 300 Multiple Choices\r\n" + CLOSE + b"Location: /good\r\n" + LENGTH + b"\r\n" + BODY,
    "304": b"HTTP/1.1 304 Not Modified\r\n" + CLOSE + b"\r\n",
    "empty": OK + CLOSE + b"Content-Length: 0\r\n\r\n",
    "empty-chunked": CHUNKED + b"0\r\n\r\n",
    "404": b"HTTP/1.1 404 Not Found\r\n" + CLOSE + LENGTH + b"\r\n" + BODY,
    "429": b"HTTP/1.1 429 Too Many Requests\r\n" + CLOSE + LENGTH + b"\r\n" + BODY,
    "408": b"HTTP/1.1 408 Request Timeout\r\n" + CLOSE + b"Content-Length: 0\r\n\r\n",
    "500": b"HTTP/1.1 500 Internal Server Error\r\n" + CLOSE + b"Content-Length: 0\r\n\r\n",
    "502": b"HTTP/1.1 502 Bad Gateway\r\n" + CLOSE + b"Content-Length: 0\r\n\r\n",
    "504": b"HTTP/1.1 504 Gateway Timeout\r\n" + CLOSE + b"Content-Length: 0\r\n\r\n",
    "501": b"HTTP/1.1 501 Not Implemented\r\n" + CLOSE + b"Content-Length: 0\r\n\r\n",
    "503": b"HTTP/1.1 503 Service Unavailable\r\n" + CLOSE + LENGTH + b"\r\n" + BODY,
    # redirects
    "redirect": b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: /good\r\nX-First: hop\r\nContent-Length: 6\r\n\r\nmoved\n",
    "redirect-etag": b"HTTP/1.1 302 Found\r\n" + CLOSE + b"ETag: \"hop\"\r\nLast-Modified: hop\r\n"
                     + b"Location: /good\r\nContent-Length: 0\r\n\r\n",
    "trailer-etag": CHUNKED + chunk(BODY) + b"0\r\nETag: \"late\"\r\nLast-Modified: late\r\n\r\n",
    "redirect-nowhere": b"HTTP/1.1 302 Found\r\n" + CLOSE + LENGTH + b"\r\n" + BODY,
    "redirect-empty": b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: \r\n" + LENGTH + b"\r\n" + BODY,
    "redirect-two": b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: /good\r\nLocation: /small\r\nContent-Length: 0\r\n\r\n",
    "redirect-loop": b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: /redirect-loop\r\nContent-Length: 0\r\n\r\n",
    "redirect-file": b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    "redirect-user": b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: http://joe:s3cret@127.0.0.1/good\r\nContent-Length: 0\r\n\r\n",
    "redirect-rubbish": b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: /rubbish\r\nContent-Length: 0\r\n\r\n",
    # malformed
    "two-lengths": OK + CLOSE + b"Content-Length: 4500\r\nContent-Length: 10\r\n\r\n" + BODY,
    "length-list": OK + CLOSE + b"Content-Length: 4500, 4500\r\n\r\n" + BODY,
    "length-plus": OK + CLOSE + b"Content-Length: +4500\r\n\r\n" + BODY,
    "length-negative": OK + CLOSE + b"Content-Length: -1\r\n\r\n" + BODY,
    "nul": OK + CLOSE + LENGTH + b"X: a\0b\r\n\r\n" + BODY,
    "cr-inside": OK + CLOSE + LENGTH + b"X: a\rContent-Length: 9\r\n\r\n" + BODY,
    "blank-colon": OK + CLOSE + b"Content-Length : 4500\r\n\r\n" + BODY,
    "gzip-coding": OK + CLOSE + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk(BODY) + b"0\r\n\r\n",
    "chunked-http10": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(BODY) + b"0\r\n\r\n",
    "bad-chunk": CHUNKED + b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
    "content-range": OK + CLOSE + LENGTH + b"Content-Range: bytes 0-4499/9000\r\n\r\n" + BODY,
    "long-line": OK + CLOSE + LENGTH + b"X: " + b"x" * 110000 + b"\r\n\r\n" + BODY,
    "long-header": OK + CLOSE + LENGTH + (b"X: " + b"x" * 9000 + b"\r\n") * 31 + b"\r\n" + BODY,
    "rubbish": b"this is not HTTP at all\r\n" + BODY,
    "huge-length": OK + CLOSE + b"Content-Length: 9223372036854775807\r\n\r\n" + BODY,
    "length-too-long": OK + CLOSE + b"Content-Length: 9223372036854775808\r\n\r\n" + BODY,
}


def linger_off(connection):
    """Lets the next close send a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset(connection):
    connection.sendall(OK + CLOSE + LENGTH + b"\r\n" + BODY[:1000])
    # The reset must not overtake the bytes: wait until they are acknowledged.
    deadline = time.monotonic() + 5
    while unacknowledged(connection) and time.monotonic() < deadline:
        time.sleep(0.005)
    linger_off(connection)


def unacknowledged(connection):
    """Bytes sent but not acknowledged: tcpi_unacked of TCP_INFO."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return struct.unpack_from("I", info, 24)[0]


def wait_for_close(connection):
    connection.settimeout(60)
    try:
        while connection.recv(4096):
            pass
    except OSError:
        pass


def give(connection, data):
    """Sends, and waits until the client has taken it. Were the socket closed before,
    what is on its way would be nobody's any more, and a kernel that is short of memory
    for TCP, as with floods beside us, throws such bytes away and sends a reset."""
    connection.sendall(data)
    if not isinstance(connection, ssl.SSLSocket):
        connection.shutdown(socket.SHUT_WR)
        wait_for_close(connection)


def stall(connection):
    """A part of the body, then nothing until the client goes."""
    connection.sendall(OK + LENGTH + b"\r\n" + BODY[:1000])
    open(sys.argv[1] + ".stalled", "w", encoding="ascii").close()
    wait_for_close(connection)


def silence(connection):
    wait_for_close(connection)


def drip(connection):
    """A header line every tenth of a second, for ever: no stall, no end."""
    connection.sendall(OK)
    for number in range(600):
        connection.sendall(b"X-%d: drip\r\n" % number)
        time.sleep(0.1)


def slow(connection):
    """The body in thirty parts, for a second and a half."""
    connection.sendall(OK + CLOSE + LENGTH + b"\r\n")
    for start in range(0, len(BODY), 150):
        connection.sendall(BODY[start:start + 150])
        time.sleep(0.05)


def endless(connection):
    connection.sendall(CHUNKED)
    for _ in range(100000):
        connection.sendall(chunk(BODY))


def bomb(connection):
    """300 MiB that are 300 KB on the wire."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1024 * 1024)
    data = b"".join(packer.compress(block) for _ in range(300)) + packer.flush()
    connection.sendall(measured(data, GZIP))


def large_cut(connection):
    """1 MiB, more than any buffer of a client's, without an end."""
    connection.sendall(CHUNKED + chunk(b"x" * (1024 * 1024)))


def large(connection):
    """A length, and 64 MiB that fit it."""
    block = b"x" * (1024 * 1024)
    connection.sendall(OK + CLOSE + b"Content-Length: %d\r\n\r\n" % (64 * len(block)))
    for _ in range(64):
        connection.sendall(block)


# What never ends, however often it is said: what comes before it, and what comes again.
ENDLESS = {
    "endless-redirect": (b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: /good\r\nTransfer-Encoding: chunked\r\n\r\n",
                         chunk(BODY)),
    "endless-error": (b"HTTP/1.1 404 Not Found\r\n" + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n", chunk(BODY)),
    "endless-interim": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100),
    "endless-header": (OK, b"X: y\r\n" * 1000),
    "endless-line": (OK + b"X: ", b"y" * 10000),
    "endless-trailer": (CHUNKED + chunk(BODY) + b"0\r\n", b"X: y\r\n" * 1000),
    "endless-extension": (CHUNKED + b"1;", b"x" * 10000),
    "endless-size": (CHUNKED, b"0" * 10000),
    "endless-gzip-name": (CHUNKED.replace(CLOSE, CLOSE + GZIP) + chunk(b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"), chunk(b"n" * 10000)),
    "endless-gzip-members": (CHUNKED.replace(CLOSE, CLOSE + GZIP), chunk(gzip.compress(b"") * 500)),
    "endless-gzip-blocks": (CHUNKED.replace(CLOSE, CLOSE + GZIP) + chunk(PACKED[:10]), chunk(b"\0\0\0\xff\xff" * 2000)),
}


def repeat(connection, before, again):
    """For a minute, if the client has so much patience."""
    end = time.monotonic() + 60
    connection.sendall(before)
    while time.monotonic() < end:
        connection.sendall(again)


CROWD = threading.Condition()
CROWD_NOW, CROWD_MOST = 0, 0


def crowd(connection, wanted):
    """The page, when so many ask for it at the same time; notes the most that ever did."""
    global CROWD_NOW, CROWD_MOST
    with CROWD:
        CROWD_NOW += 1
        CROWD_MOST = max(CROWD_MOST, CROWD_NOW)
        CROWD.notify_all()
        CROWD.wait_for(lambda: CROWD_MOST >= wanted, 20)
    # Long enough for one too many to come too, if there is one.
    time.sleep(0.05)
    with CROWD:
        CROWD_NOW -= 1
    with LOCK, open(sys.argv[1] + ".crowd", "w", encoding="ascii") as out:
        print(CROWD_MOST, file=out)
    connection.sendall(ANSWERS["good"])


CASES = {function.__name__: function for function in (reset, stall, silence, drip, slow, endless, bomb, large, large_cut)}


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(4096)
        if not part:
            return None
        data += part
    return data.decode("latin-1")


ASKED = {}  # how often each /seq/ path was asked for
LOCK = threading.Lock()


def next_in_sequence(path):
    with LOCK:
        count = ASKED[path] = ASKED.get(path, -1) + 1
    names = path.rsplit("/", 1)[-1].split(",")
    return names[min(count, len(names) - 1)]


def record(request):
    with LOCK, open(sys.argv[1] + ".requests", "a", encoding="latin-1", newline="") as out:
        out.write(request)


def answer(name):
    """The bytes of a case, with the fields that its name adds."""
    name, *fields = name.split("~")
    status, rest = ANSWERS[name].split(b"\n", 1)
    added = b"".join(urllib.parse.unquote_to_bytes(field) + b"\r\n" for field in fields)
    return status + b"\n" + added + rest


def conditional(connection, request, validators):
    """304 if the request has all these validators as conditions, else the page."""
    conditions = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
    fields, held = b"", []
    for validator in validators:
        name, value = urllib.parse.unquote(validator).split(": ", 1)
        fields += ("%s: %s\r\n" % (name, value)).encode()
        held.append("\r\n%s: %s\r\n" % (conditions[name], value) in request)
    if all(held):
        connection.sendall(b"HTTP/1.1 304 Not Modified\r\n" + CLOSE + fields + b"\r\n")
    else:
        connection.sendall(OK + CLOSE + fields + LENGTH + b"\r\n" + BODY)


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(60)
        if self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        request = read_request(self.request)
        if request is None:
            return
        record(request)
        path = request.split(" ")[1]
        name = path.split("?")[0].rsplit("/", 1)[-1]
        if path.startswith("/seq/"):
            name = next_in_sequence(path)
        if name == "to":  # /to?URL redirects there
            location = path.split("?", 1)[1].encode()
            self.request.sendall(b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: " + location
                                 + b"\r\nContent-Length: 0\r\n\r\n")
        elif name.startswith("hops~"):  # hops~10: so many redirects to a page
            hops = int(name.split("~")[1])
            location = "/hops~%d" % (hops - 1) if hops > 1 else "/good"
            self.request.sendall(b"HTTP/1.1 302 Found\r\n" + CLOSE + b"Location: " + location.encode()
                                 + b"\r\nContent-Length: 0\r\n\r\n")
        elif name == "echo":  # the request itself
            body = request.encode("latin-1")
            self.request.sendall(OK + CLOSE + b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        elif name.startswith("crowd~"):  # crowd~4
            crowd(self.request, int(name.split("~")[1]))
        elif name in ENDLESS:
            repeat(self.request, *ENDLESS[name])
        elif name in CASES:
            CASES[name](self.request)
        elif name.startswith("gone~"):  # deletes a file, then answers
            self.gone(request, name.split("~")[1:])
        elif name.startswith("conditional~"):  # conditional~ETag:%20"a"
            conditional(self.request, request, name.split("~")[1:])
        elif ANSWERS.get(name) == b"":
            pass
        else:
            give(self.request, answer(name))

    def gone(self, request, validators):
        try:
            with open(sys.argv[1] + ".delete", encoding="utf-8") as file:
                os.unlink(file.read().strip())
        except FileNotFoundError:
            pass
        conditional(self.request, request, validators)

    def finish(self):
        # Bytes of the client's that nobody read would turn the close into a reset.
        try:
            if isinstance(self.request, ssl.SSLSocket):
                self.request.unwrap()
            self.request.close()
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    context = None

    def shutdown_request(self, request):
        self.close_request(request)

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what many tests want


def main():
    signal.alarm(300)
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) == 4:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(sys.argv[2], sys.argv[3])
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as out:
        print(server.server_address[1], file=out)
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    server.serve_forever()


main()
