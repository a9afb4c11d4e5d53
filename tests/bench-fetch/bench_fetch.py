#!/usr/bin/python3
"""Measures hellofetch against curl and wget, from nginx over loopback to tmpfs.

Usage: bench_fetch.py HELLOFETCH [ROUNDS]

Each round runs every program once, one after the other, so that a machine that
is busy at times is so to all of them; what counts is each one's shortest run,
and the ratio of those. Nothing else should run meanwhile: see the load that is
printed. Ends with 1 if a target is missed.

BENCH_FETCH_DIR  a directory on tmpfs with room for 3 GiB (default /dev/shm)
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
START_NGINX = os.path.join(HERE, "../hellofetch/start_nginx.py")
LARGE = 1024 ** 3
SMALL = 10 * 1024
URLS = 200
MEMORY_MAX = 13  # MB

missed = []


class Best:
    """The shortest run of a command, and what it took."""

    def __init__(self):
        self.wall = self.cpu = float("inf")

    def add(self, wall, usage):
        self.wall = min(self.wall, wall)
        self.cpu = min(self.cpu, usage.ru_utime + usage.ru_stime)


def run(command):
    start = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ,
                          file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit("bench-fetch: %s ended with %d" % (" ".join(command), status))
    return wall, usage


def memory_of(command):
    """The most memory that it had resident, in bytes. wait4() would count ours too."""
    peak = 0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            with open("/proc/%d/status" % process.pid, encoding="utf-8") as file:
                for line in file:
                    if line.startswith("VmHWM:"):
                        peak = max(peak, int(line.split()[1]) * 1024)
            time.sleep(0.005)
    return peak


def forget(directory):
    """Each run starts without any file of the one before."""
    shutil.rmtree(directory, ignore_errors=True)
    os.mkdir(directory)


def measure(title, commands, rounds, directory):
    best = {name: Best() for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            forget(directory)
            result = run(command)
            if number > 0:  # the first round warms up
                best[name].add(*result)
    forget(directory)
    print("\n%s, %d rounds: shortest time, least CPU time" % (title, rounds))
    for name, b in best.items():
        print("  %-22s %9.4f s  %9.4f s" % (name, b.wall, b.cpu))
    return best


def check(words, value, target, good):
    print("  %-54s %6.2f  (target %s) %s" % (words, value, target, "" if good else "MISSED"))
    if not good:
        missed.append(words)


def fetch_commands(hellofetch, url, directory, sha256):
    file = directory + "/file"
    return {
        "curl": ["curl", "-fsS", "-o", file, url],
        "wget": ["wget", "-q", "-O", file, url],
        "hellofetch": [hellofetch, "-q", "-o", file, url],
        "hellofetch, SHA-256": [hellofetch, "-q", "--sha256", sha256, "-o", file, url],
    }


def bench_large(hellofetch, base, rounds, directory, sha256):
    commands = fetch_commands(hellofetch, base + "large", directory, sha256)
    best = measure("1 GiB", commands, rounds, directory)
    for name in ("hellofetch", "hellofetch, SHA-256"):
        ratio = best["curl"].wall / best[name].wall
        check(name + ": times as fast as curl", ratio, ">= 1.40", ratio >= 1.4)
        ratio = best["wget"].wall / best[name].wall
        check(name + ": times as fast as wget", ratio, ">= 2.00", ratio >= 2)
        forget(directory)
        memory = memory_of(commands[name]) / 1e6
        check(name + ": memory, MB", memory, "<= 13", memory <= MEMORY_MAX)


def bench_small(hellofetch, base, rounds, directory, sha256):
    commands = fetch_commands(hellofetch, base + "small", directory, sha256)
    best = measure("10 KiB", commands, rounds, directory)
    for name in ("hellofetch", "hellofetch, SHA-256"):
        ratio = best[name].wall / best["curl"].wall
        check(name + ": of curl's time", ratio, "<= 1.25", ratio <= 1.25)


def has_jobs(hellofetch):
    return b"--jobs" in subprocess.run([hellofetch, "--help"], check=True, stdout=subprocess.PIPE).stdout


def write_jobs(path, base, directory):
    with open(path, "w", encoding="ascii") as out:
        out.write("jobs = (\n")
        out.write(",\n".join('{ name = "%d"; url = "%ssmall?%d"; output = "%s/%d"; }'
                             % (i, base, i, directory, i) for i in range(URLS)))
        out.write("\n);\n")


def bench_jobs(hellofetch, base, rounds, directory):
    if not has_jobs(hellofetch):
        print("\n%d URLs: this hellofetch has no --jobs" % URLS)
        return
    jobs = directory + ".jobs"
    write_jobs(jobs, base, directory)
    loop = "i=0; while [ $i -lt %d ]; do curl -fsS -o %s/$i %ssmall?$i || exit; i=$((i + 1)); done" % (
        URLS, directory, base)
    best = measure("%d URLs" % URLS, {
        "a loop of curl": ["sh", "-c", loop],
        "hellofetch --jobs": [hellofetch, "-q", "--jobs", jobs],
    }, rounds, directory)
    ratio = best["a loop of curl"].wall / best["hellofetch --jobs"].wall
    check("a job file: times as fast as a loop of curl", ratio, ">= 20", ratio >= 20)


def make_page(path, size):
    """Random bytes, over and over; returns their SHA-256."""
    block = os.urandom(min(size, 1024 * 1024))
    sha256 = hashlib.sha256()
    with open(path, "wb") as out:
        for _ in range(size // len(block)):
            out.write(block)
            sha256.update(block)
    return sha256.hexdigest()


def start_nginx(place):
    nginx = subprocess.Popen([START_NGINX, place], stdout=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not os.path.exists(place + "/port"):
        if nginx.poll() is not None or time.monotonic() > end:
            sys.exit("bench-fetch: nginx does not start")
        time.sleep(0.05)
    with open(place + "/port", encoding="ascii") as file:
        return nginx, "http://127.0.0.1:%s/" % file.read().strip()


def main():
    hellofetch = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    for program in ("curl", "wget"):
        if shutil.which(program) is None:
            sys.exit("bench-fetch: %s is not installed" % program)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FETCH_DIR", "/dev/shm")) as place:
        os.makedirs(place + "/root")
        small = make_page(place + "/root/small", SMALL)
        large = make_page(place + "/root/large", LARGE)
        nginx, base = start_nginx(place)
        try:
            print("load before: %.2f %.2f %.2f, %d processors" % (*os.getloadavg(), os.cpu_count()))
            bench_small(hellofetch, base, rounds * 20, place + "/here", small)
            bench_large(hellofetch, base, rounds, place + "/here", large)
            bench_jobs(hellofetch, base, rounds, place + "/here")
        finally:
            nginx.terminate()
            nginx.wait()
    print("\n" + ("missed: " + "; ".join(missed) if missed else "all targets met"))
    return 1 if missed else 0


sys.exit(main())
