#!/usr/bin/python3
"""manager.py FILE - what systemd would be told

Receives the notes of sd_notify(3) at FILE.socket and writes each to FILE, its
lines joined by blanks, after the time at which it came (CLOCK_MONOTONIC, in
microseconds).
"""

import socket
import sys
import time

manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1] + ".socket")
with open(sys.argv[1], "w", buffering=1, encoding="utf-8") as notes:
    while note := manager.recv(4096):
        print(time.monotonic_ns() // 1000, *note.decode().split("\n"), file=notes)
