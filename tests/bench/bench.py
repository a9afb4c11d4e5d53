#!/usr/bin/python3
"""bench.py - hellod and its peers, side by side

Every peer is started on one processor, hellobench loads it from another, and
each is weighed by the processor time that its processes used for an operation.
All take turns in each round, so that what disturbs the machine disturbs all; a
round compares each with the bare loop of the same round, and what is told is
the median of those ratios, with their spread.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import machine
import table
from peers import PEERS, Bare, Hellod, Missing
from server import Server

# What is measured: its title, hellobench's options, and what is counted.
CELLS = [
    ("1 connection", ["-c", "1"]),
    ("50 connections", ["-c", "50"]),
    ("500 connections", ["-c", "500"]),
    ("pipelined 16", ["-c", "50", "-P", "16"]),
    ("pipelined 64", ["-c", "50", "-P", "64"]),
    ("session", ["-c", "50", "-D", "session"]),
    ("UNIX socket", ["-c", "50"]),
    ("UNIX session", ["-c", "50", "-D", "session"]),
]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path.cwd(), help="where hellod was built")
    parser.add_argument("--output", type=Path, help="directory for the results (BUILD/bench)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement")
    parser.add_argument("--peers", help="only these, as in bare,hellod,redis")
    parser.add_argument("--cells", help="only those whose title has one of these words, by comma")
    return parser.parse_args()


def processors():
    """One for the server, one for the client; the same if there is but one."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def choose(options):
    peers, cells = PEERS, CELLS
    if options.peers:
        words = options.peers.lower().split(",")
        peers = [peer for peer in PEERS
                 if peer is Bare or any(word in peer.name.lower() for word in words)]
    if options.cells:
        words = options.cells.split(",")
        cells = [cell for cell in CELLS if any(word in cell[0] for word in words)]
    return peers, cells


class Bench:
    def __init__(self, options, work):
        self.options = options
        self.work = work
        self.server_cpu, self.client_cpu = processors()
        self.servers = {}  # (peer's name, unix) -> Server
        self.skipped = {}  # peer's name -> reason
        self.samples = []  # one dictionary a measurement

    def start(self, peers, cells):
        transports = {title.startswith("UNIX") for title, _ in cells}
        for kind in peers:
            peer = kind(self.options.build, self.work)
            try:
                for unix in transports:
                    if peer.unix or not unix:
                        self.servers[peer.name, unix] = Server(
                            peer, self.work, self.server_cpu, unix)
            except (Missing, RuntimeError, OSError, subprocess.CalledProcessError) as why:
                self.skipped[peer.name] = str(why)
                print(f"skipped: {peer.name}: {why}", file=sys.stderr)

    def stop(self):
        for server in self.servers.values():
            server.stop()

    def load(self, server, arguments):
        """Loads a server once. Returns hellobench's report and the server's time."""
        before = server.processor_time()
        # Who closes first, here or there, may leave a port busy for a while.
        sources = [] if server.place.startswith("/") else ["--sources", "1000"]
        done = subprocess.run(
            ["taskset", "-c", str(self.client_cpu), str(self.options.build / "hellobench"),
             *server.target, *sources, "--protocol", server.peer.protocol, "--json", "-q",
             "-d", str(self.options.seconds), *arguments],
            stdout=subprocess.PIPE, check=False)
        used = server.processor_time() - before
        if done.returncode not in (0, 4):
            raise RuntimeError(f"hellobench ended with {done.returncode}")
        return json.loads(done.stdout), used

    def measure(self, title, arguments, round_number):
        unix = title.startswith("UNIX")
        turn = [server for (_, is_unix), server in self.servers.items() if is_unix == unix]
        first = round_number % len(turn)
        for server in turn[first:] + turn[:first]:
            report, used = self.load(server, arguments)
            count = report["operations"]
            self.samples.append({
                "cell": title, "round": round_number, "peer": server.peer.name,
                "operations": count, "per_second": report["per_second"],
                "server_us": used * 1e6 / count if count else None,
                "client_us": (report["user_seconds"] + report["system_seconds"]) * 1e6 / count
                if count else None,
                "p50_us": report["latency_us"]["p50"], "p99_us": report["latency_us"]["p99"],
                "failed": report["failed"]})

    def run(self, cells):
        for round_number in range(self.options.rounds):
            print(f"round {round_number + 1} of {self.options.rounds}", file=sys.stderr)
            for title, arguments in cells:
                self.measure(title, arguments, round_number)


def spread(values):
    """The median, and the quartiles around it."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


def compare(samples):
    """For each cell and peer: medians, and the ratios to the bare loop's."""
    floor = {(s["cell"], s["round"]): s for s in samples if s["peer"] == Bare.name}
    found = {}
    for sample in samples:
        found.setdefault((sample["cell"], sample["peer"]), []).append(sample)
    rows = []
    for (cell, peer), taken in found.items():
        good = [s for s in taken if s["server_us"]]
        if not good:
            continue
        ratios = [s["server_us"] / floor[cell, s["round"]]["server_us"] for s in good
                  if (cell, s["round"]) in floor]
        speeds = [s["per_second"] / floor[cell, s["round"]]["per_second"] for s in good
                  if (cell, s["round"]) in floor]
        rows.append({
            "cell": cell, "peer": peer,
            "server_us": spread([s["server_us"] for s in good]),
            "client_us": spread([s["client_us"] for s in good]),
            "per_second": spread([s["per_second"] for s in good]),
            "p99_us": spread([s["p99_us"] for s in good]),
            "cost_ratio": spread(ratios), "speed_ratio": spread(speeds),
            "failed": sum(s["failed"] for s in good)})
    return rows


def main():
    options = parse_options()
    options.build = options.build.resolve()
    output = options.output or options.build / "bench"
    output.mkdir(parents=True, exist_ok=True)
    peers, cells = choose(options)
    with tempfile.TemporaryDirectory(prefix="hellod-bench.") as directory:
        os.chmod(directory, 0o755)
        bench = Bench(options, Path(directory))
        try:
            bench.start(peers, cells)
            bench.run(cells)
        finally:
            bench.stop()
    rows = compare(bench.samples)
    about = machine.describe(options.build)
    about["rounds"], about["seconds"] = options.rounds, options.seconds
    (output / "samples.json").write_text(json.dumps(
        {"machine": about, "skipped": bench.skipped, "samples": bench.samples}, indent=1))
    text = table.whole(rows, [title for title, _ in cells], bench.skipped, about)
    (output / "results.md").write_text(text)
    table.plot(rows, output)
    print(text)
    if (output / "plot.txt").exists():
        print((output / "plot.txt").read_text())
    print(f"results: {output}/results.md, samples.json", file=sys.stderr)
    return 1 if Hellod.name in bench.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
