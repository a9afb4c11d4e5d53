#!/usr/bin/python3
"""mutate_configuration.py HELLOD FILE SEED ROUNDS - hellod -t on broken files

Each round writes mutated.conf, FILE with up to four changes, into the working
directory. hellod must call it valid (exit code 0), or not (78) and then name a
file and a line; it must not die by a signal, and not take long.
The first round that fails leaves mutated.conf, and is shown; exit code 1.
"""

import os
import random
import re
import subprocess
import sys
import time

from mutation import mutate

CPU_SECONDS = 2  # of hellod's own
WALL_SECONDS = 20  # on a busy machine
FAULT = re.compile(rb"^[^:\n]+\.conf(:[0-9]+)?: ", re.MULTILINE)


def run(hellod):
    """Returns what is wrong, or None."""
    process = subprocess.Popen([hellod, "-t", "-c", "mutated.conf"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    before = os.times()
    try:
        output, errors = process.communicate(timeout=WALL_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"no end within {WALL_SECONDS} s"
    after = os.times()
    seconds = (after.children_user - before.children_user
               + after.children_system - before.children_system)
    said = (output + errors).decode(errors="backslashreplace")
    if process.returncode not in (0, 78):
        return f"exit code {process.returncode}:\n{said}"
    if process.returncode == 78 and not FAULT.match(errors):
        return f"names no file:\n{said}"
    if process.returncode == 0 and errors:
        return f"valid, but:\n{said}"
    if seconds > CPU_SECONDS:
        return f"took {seconds:.1f} s"
    return None


def ignore_leaks_of_libconfig():
    """libconfig 1.5 loses the text it was reading at a syntax error."""
    with open("leaks", "w", encoding="ascii") as f:
        f.write("leak:libconfig\n")
    options = os.environ.get("LSAN_OPTIONS", "")
    os.environ["LSAN_OPTIONS"] = f"{options}:suppressions=leaks:print_suppressions=0"


def main():
    hellod, file, seed, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    chance = random.Random(seed)
    with open(file, "rb") as f:
        text = f.read()
    ignore_leaks_of_libconfig()
    begun = time.monotonic()
    for number in range(rounds):
        mutated = mutate(chance, text)
        with open("mutated.conf", "wb") as f:
            f.write(mutated)
        wrong = run(hellod)
        if wrong:
            print(f"{file}, seed {seed}, round {number}: {wrong}")
            print(mutated.decode(errors="backslashreplace"))
            sys.exit(1)
    print(f"{rounds} rounds in {time.monotonic() - begun:.1f} s")


main()
