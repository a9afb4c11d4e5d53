#!/usr/bin/python3
"""mutated_reloads.py HELLOD CONF CONTROL SEED ROUNDS - reloads of broken files

Writes CONF, over and over, with up to four changes; if hellod -t says that such
a file is not valid, a reload must say the same, word for word, fail, and
change nothing. Files that are still valid don't count as a round. The first
one that fails stays in CONF, and is shown; exit code 1.
"""

import os
import random
import subprocess
import sys
import time

from mutation import mutate

# What is no fault, but said about them.
COMMENTS = (b"hellod: the configuration is not valid", b"the configuration is not valid",
            b"reload failed: ")


def run(*arguments):
    return subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                          check=False)


def faults(said):
    return [line for line in said.split(b"\n")
            if line and not line.startswith(COMMENTS)]


def reload(hellod, conf, control, before):
    """Returns what is wrong, or None; False if the file is valid."""
    test = run(hellod, "-t", "-c", conf, "-o", f"control_socket={control}")
    if test.returncode == 0:
        return False
    ctl = [os.environ["HELLOCTL"], "-s", control]
    began = time.monotonic()
    said = run(*ctl, "reload")
    seconds = time.monotonic() - began
    if said.returncode != 1 or said.stdout:
        return f"helloctl reload: exit code {said.returncode}, {said.stdout}"
    if not faults(said.stderr) or faults(said.stderr) != faults(test.stderr):
        return f"hellod -t says {test.stderr}, helloctl reload says {said.stderr}"
    if not all(line.startswith(os.fsencode(conf)) or b".conf" in line or b"/nowhere" in line
               for line in faults(said.stderr)):
        return f"no file is named: {said.stderr}"
    if seconds > 2:
        return f"it took {seconds:.1f} s"
    if run(*ctl, "config").stdout != before:
        return "the running configuration has changed"
    return None


def main():
    hellod, conf, control, seed, rounds = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
    chance = random.Random(seed)
    with open(conf, "rb") as file:
        text = file.read()
    before = run(os.environ["HELLOCTL"], "-s", control, "config").stdout
    assert before
    done = 0
    while done < rounds:
        mutated = mutate(chance, text)
        with open(conf, "wb") as file:
            file.write(mutated)
        wrong = reload(hellod, conf, control, before)
        if wrong:
            print(f"seed {seed}, round {done}: {wrong}")
            print(mutated.decode(errors="backslashreplace"))
            sys.exit(1)
        done += wrong is None
    with open(conf, "wb") as file:
        file.write(text)


main()
