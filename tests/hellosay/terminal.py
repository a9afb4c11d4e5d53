#!/usr/bin/python3
"""terminal.py PROGRAM ARGUMENT... - plays a user at a terminal

Standard input is the play: lines of "want TEXT" (which must appear on the
terminal next, whatever stands in front of it), "type TEXT" and at last "exit
CODE". TEXT is a Python string.
"""

import ast
import os
import pty
import select
import sys
import time

PATIENCE = 20  # seconds for each line of the play


def want(terminal, seen, text):
    """Reads until the text is there; returns what follows it."""
    deadline = time.monotonic() + PATIENCE
    while text not in seen:
        ready = select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]
        try:
            data = os.read(terminal, 4096) if ready else b""
        except OSError:  # EIO: the program has gone
            data = b""
        if not data:
            sys.exit(f"wanted {text!r}, saw {seen!r}")
        seen += data
    return seen.partition(text)[2]


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.argv[1], sys.argv[1:])
    seen = b""
    for line in sys.stdin:
        verb, argument = line.split(maxsplit=1)
        value = ast.literal_eval(argument)
        if verb == "want":
            seen = want(terminal, seen, value.encode())
        elif verb == "type":
            os.write(terminal, value.encode())
        else:
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            sys.exit(0 if code == value else f"wanted exit code {value}, saw {code}")


if __name__ == "__main__":
    main()
