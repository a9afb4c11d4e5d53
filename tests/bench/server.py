"""server.py - a running peer: started, found ready, weighed, ended"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

READY_MAX = 30  # seconds
CLOCK_OF_PROCESS = 2  # in a clock's number: the processor time of a process


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_with(field, pid):
    """The processes whose "parent" or "session" (proc(5), stat) is that process."""
    place = {"parent": 1, "session": 3}[field]
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[place]) == pid:
            found.append(int(stat.parent.name))
    return found


def processor_clock(pid):
    """Seconds of processor time of a process, its threads that ended included."""
    try:
        return time.clock_gettime((~pid << 3) | CLOCK_OF_PROCESS)
    except OSError:
        return 0.0


class Server:
    """A peer at a place of its own, on one processor, in a session of its own."""

    def __init__(self, peer, work, processor, unix=False):
        self.peer = peer
        self.place = str(work / f"{free_port()}.sock") if unix else str(free_port())
        self.log = open(work / f"{Path(self.place).name}.log", "wb")
        command = [str(word) for word in peer.command(self.place)]
        self.process = subprocess.Popen(
            ["taskset", "-c", str(processor), *command],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        self.wait_ready()

    @property
    def target(self):
        """hellobench's options that lead here."""
        return ["-u", self.place] if self.place.startswith("/") else ["-p", self.place]

    def connect(self):
        if self.place.startswith("/"):
            client = socket.socket(socket.AF_UNIX)
            client.connect(self.place)
        else:
            client = socket.create_connection(("127.0.0.1", int(self.place)))
        client.close()

    def wait_ready(self):
        deadline = time.monotonic() + READY_MAX
        while True:
            try:
                self.connect()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.log.flush()
                    said = Path(self.log.name).read_text(errors="replace")[-500:]
                    self.stop()
                    raise RuntimeError(f"{self.peer.name} did not start: {said}") from None
                time.sleep(0.02)

    def processes(self):
        """All processes of the session."""
        return processes_with("session", self.process.pid)

    def processor_time(self):
        return sum(processor_clock(pid) for pid in self.processes())

    def stop(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                break
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                pass
        self.log.close()
