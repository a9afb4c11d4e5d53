"""fetching.py - hellofetch where memory runs out: what it fetches, what it may leave

The server is in here: /page redirects to the page, which is packed and has an
ETag. Each time the file "page" is the old one before, and hellofetch knows
nothing of it; "same" is the page, and it knows so. The last run of all, which no
allocation fails, must make good whatever the others did; in the long form there is
such a run after each.
"""

import gzip
import http.server
import os
import re
import subprocess
import threading

OLD = b"the old page\n"
NEW = b"the new page\n" * 500
PACKED = gzip.compress(NEW, mtime=0)
FILES = {".page.hellofetch", "page", "header", "jobs", ".same.hellofetch", "same"}
LOCAL, HOOK = 13, 15

JOBS = """
defaults = {{ tries = 1; must-match = "new"; }};
jobs = ( {{ name = "one"; url = "{url}/page"; output = "{place}/page"; on-change = [ "true" ]; }},
         {{ name = "two"; url = "{url}/there"; output = "{place}/same"; }} );
"""

WORDS = re.compile(r"memory|Memory")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        etag, body = '"new"', b""
        if self.path == "/page":
            self.send_response(302)
            self.send_header("Location", "/there")
        elif self.headers.get("If-None-Match") == etag:
            self.send_response(304)
        else:
            body = PACKED
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def place(name, data):
    with open(name, "wb") as file:
        file.write(data)


class Fetching:
    """COMMAND, with URL in it replaced; or with "--jobs jobs", which is made."""

    def __init__(self, command):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        url = "http://127.0.0.1:%d" % self.server.server_port
        self.command = [url + "/page" if word == "URL" else word for word in command]
        place("jobs", JOBS.format(url=url, place=os.getcwd()).encode())
        self.heals()

    def call(self, environment):
        return subprocess.run(self.command, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False)

    def look(self):
        """The files, and whether the one that matters is the new page."""
        left = set(os.listdir()) - FILES
        assert not left, f"left behind: {left}"
        with open("page", "rb") as file:
            text = file.read()
        assert text in (OLD, NEW), f"neither the old page nor the new one: {text!r}"
        return text == NEW

    def heals(self):
        done = self.call({})
        assert done.returncode == 0 and self.look(), f"does not heal: {done}"

    def run(self, environment):
        place("page", OLD)
        for name in (".page.hellofetch", "header"):
            if os.path.exists(name):
                os.unlink(name)
        done = self.call(environment)
        self.judge(done.returncode, done.stderr.decode(errors="replace"), self.look())
        if os.environ.get("HELLOD_TEST_LONG") == "1":
            self.heals()

    def judge(self, code, text, new):
        if code == 0:
            assert new, "exit code 0, and the file is not current"
            return
        if "job two" not in text:
            assert ("new file in place" in text) == new, f"the new file is there: {new}; {text}"
        assert code in (LOCAL, HOOK), f"exit code {code}: {text}"
        assert WORDS.search(text), f"no word of memory: {text}"
