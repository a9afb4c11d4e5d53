#!/usr/bin/python3
"""million.py - a great many idle connections, of which one in a hundred talks

usage: million.py --build DIRECTORY [--connections COUNT] [--rounds COUNT] [--seconds TIME]

Starts hellod with as many workers as the limit of open files asks for, opens
COUNT idle connections over loopback with as many processes of hellobench (a new
source address each 14 000 connections), and says what they cost: hellod's own
memory, the kernel's (of both ends), the time to build up, the processor at idle,
and how fast those who talk are answered. That is compared with a hellod beside it
that has 1000 idle connections: both are talked to by turns, so that whatever
else the machine does disturbs both; what is told is the median over the rounds.
A million takes some 11 GiB of memory and a few minutes; "make million" does it.
"""

import argparse
import contextlib
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from server import processor_clock

TIMEOUT = 600.0  # seconds for anything
PER_SOURCE = 14000  # connections from one address: half of the ephemeral ports
PAIR = 11 * 1024  # bytes of the kernel's for both ends of a connection, at most
SPARE = 2 << 30  # bytes of memory that must stay free
RATE = 2000  # greetings a second, of all who talk
IDLE_TIME = 3.0  # seconds


def wait_until(condition, child):
    end = time.monotonic() + TIMEOUT
    while not condition():
        if child.poll() is not None or time.monotonic() > end:
            sys.exit(f"{sys.argv[0]}: {child.args[0]} ended, or took more than {TIMEOUT:.0f} s")
        time.sleep(0.05)


def fields(path):
    """A file of "Name: number kB" lines; in bytes."""
    with open(path, encoding="ascii") as file:
        lines = [line.replace(":", " ").split() for line in file]
    return {line[0]: int(line[1]) * 1024 for line in lines if line[-1] == "kB"}


def available():
    return fields("/proc/meminfo")["MemAvailable"]


