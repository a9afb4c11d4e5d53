#!/usr/bin/python3
"""life.py - hellod alone: how fast it is there, what a worker weighs, and what
clients notice of a reload each second

"Ready" is what systemd would see: the time from before the fork to READY=1.
A worker weighs what it has for itself (smaps: private pages), when nobody has
talked to it yet. The load is an open loop of whole sessions at half of what a
closed loop can do, with and without reloads by turns.
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from server import free_port, processes_with

CONF = "workers = {workers};\nlog_connections = false;\ndrain_timeout = 5;\n"


class Hellod:
    """A hellod that tells when it is ready."""

    def __init__(self, build, work, workers, processor=None):
        self.build, self.work, self.port = build, work, free_port()
        self.control = work / f"{self.port}.control"
        conf = work / f"{self.port}.conf"
        conf.write_text(CONF.format(workers=workers))
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(str(work / f"{self.port}.notify"))
        notify.settimeout(60)
        pin = ["taskset", "-c", str(processor)] if processor is not None else []
        command = [*pin, build / "hellod", "-c", conf, "-l", f"127.0.0.1:{self.port}",
                   "-o", f"control_socket={self.control}"]
        environment = dict(os.environ, NOTIFY_SOCKET=notify.getsockname())
        self.log = open(work / f"{self.port}.log", "wb")
        began = time.monotonic()
        self.process = subprocess.Popen([str(word) for word in command], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, start_new_session=True)
        while b"READY=1" not in notify.recv(4096):
            pass
        self.ready_ms = (time.monotonic() - began) * 1000
        notify.close()

    def reload(self):
        subprocess.run([self.build / "helloctl", "-s", self.control, "reload"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def workers(self):
        return processes_with("parent", self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()


def private_kib(pid):
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return sizes["Private_Clean"] + sizes["Private_Dirty"]


def start_times(build, work, rounds):
    ready = {4: [], 64: []}
    private = []
    for _ in range(rounds):
        for workers, times in ready.items():
            hellod = Hellod(build, work, workers)
            times.append(hellod.ready_ms)
            if workers == 4:
                private += [private_kib(pid) for pid in hellod.workers()]
            hellod.stop()
    for workers, times in ready.items():
        print(f"ready with {workers} workers: median {statistics.median(times):.1f} ms, "
              f"{min(times):.1f} to {max(times):.1f} in {rounds} starts")
    print(f"a fresh worker: {statistics.median(private):.0f} KiB of its own "
          f"(at most {max(private)})")


def load(build, port, processor, *arguments):
    done = subprocess.run(
        ["taskset", "-c", str(processor), build / "hellobench", "-p", str(port), "--json", "-q",
         "-D", "session", "-c", "50", "--sources", "100", *arguments],
        stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout)


def load_while_reloading(build, hellod, processor, rate, seconds):
    """Reloads each second as long as the load lasts; returns its report."""
    command = ["taskset", "-c", str(processor), build / "hellobench", "-p", str(hellod.port),
               "--json", "-q", "-D", "session", "-c", "50", "--sources", "100",
               "-r", str(rate), "-d", str(seconds)]
    reloads = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as client:
        while True:
            try:
                out, _ = client.communicate(timeout=1)
                return json.loads(out), reloads
            except subprocess.TimeoutExpired:
                hellod.reload()
                reloads += 1


def reloads(build, work, rounds, seconds):
    allowed = sorted(os.sched_getaffinity(0))
    hellod = Hellod(build, work, 1, allowed[0])
    ratios = []
    try:
        capacity = load(build, hellod.port, allowed[-1], "-d", "2")["per_second"]
        rate = capacity / 2
        print(f"sessions: {capacity:,.0f}/s at most; an open loop of {rate:,.0f}/s, "
              f"{seconds:g} s each:")
        for _ in range(rounds):
            still = load(build, hellod.port, allowed[-1], "-r", f"{rate}", "-d", f"{seconds}")
            moving, count = load_while_reloading(build, hellod, allowed[-1], rate, seconds)
            ratios.append(moving["latency_us"]["p99_9"] / still["latency_us"]["p99_9"])
            print(f"  p99.9 {still['latency_us']['p99_9']:,.0f} us without, "
                  f"{moving['latency_us']['p99_9']:,.0f} us with {count} reloads: "
                  f"{ratios[-1]:.2f}; failed: {still['failed']} and {moving['failed']}")
        print(f"  median of the ratios: {statistics.median(ratios):.2f}")
    finally:
        hellod.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path.cwd(), help="where hellod was built")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10, help="of a load")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hellod-bench.") as directory:
        os.chmod(directory, 0o755)
        build = options.build.resolve()
        start_times(build, Path(directory), 2 * options.rounds)
        reloads(build, Path(directory), options.rounds, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
