"""machine.py - what the figures were measured on"""

import os
import platform
import subprocess
import time
from pathlib import Path


def first_line(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False, timeout=20)
    except OSError:
        return None
    lines = done.stdout.decode(errors="replace").splitlines()
    return lines[0] if lines else None


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def governor():
    path = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return path.read_text().strip() if path.exists() else "unknown"


def describe(build):
    """What is needed to judge a figure, as a dictionary."""
    release = {}
    for line in Path("/etc/os-release").read_text().splitlines():
        key, _, value = line.partition("=")
        release[key] = value.strip('"')
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "processor": processor(),
        "processors": os.cpu_count(),
        "governor": governor(),
        "memory": f"{memory:.0f} GiB",
        "kernel": platform.release(),
        "system": release.get("PRETTY_NAME", "unknown"),
        "load before": f"{os.getloadavg()[2]:.2f}",
        "hellod": first_line(str(build / "hellod"), "-V"),
    }
