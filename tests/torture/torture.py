#!/usr/bin/python3
"""torture.py LIBRARY ORDER KIND FIRST STEP COMMAND...

Runs the command with its n-th allocation failing, for n = FIRST, FIRST + STEP, ...
until it no longer has so many, and looks at what becomes of it. ORDER is the file
for allocations.c, which LIBRARY was made of; each n is tried in two ways: the n-th
alone fails, and all from the n-th on.

KIND says what the command is:
  program   it ends by itself: well, or with a message and exit code 1
  daemon    a hellod: it gets ready and ends well when told to, or as above
  request   asks a running hellod, PID in the environment, that was started with the
            library, where the allocations are to fail ("master", "child", "next" in WHO):
            whatever comes of it, that one lives, and a whole dialogue succeeds
  fetch     a hellofetch: it ends well or with exit code 13, and the file is the old
            one or the new one, see fetching.py
  session   the first one of a worker fails or not, the next one of the same worker
            doesn't; the command is helloctl's

Nothing that the command makes in its directory may be left behind.
"""

import os
import re
import signal
import subprocess
import sys

from fetching import Fetching
from hello_client import Client, wait_until

library, order, kind = sys.argv[1:4]
first, step = int(sys.argv[4]), int(sys.argv[5])
command = sys.argv[6:]
fetching = Fetching(command) if kind == "fetch" else None

SIZE = 64
MOST = 4000  # allocations; more is an endless loop of ours

# How memory that cannot be had is told: libbsd does not look whether it copied
# the pid file's path, and opens that of nobody.
WORDS = re.compile(r"memory|Memory|Bad address")


def give(text):
    with open(order, "r+b" if os.path.exists(order) else "wb") as file:
        file.write(text.ljust(SIZE).encode())


def was_obeyed():
    with open(order, "rb") as file:
        return file.read(SIZE)[-1:] == b"F"


def environment():
    return {"LD_PRELOAD": library, "HELLOD_ALLOCATIONS": order, "PATH": os.environ["PATH"],
            "ASAN_OPTIONS": os.environ["ASAN_OPTIONS"]}


def judge(code, text):
    """An end that is no good one, but a proper one."""
    assert code > 0 and code < 128, f"exit code {code}: {text}"
    assert code != 78, f"the configuration is blamed: {text}"
    assert WORDS.search(text), f"no word of memory: {text}"


def program():
    done = subprocess.run(command, env=environment(), capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        judge(done.returncode, (done.stdout + done.stderr).decode(errors="replace"))


def daemon():
    with subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        text = b""
        while piece := process.stdout.read1():
            text += piece
            if b"ready" in text:
                process.send_signal(signal.SIGTERM)
                text += process.stdout.read()
        code = process.wait()
    if b"ready" in text:
        assert code == 0, text
    else:
        judge(code, text.decode(errors="replace"))


def fetch():
    fetching.run(environment())


def is_served():
    try:
        with Client() as client:
            client.hear(b"Welcome!")
            client.say(b"Yam")
            client.hear(b"Hello, Yam!")
        return True
    except (AssertionError, OSError):
        return False


def request():
    done = subprocess.run(command, capture_output=True, timeout=60, text=True, check=False)
    if done.returncode != 0:
        assert done.returncode == 1, done
        assert done.stderr, done


def workers():
    """(pid, state) of each."""
    said = subprocess.run([*command, "ps"], capture_output=True, timeout=60, text=True, check=True)
    return [(line.split()[2], line.split()[6]) for line in said.stdout.splitlines()[1:]]


def renew_worker():
    """The only worker leaves, and another one comes, whose pid is returned."""
    (before, _), = workers()
    subprocess.run([*command, "drain", before], capture_output=True, timeout=60, check=True)
    wait_until(lambda: [state for pid, state in workers() if pid != before] == ["serving"])
    wait_until(lambda: len(workers()) == 1)
    return workers()[0][0]


def session():
    """Its client may hear nothing."""
    is_served()


def lives(worker):
    """That the memory came back is all that a running hellod needs; the worker, too, if not None."""
    give("0")
    os.kill(int(os.environ["HELLOD_PID"]), 0)
    wait_until(is_served)
    if worker is not None:
        (now, _), = workers()
        assert now == worker, f"the worker {worker} has ended, {now} is there"


def main():
    run = {"program": program, "daemon": daemon, "request": request, "session": session,
           "fetch": fetch}[kind]
    who = os.environ.get("WHO", "")
    there = sorted(os.listdir())
    for way in ("", "+"):
        n = first
        while n < MOST:
            worker = renew_worker() if kind == "session" else None
            give(f"{who} {n}{way}".strip())
            try:
                run()
                obeyed = was_obeyed()
                if kind in ("request", "session"):
                    lives(worker)
                if kind != "fetch":
                    assert sorted(os.listdir()) == there, f"left behind: {os.listdir()}"
            except AssertionError:
                print(f"allocation {n}{way}:")
                raise
            if not obeyed:
                break
            n += step
        print(f"{n} allocations{' in a row' if way else ''}")
        assert n > first, "no allocation failed at all"
        assert n < MOST


main()