class Hellod:
    def __init__(self, build, directory, connections, workers):
        os.mkdir(directory, 0o755)
        self.control = [f"{build}/helloctl", "-s", f"{directory}/control"]
        options = [f"workers={workers}", f"max_connections={connections}", "log_connections=false"]
        options += [f"control_socket={directory}/control", "idle_timeout=0", "name_timeout=0"]
        options += ["stress_timeout=0"]
        config = f"{directory}/empty.conf"
        with open(config, "w", encoding="ascii"):
            pass
        command = [f"{build}/hellod", "-c", config, "-l", "127.0.0.1:0"]
        for option in options:
            command += ["-o", option]
        self.log = open(f"{directory}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(command, stderr=self.log)
        wait_until(lambda: "ready: " in self.said(), self.process)
        self.port = self.said().partition("listening on 127.0.0.1:")[2].partition(";")[0]
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            self.workers = file.read().split()

    def said(self):
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def sessions(self):
        """Of each worker."""
        out = subprocess.run(self.control + ["ps"], capture_output=True, text=True, check=True)
        head, *rows = [line.split() for line in out.stdout.splitlines()]
        return [int(row[head.index("SESSIONS")]) for row in rows]

    def memory(self):
        """Its own: private memory, and what its processes share but no file has."""
        parts = [fields(f"/proc/{pid}/smaps_rollup") for pid in [self.process.pid, *self.workers]]
        return sum(part["Pss_Anon"] + part["Pss_Shmem"] for part in parts)

    def processor(self):
        """Seconds of processor time."""
        return sum(processor_clock(int(pid)) for pid in [self.process.pid, *self.workers])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.send_signal(signal.SIGTERM)  # nobody is waited for
        self.process.wait(TIMEOUT)
        self.log.close()


def bench(build, port, *arguments):
    command = [f"{build}/hellobench", "--quiet", "-p", port, "--json", "-t", "60s", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def idle(build, hellod, count, processes):
    """So many idle connections more; returns when they stand."""
    before = sum(hellod.sessions())
    child = bench(
        build, hellod.port, "-D", "idle", f"-c{count}", f"-j{processes}", "-d", "3600s",
        f"--sources={-(-count // PER_SOURCE)}",
    )
    wait_until(lambda: sum(hellod.sessions()) >= before + count, child)
    return child


def talk(build, hellod, count, seconds, *options):
    """What hellobench says of so many who talk."""
    child = bench(
        build, hellod.port, "-D", "greet", f"-c{count}", "-d", f"{seconds}s", *options
    )
    out, _ = child.communicate(timeout=TIMEOUT)
    if child.returncode != 0:
        sys.exit(f"{sys.argv[0]}: some were not served: {out}")
    return json.loads(out)


def shares(hellod, count, child):
    """The sessions of each worker, when those who talked have left: no other has."""
    wait_until(lambda: sum(hellod.sessions()) <= count, child)
    found = hellod.sessions()
    assert sum(found) == count, f"{count - sum(found)} connections were lost"
    return found


def end(child):
    """Ends idle clients, of whom none may have been lost meanwhile: they come again."""
    child.terminate()
    out, _ = child.communicate(timeout=TIMEOUT)
    if child.returncode != 0:
        sys.exit(f"{sys.argv[0]}: some did not stay: {out}")


def run(options, directory):
    build, count, few = options.build, options.connections, min(1000, options.connections)
    talkers = max(count // 100, 1)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200
    workers = max(2, -(-count * 105 // (files * 100)))  # shares are not quite even
    processes = -(-count // files)
    if available() < count * PAIR + SPARE:
        sys.exit(f"{sys.argv[0]}: {count} connections want {(count * PAIR + SPARE) >> 30} GiB of memory")

    with contextlib.ExitStack() as stack:
        hellods = {}
        for name, most in ("few", few), ("many", count):
            room = most + talkers + 1000
            hellods[name] = Hellod(build, f"{directory}/{name}", room, workers)
            stack.callback(hellods[name].stop)
        hellod = hellods["many"]
        stack.callback(end, idle(build, hellods["few"], few, 1))
        memory, free, start = hellod.memory(), available(), time.monotonic()
        child = idle(build, hellod, count, processes)
        stack.callback(end, child)
        built = time.monotonic() - start
        own, kernel = hellod.memory(), free - available()
        used = hellod.processor()
        time.sleep(IDLE_TIME)  # which is measured
        used = (hellod.processor() - used) / IDLE_TIME
        rounds = [{name: talk(build, one, talkers, options.seconds, f"-r{RATE}", "-w0.2s")
                   for name, one in hellods.items()} for _ in range(options.rounds)]
        busy = shares(hellod, count, child)

    print(f"{count} idle connections, {workers} workers, {processes} processes of clients")
    print(f"built up in {built:.1f} s: {count / built:.0f} a second")
    print(f"hellod's own memory: {(own - memory) / count:.1f} bytes a connection,"
          f" and {memory / 1024 / workers:.0f} KiB a worker: {own / count:.1f} bytes in all")
    print(f"memory of the machine: {kernel / count / 1024:.1f} KiB a connection, both ends")
    print(f"busiest worker: {max(busy) * len(busy) / count:.3f} times the mean")
    print(f"processor at idle: {100 * used:.2f} %")
    p99 = {name: [one[name]["latency_us"]["p99"] for one in rounds] for name in hellods}
    for name, most in ("few", few), ("many", count):
        p50 = statistics.median(one[name]["latency_us"]["p50"] for one in rounds)
        print(f"{talkers} talk, {most} idle: p50 {p50:.0f} us,"
              f" p99 {statistics.median(p99[name]):.0f} us"
              f" ({', '.join(f'{value:.0f}' for value in p99[name])})")
    print(f"p99 of {count} to {few}: "
          f"{statistics.median(p99['many']) / statistics.median(p99['few']):.2f}")


def measure(run, document, connections, seconds):
    """Runs it as the command line asks, in a directory of its own."""
    parser = argparse.ArgumentParser(description=document.partition("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--connections", type=int, default=connections)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=seconds, help="of each round of talk")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        run(options, directory)


if __name__ == "__main__":
    measure(run, __doc__, 1000000, 3.0)
