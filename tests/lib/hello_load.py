#!/usr/bin/python3
"""hello_load.py - many clients of the hello protocol at once, each one judged

Every session is a whole dialogue: connect, the welcome, names and their
answers, exit, the server's close. All that the server says is compared byte by
byte. A session ends in one of these classes:

  ok          all was as it should be
  refused     connecting was refused
  reset       the connection was reset
  early_end   the server closed before the dialogue was over
  timeout     something did not come within --timeout
  busy        the server said "Busy: ..." and closed
  wrong_text  anything else that the server said

With --clients all sessions start at once. With --rate the load is open-loop:
each session starts at its time, whatever happens to the others, and the time
to its welcome counts from then. Prints one JSON object. The exit status is 0 if
every session was ok or of a class given with --allow, 1 if not, 2 for wrong
usage, 3 if the load itself could not be made.
"""

import argparse
import collections
import contextlib
import json
import math
import os
import resource
import socket
import sys
import time

sys.dont_write_bytecode = True  # the source tree stays as it is

from hello_session import ENDINGS, FAILURES_SHOWN, Worker  # pylint: disable=wrong-import-position

CLASSES = ("ok", "refused", "reset", "early_end", "timeout", "busy", "wrong_text")
START_DELAY = 0.1  # seconds until the first session, for all processes to be ready


def work(options, schedule, result_pipe, ready_pipe, go_pipe):
    """The life of a child."""
    try:
        result = Worker(options, *options.target).run(schedule, ready_pipe, go_pipe)
        with os.fdopen(result_pipe, "w") as out:
            json.dump(result, out)
        os._exit(0)
    except OSError as error:
        print(f"hello_load: cannot make the load: {error}", file=sys.stderr)
    finally:
        os._exit(3)


def run_children(options):
    """Forks the children, lets them go, returns their results (None: it failed)."""
    begin = time.monotonic() + START_DELAY
    if options.rate:
        total = round(options.rate * options.seconds)
        schedule = [(i, begin + i / options.rate) for i in range(total)]
    else:
        schedule = [(i, begin) for i in range(options.clients)]
    children = []
    for n in range(min(options.processes, len(schedule))):
        result, ready, go = os.pipe(), os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            for _, _, _, other_go in children:
                os.close(other_go)
            os.close(go[1])  # else we would not see the parent die
            work(options, schedule[n :: options.processes], result[1], ready[1], go[0])
        for fd in (result[1], ready[1], go[0]):
            os.close(fd)
        children.append((pid, result[0], ready[0], go[1]))
    if options.hold_until_all_connected:
        for _, _, ready, _ in children:
            os.read(ready, 1)
        for _, _, _, go in children:
            with contextlib.suppress(BrokenPipeError):
                os.write(go, b"!")
    results = []
    for pid, result, _, _ in children:
        with os.fdopen(result) as pipe:
            text = pipe.read()
        results.append(json.loads(text) if text else None)
        os.waitpid(pid, 0)
    return results


def summary(results):
    """What all children saw, as one object."""
    counts = collections.Counter()
    latency = collections.defaultdict(list)
    for result in results:
        counts.update(result["counts"])
        for name, values in result["latency"].items():
            latency[name] += values
    spread = {}
    for name, values in latency.items():
        values.sort()
        p99 = values[math.ceil(0.99 * len(values)) - 1]
        spread[name] = {
            "count": len(values),
            "p50": round(1000 * values[(len(values) - 1) // 2], 3),
            "p99": round(1000 * p99, 3),
            "max": round(1000 * values[-1], 3),
        }
    return {
        "sessions": counts.total(),
        **{name: counts[name] for name in CLASSES},
        "latency_ms": spread,
        "late_start_ms": round(1000 * max(r["late_start"] for r in results), 3),
        "failures": [f for r in results for f in r["failures"]][:FAILURES_SHOWN],
    }


def target(text):
    """Family and address of HOST:PORT or unix:PATH."""
    if text.startswith("unix:"):
        return socket.AF_UNIX, text[5:]
    host, colon, port = text.rpartition(":")
    if not colon:
        raise argparse.ArgumentTypeError("want HOST:PORT or unix:PATH")
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    return found[0], found[4]


def unescaped(text):
    return text.replace("\\r", "\r").replace("\\n", "\n").encode()


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--connect", dest="target", type=target, required=True, metavar="HOST:PORT|unix:PATH")
    add("--clients", type=int, help="so many sessions, all at once")
    add("--rate", type=float, help="so many sessions a second, open-loop")
    add("--seconds", type=float, default=1.0, help="how long, with --rate")
    add("--names", type=int, default=3, help="names each session says")
    add("--framing", choices=ENDINGS, default="message", help="how our messages end")
    add("--pipeline", action="store_true", help="all names and exit in one write")
    add("--hold-until-all-connected", action="store_true", help="nobody speaks before")
    add("--think", type=float, default=0, metavar="MS", help="pause up to so long before speaking")
    add("--timeout", type=float, default=5.0, metavar="S", help="for each step of a session")
    add("--processes", type=int, default=1)
    add("--welcome", type=unescaped, default=b"Welcome!", help=r"\n is LF, \r is CR")
    add("--greeting", type=unescaped, default=b"Hello, %s!", help="%%s is the name")
    add("--allow", action="append", default=["ok"], choices=CLASSES, help="not a failure")
    options = parser.parse_args()
    if (options.clients or 0) < 1 and (options.rate or 0) <= 0:
        parser.error("want --clients N or --rate R")
    if options.clients and options.rate:
        parser.error("--clients and --rate exclude each other")
    if options.rate and options.hold_until_all_connected:
        parser.error("--rate waits for nobody: no --hold-until-all-connected")
    if options.pipeline and (options.framing == "message" or options.think):
        parser.error("--pipeline needs --framing line or crlf, and no --think")
    options.think /= 1000
    return options


def main():
    options = parse_options()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    began = time.monotonic()
    results = run_children(options)
    if None in results:
        sys.exit(3)
    report = summary(results)
    report["seconds"] = round(time.monotonic() - began - START_DELAY, 3)
    print(json.dumps(report, indent=2))
    sys.exit(any(report[name] for name in CLASSES if name not in options.allow))


if __name__ == "__main__":
    main()
