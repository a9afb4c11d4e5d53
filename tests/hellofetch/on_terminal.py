#!/usr/bin/python3
"""Runs a command with a terminal as its standard output; copies what it shows.

Usage: on_terminal.py COMMAND [ARGUMENT...]
"""

import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:  # EIO: the last writer has gone
        break
    if not data:
        break
    os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
