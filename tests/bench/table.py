"""table.py - the results as a table, and as a plot"""

import shutil
import subprocess

from peers import PEERS

ORDER = [peer.name for peer in PEERS]


def ratio(values):
    """A median with its quartiles: 1.03 (1.02-1.05)."""
    middle, low, high = values
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def cell_table(rows, cell):
    """One kind of load: a line a peer, the cheapest first."""
    mine = sorted((row for row in rows if row["cell"] == cell),
                  key=lambda row: row["cost_ratio"][0])
    lines = [f"### {cell}", "",
             "| server | its time, us | ratio to the bare loop | operations/s | p99, us | failed |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for row in mine:
        lines.append(f"| {row['peer']} | {row['server_us'][0]:.2f} | {ratio(row['cost_ratio'])} | "
                     f"{row['per_second'][0]:,.0f} | {row['p99_us'][0]:,.0f} | {row['failed']} |")
    return lines + [""]


def overview(rows, cells):
    """All at a glance: a peer's processor time, in bare loops."""
    lines = ["| server | " + " | ".join(cells) + " |", "| --- |" + " ---: |" * len(cells)]
    for peer in ORDER:
        values = []
        for cell in cells:
            found = [row for row in rows if row["peer"] == peer and row["cell"] == cell]
            values.append(f"{found[0]['cost_ratio'][0]:.2f}" if found else "-")
        if set(values) != {"-"}:
            lines.append(f"| {peer} | " + " | ".join(values) + " |")
    return lines + [""]


def whole(rows, cells, skipped, about):
    lines = ["# hellod and its peers", "",
             "Processor time of the server for an operation, as a multiple of the bare loop's:",
             "medians over all rounds of the ratio within a round.", ""]
    lines += overview(rows, cells)
    lines += ["The machine: " + "; ".join(f"{key} {value}" for key, value in about.items()) + ".",
              ""]
    lines += [f"Skipped: {name}: {why}." for name, why in skipped.items()]
    lines += ["", "In full, with the quartiles of the ratios:", ""]
    for cell in cells:
        lines += cell_table(rows, cell)
    return "\n".join(lines)


PLOT = """set terminal {terminal} noenhanced
set output "{name}"
set title "processor time of the server for a greeting, {cell}, us"
set key off
set border 2
set xrange [0:{right:.1f}]
set yrange [{bottom}:-0.5]
set xtics nomirror
set ytics nomirror
set style fill solid 0.5
plot "plot.data" using (0):0:(0):2:($0-{half}):($0+{half}):ytic(1) with boxxyerror, \\
	"" using 2:0:(sprintf(" %.1f", $2)) with labels left
"""


def plot(rows, output, cell="50 connections"):
    """Writes plot.data and plot.gnuplot, and draws plot.svg and plot.txt if it can."""
    mine = sorted((row for row in rows if row["cell"] == cell),
                  key=lambda row: row["server_us"][0])
    if not mine:
        return
    (output / "plot.data").write_text("".join(
        f'"{row["peer"]}" {row["server_us"][0]:.3f}\n' for row in mine))
    script = "".join(
        PLOT.format(terminal=terminal, name=name, cell=cell, half=half,
                    bottom=len(mine) - 0.5, right=1.1 * mine[-1]["server_us"][0])
        for terminal, name, half in (("svg size 800,360", "plot.svg", 0.3),
                                     (f"dumb size 90,{len(mine) + 8}", "plot.txt", 0.01)))
    (output / "plot.gnuplot").write_text(script)
    if shutil.which("gnuplot") is not None:
        subprocess.run(["gnuplot", "plot.gnuplot"], check=False, cwd=output)
