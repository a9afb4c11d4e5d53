#!/usr/bin/python3
"""count_instructions.py - what a greeting costs a worker, in instructions

usage: count_instructions.py HELLOD DIRECTORY

Runs HELLOD under callgrind, gives it an input that is always the same, and
prints a line for each way to talk: its name, and the instructions in user space
that the worker spent on one greeting, or on one session. What the kernel does
is not counted, nor what a worker does once: each figure is the difference
between two runs, of which one has a known number of greetings more.

A name is sent when the answer to the one before has come, and a session begins
when the worker has closed the one before: so the worker makes as many turns in
each run, however slow the machine. DIRECTORY is for callgrind's files.
"""

import os
import re
import signal
import subprocess
import sys

from hello_client import TIMEOUT, Client, wait_until

BATCH = 64  # names a write, pipelined


class Worker:
    """A hellod with one worker, under callgrind."""

    def __init__(self, program, directory, log_connections):
        self.files = os.path.join(directory, f"callgrind.{len(os.listdir(directory))}")
        empty = os.path.join(directory, "empty.conf")
        with open(empty, "w", encoding="ascii"):
            pass
        environment = dict(os.environ)
        # One variant of libc's string functions, whatever this processor has.
        environment["GLIBC_TUNABLES"] = "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-ERMS"
        # No heartbeat, which the clock and not the input would cause; and valgrind
        # makes system calls of its own.
        options = ["sandbox=off", "hang_timeout=0", "workers=1"]
        options += ["control_socket=", "log_target=stderr"]
        options += [f"log_connections={log_connections}", "log_rate=unlimited"]
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.files}.%p"]
        command += [f"--log-file={self.files}.log.%p", program, "-c", empty, "-l", "127.0.0.1:0"]
        for option in options:
            command += ["-o", option]
        self.log = open(f"{self.files}.stderr", "w+", encoding="utf-8")
        self.master = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stderr=self.log
        )
        wait_until(self.is_ready_or_dead, 3 * TIMEOUT)
        ready = re.search(r"ready: listening on (\S+);", self.said())
        assert ready, f"hellod did not start: {self.said()}"
        self.address = ready[1]
        with open(f"/proc/{self.master.pid}/task/{self.master.pid}/children") as children:
            (self.pid,) = children.read().split()
        self.descriptors = self.count_descriptors()

    def said(self):
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()

    def is_ready_or_dead(self):
        return self.master.poll() is not None or "ready: " in self.said()

    def count_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def connect(self):
        client = Client(self.address)
        client.hear(b"Welcome!")
        return client

    def close(self, client):
        client.close()
        wait_until(lambda: self.count_descriptors() == self.descriptors)

    def end(self):
        """Stops hellod. Returns the instructions of its worker."""
        self.master.send_signal(signal.SIGTERM)
        assert self.master.wait(TIMEOUT) == 0, self.said()
        self.log.close()
        with open(f"{self.files}.{self.pid}", encoding="utf-8", errors="replace") as file:
            return int(re.search(r"^totals: (\d+)", file.read(), re.MULTILINE)[1])


def say_one_by_one(worker, count, name, answer):
    client = worker.connect()
    for _ in range(count):
        client.say(name)
        client.hear(answer)
    worker.close(client)


def say_messages(worker, count):
    say_one_by_one(worker, count, b"Yam", b"Hello, Yam!")


def say_lines(worker, count):
    say_one_by_one(worker, count, b"Yam\n", b"Hello, Yam!\n")


def say_batches(worker, count):
    say_one_by_one(worker, count // BATCH, b"Yam\n" * BATCH, b"Hello, Yam!\n" * BATCH)


def have_sessions(worker, count):
    for _ in range(count):
        client = worker.connect()
        client.say(b"Yam")
        client.hear(b"Hello, Yam!")
        client.say(b"exit")
        assert client.hear_all() == b""
        worker.close(client)


# How to talk, how often, and log_connections.
WAYS = {
    "message": (say_messages, 500, "false"),
    "line": (say_lines, 500, "false"),
    "pipelined": (say_batches, 100 * BATCH, "false"),
    "session": (have_sessions, 100, "false"),
    "logged-session": (have_sessions, 100, "true"),
}


def count(program, directory, log_connections, say=None, times=0):
    """The instructions of a worker that has talked a little in each way, and
    then so many times in the one given."""
    worker = Worker(program, directory, log_connections)
    for say_little, _, _ in WAYS.values():
        say_little(worker, BATCH)
    if say:
        say(worker, times)
    return worker.end()


def main():
    program, directory = sys.argv[1:]
    warm = {log: count(program, directory, log) for log in ("false", "true")}
    for way, (say, times, log) in WAYS.items():
        spent = count(program, directory, log, say, times) - warm[log]
        print(f"{way} {spent / times:.1f}", flush=True)


main()
