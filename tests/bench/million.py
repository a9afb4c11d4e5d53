#!/usr/bin/python3
"""million.py - a great many idle connections, of which one in a hundred talks

usage: million.py --build DIRECTORY [--connections COUNT] [--seconds TIME]

Starts hellod with as many workers as the limit of open files asks for, opens
COUNT idle connections over loopback with as many processes of hellobench (a new
source address each 14 000 connections), and says what they cost: hellod's own
memory, the kernel's (of both ends), the time to build up, the processor at idle,
and how fast those who talk are answered, compared with 1000 idle connections.
A million takes some 11 GiB of memory and a few minutes; "make million" does it.
"""

import argparse
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

TIMEOUT = 600.0  # seconds for anything
PER_SOURCE = 14000  # connections from one address: half of the ephemeral ports
PAIR = 11 * 1024  # bytes of the kernel's for both ends of a connection, at most
SPARE = 2 << 30  # bytes of memory that must stay free
RATE = 2000  # greetings a second, of all who talk


def wait_until(condition, child):
    end = time.monotonic() + TIMEOUT
    while not condition():
        if child.poll() is not None or time.monotonic() > end:
            sys.exit(f"million: {child.args[0]} ended, or took more than {TIMEOUT:.0f} s")
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
        ticks = 0
        for pid in [self.process.pid, *self.workers]:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                times = file.read().rpartition(")")[2].split()
            ticks += int(times[11]) + int(times[12])
        return ticks / os.sysconf("SC_CLK_TCK")

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


def talk(build, hellod, count, seconds):
    """Latencies in microseconds: p50 and p99."""
    child = bench(
        build, hellod.port, "-D", "greet", f"-c{count}", f"-r{RATE}", "-w", "1s",
        "-d", f"{seconds}s",
    )
    out, _ = child.communicate(timeout=TIMEOUT)
    if child.returncode != 0:
        sys.exit(f"million: some were not served: {out}")
    return json.loads(out)


def end(child):
    child.terminate()
    child.communicate(timeout=TIMEOUT)


def run(options, directory):
    build, count, few = options.build, options.connections, min(1000, options.connections)
    talkers = max(count // 100, 1)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200
    workers = max(2, -(-count * 12 // (files * 10)))  # shares are not quite even
    processes = -(-count // files)
    if available() < count * PAIR + SPARE:
        sys.exit(f"million: {count} connections want {(count * PAIR + SPARE) >> 30} GiB of memory")

    with contextlib.ExitStack() as stack:
        hellod = Hellod(build, directory, count + talkers + 1000, workers)
        stack.callback(hellod.stop)
        memory = hellod.memory()
        child = idle(build, hellod, few, 1)
        first = talk(build, hellod, talkers, options.seconds)
        end(child)
        wait_until(lambda: sum(hellod.sessions()) == 0, hellod.process)

        free, start = available(), time.monotonic()
        child = idle(build, hellod, count, processes)
        stack.callback(end, child)
        built = time.monotonic() - start
        own, kernel = hellod.memory(), free - available()
        used = hellod.processor()
        time.sleep(options.seconds)  # the time that is measured
        used = (hellod.processor() - used) / options.seconds
        second = talk(build, hellod, talkers, options.seconds)
        wait_until(lambda: sum(hellod.sessions()) <= count, child)
        shares = hellod.sessions()

    print(f"{count} idle connections, {workers} workers, {processes} processes of clients")
    print(f"built up in {built:.1f} s: {count / built:.0f} a second")
    print(f"hellod's own memory: {(own - memory) / count:.1f} bytes a connection,"
          f" and {memory / 1024 / workers:.0f} KiB a worker: {own / count:.1f} bytes in all")
    print(f"memory of the machine: {kernel / count / 1024:.1f} KiB a connection, both ends")
    print(f"busiest worker: {max(shares) * len(shares) / sum(shares):.3f} times the mean")
    print(f"processor at idle: {100 * used:.2f} %")
    for name, result in ((few, first), (count, second)):
        latency = result["latency_us"]
        print(f"{talkers} talk, {name} idle: p50 {latency['p50']:.0f} us, p99 {latency['p99']:.0f} us")
    assert sum(shares) == count, f"{count - sum(shares)} connections were lost"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--connections", type=int, default=1000000)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        run(options, directory)


main()
