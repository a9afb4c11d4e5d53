#!/usr/bin/python3
"""Kills hellofetch again and again, and looks what it leaves behind.

Usage: kill_often.py TIMES HELLOFETCH DIRECTORY SERVER

Each run fetches one of two pages by turns and is killed at a random moment. The
file must then be one of the two, byte for byte; at most one temporary file may
be there; a run that is not killed must heal all. Every tenth run is not killed.
"""

import os
import random
import subprocess
import sys
import time

TIMES, HELLOFETCH, PLACE, SERVER = int(sys.argv[1]), *sys.argv[2:5]
FILE = os.path.join(PLACE, "page")
PAGES = {"good": b"new page\n" * 500, "small-page": b"small one\n"}


def check(condition, words):
    if not condition:
        sys.exit("%s; there is: %s" % (words, sorted(os.listdir(PLACE))))


def content():
    with open(FILE, "rb") as file:
        return file.read()


def run(name, seconds):
    """Runs, and kills after so many seconds; None: never. Returns whether it was killed."""
    child = subprocess.Popen([HELLOFETCH, "-q", "--tries", "1", "-o", FILE, SERVER + "/" + name],
                             stdin=subprocess.DEVNULL)
    if seconds is not None:
        time.sleep(seconds)  # the moment is random: there is nothing to wait for
        child.kill()
    code = child.wait(60)
    check(code in (0, -9), "exit code %d" % code)
    return code == -9


def temporary_files():
    return [name for name in os.listdir(PLACE) if name.startswith(".hellofetch-")]


def main():
    seed = random.randrange(2**32)
    random.seed(seed)
    names = list(PAGES)
    run("good", None)
    start = time.monotonic()
    run("small-page", None)
    longest = (time.monotonic() - start) * 1.2
    killed = changed = 0
    for number in range(TIMES):
        name = names[number % 2]
        before = content()
        if run(name, random.uniform(0, longest)):
            killed += 1
            changed += content() != before
            longest *= 1.1
        else:
            longest /= 1.1  # so that about half are killed, however busy the machine is
        check(content() in (before, PAGES[name]), "the file is neither old nor new (seed %d)" % seed)
        check(len(temporary_files()) <= 1, "more than one temporary file (seed %d)" % seed)
        if number % 10 == 9:
            run(name, None)
            check(content() == PAGES[name], "the next run does not heal (seed %d)" % seed)
            check(not temporary_files(), "the next run does not sweep (seed %d)" % seed)
    print("killed %d of %d, %d of them behind the rename (seed %d)" % (killed, TIMES, changed, seed))
    check(killed >= TIMES // 4, "hardly any run was killed")


main()
