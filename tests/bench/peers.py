"""peers.py - the servers that hellod is compared with, and how each is started

A peer is what Debian has of it, as it is configured by default but for what the
comparison needs: one processor, as many connections as come, no log of each.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent / "peers"
CONNECTIONS_MAX = 1000


class Missing(Exception):
    """A peer that cannot be had, and why."""


def need(program, package):
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if path is None:
        raise Missing(f"{program} is not installed (Debian: {package})")
    return path


class Peer:
    """One kind of server. command() says how it is started at a place, which is
    a port of 127.0.0.1 or the path of a UNIX socket."""

    name = ""
    protocol = "hello"
    unix = True  # it can listen on a UNIX socket

    def __init__(self, build, work):
        self.build = build  # where hellod and hellobench were built
        self.work = work  # a directory for files of its own

    def command(self, place):
        raise NotImplementedError

    def write(self, place, suffix, text):
        """A file for a server at a place; returns its path."""
        path = self.work / f"{Path(str(place)).name}.{suffix}"
        path.write_text(text)
        return path


class Bare(Peer):
    name = "bare loop"

    def command(self, place):
        return [self.build / "tests/bench/bare", place]


class Hellod(Peer):
    name = "hellod"

    def command(self, place):
        conf = self.write(place, "hellod.conf", "workers = 1;\nlog_connections = false;\n")
        at = f"unix:{place}" if str(place).startswith("/") else f"127.0.0.1:{place}"
        return [self.build / "hellod", "-c", conf, "-l", at, "-o", "control_socket="]


class Redis(Peer):
    name = "Redis"
    protocol = "redis"

    def command(self, place):
        at = ["--port", "0", "--unixsocket", place] if str(place).startswith("/") else [
            "--port", place]
        return [need("redis-server", "redis-server"), "--save", "", "--appendonly", "no",
                "--bind", "127.0.0.1", "--protected-mode", "no", "--dir", self.work, "--loglevel", "warning", *at]


class Memcached(Peer):
    name = "memcached"
    protocol = "memcached"

    def command(self, place):
        at = ["-s", place] if str(place).startswith("/") else ["-l", "127.0.0.1", "-p", place]
        user = ["-u", "root"] if os.geteuid() == 0 else []
        return [need("memcached", "memcached"), "-t", "1", "-c", CONNECTIONS_MAX, *user, *at]


class HAProxy(Peer):
    name = "HAProxy, Lua"

    def command(self, place):
        at = f"unix@{place}" if str(place).startswith("/") else f"127.0.0.1:{place}"
        conf = self.write(place, "haproxy.cfg", f"""
global
    nbthread 1
    maxconn {CONNECTIONS_MAX}
    lua-load {HERE}/hello.lua
defaults
    mode tcp
    timeout client 1h
    timeout server 1h
    timeout connect 1h
frontend hello
    bind {at}
    tcp-request content use-service lua.hello
""")
        return [need("haproxy", "haproxy"), "-db", "-q", "-f", conf]


class Go(Peer):
    name = "Go"

    def __init__(self, build, work):
        super().__init__(build, work)
        self.binary = None

    def command(self, place):
        if self.binary is None:
            environment = dict(os.environ, GO111MODULE="off", GOCACHE=str(self.work / "go"))
            binary = self.work / "hello-go"
            subprocess.run([need("go", "golang-go"), "build", "-o", binary, HERE / "hello.go"],
                           env=environment, check=True)
            self.binary = binary
        return [self.binary, place]


class Node(Peer):
    name = "Node"

    def command(self, place):
        return [need("node", "nodejs"), HERE / "hello.js", place]


class Threads(Peer):
    name = "Python, threads"

    def command(self, place):
        return [sys.executable, HERE / "threads.py", place]


class Asyncio(Peer):
    name = "Python, asyncio"

    def command(self, place):
        return [sys.executable, HERE / "streams.py", place]


class Apache(Peer):
    name = "Apache, mod_echo"
    protocol = "echo"
    unix = False

    def command(self, place):
        modules = Path("/usr/lib/apache2/modules")
        program = need("apache2", "apache2")
        if not (modules / "mod_echo.so").exists():
            raise Missing(f"{modules} has no mod_echo.so")
        user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
        conf = self.write(place, "apache.conf", f"""
ServerRoot {self.work}
ServerName localhost
PidFile {self.work}/apache.pid
DefaultRuntimeDir {self.work}
ErrorLog {self.work}/apache.log
Mutex pthread
{user}LoadModule mpm_prefork_module {modules}/mod_mpm_prefork.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule echo_module {modules}/mod_echo.so
StartServers {CONNECTIONS_MAX // 2 + 20}
MinSpareServers 1
MaxSpareServers {CONNECTIONS_MAX}
ServerLimit {CONNECTIONS_MAX}
MaxRequestWorkers {CONNECTIONS_MAX}
MaxConnectionsPerChild 0
ListenBacklog 4096
TimeOut 3600
Listen 127.0.0.1:{place}
ProtocolEcho On
""")
        return [program, "-DFOREGROUND", "-f", conf]


PEERS = [Bare, Hellod, Memcached, Go, Redis, HAProxy, Threads, Node, Asyncio, Apache]
