#!/usr/bin/python3
"""flat.py - what a greeting costs while others are connected and idle

usage: flat.py --build DIRECTORY [--connections COUNT] [--rounds COUNT] [--seconds TIME]

Starts hellods that have 100, 1000, 10 000 ... idle connections, up to COUNT, each
with as many workers as the largest needs for its open files. Then 100 clients talk
to one after the other, round by round, so that whatever else the machine does
disturbs all. Told is the processor time of hellod for a greeting: the median, the
quartiles, and the ratio to the hellod with the fewest. 100 000 connections take
1.5 GiB of memory; "make bench-flat" does it.
"""

import contextlib
import resource
import statistics

from million import PAIR, PER_SOURCE, SPARE, Hellod, available, end, idle, measure, shares, talk

TALKERS = 100


def cost(build, hellod, seconds):
    """Microseconds of hellod's processor time for a greeting."""
    used = hellod.processor()
    result = talk(build, hellod, TALKERS, seconds)
    return (hellod.processor() - used) * 1e6 / result["operations"]


def run(options, directory):
    counts = [100]
    while counts[-1] * 10 <= options.connections:
        counts.append(counts[-1] * 10)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200
    workers = max(2, -(-counts[-1] * 105 // (files * 100)))  # shares are not quite even
    if available() < sum(counts) * PAIR + SPARE:
        raise SystemExit("flat: there is too little memory")
    with contextlib.ExitStack() as stack:
        hellods, children = {}, {}
        for count in counts:
            most = count + TALKERS + 1000
            hellods[count] = Hellod(options.build, f"{directory}/{count}", most, workers)
            stack.callback(hellods[count].stop)
            processes = max(-(-count // files), -(-count // PER_SOURCE))
            children[count] = idle(options.build, hellods[count], count, processes)
            stack.callback(end, children[count])
        costs = {count: [] for count in counts}
        for _ in range(options.rounds):
            for count in counts:
                costs[count].append(cost(options.build, hellods[count], options.seconds))
        for count in counts:
            shares(hellods[count], count, children[count])

    print(f"{TALKERS} clients talk, {workers} workers, {options.rounds} rounds:")
    ratios = {count: [value / first for value, first in zip(costs[count], costs[100])]
              for count in counts}
    for count in counts:
        low, middle, high = statistics.quantiles(costs[count], n=4, method="inclusive")
        print(f"{count:7} idle: {middle:.2f} us a greeting ({low:.2f}-{high:.2f}),"
              f" {statistics.median(ratios[count]):.2f} times that with 100 idle")


if __name__ == "__main__":
    measure(run, __doc__, 100000, 1.0)
