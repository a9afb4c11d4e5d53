"""hello_session.py - sessions of the hello protocol, and the loop that runs them

What hello_load.py is made of: Session is one client, Worker is one process's
event loop with as many of them as it likes.
"""

import collections
import errno
import heapq
import os
import random
import select
import socket
import time

ENDINGS = {"message": b"", "line": b"\n", "crlf": b"\r\n"}
FAILURES_SHOWN = 5
TEXT_SHOWN = 200  # bytes of a transcript
TIMERS_AT_ONCE = 50  # before looking at the sockets again
BACKLOG_PAUSE = 0.005  # seconds; a full UNIX backlog cannot be waited for

# What is sent, what must come then, and whether the server closes after it.
Step = collections.namedtuple("Step", "name send expect closes")


def shown(data):
    return ascii(data[:TEXT_SHOWN])[2:-1] + ("..." if len(data) > TEXT_SHOWN else "")


def steps(options, index):
    """The dialogue of one session, step by step."""
    end = ENDINGS[options.framing]
    names = [f"n{index}-{k}".encode() for k in range(options.names)]
    answers = [options.greeting.replace(b"%s", name) + end for name in names]
    dialogue = [Step("welcome", b"", options.welcome, False)]
    if options.pipeline:
        send = b"".join(name + end for name in [*names, b"exit"])
        return [*dialogue, Step("answers", send, b"".join(answers), True)]
    for name, answer in zip(names, answers):
        dialogue.append(Step("answer", name + end, answer, False))
    return [*dialogue, Step("close", b"exit" + end, b"", True)]


class Session:
    """One client. Its worker calls it when something happens."""

    def __init__(self, worker, index, intended):
        self.worker = worker
        self.index = index
        self.steps = steps(worker.options, index)
        self.number = 0  # of the step we are in
        self.matched = 0  # bytes of what it expects that have come
        self.odd = b""  # what came instead of the rest
        self.unsent = b""
        self.since = intended  # when the step began
        self.waiting = False  # held or thinking: the next step has not begun
        self.connected = False
        self.over = False
        self.socket = None
        worker.at(intended + worker.options.timeout, self.expire, 0)

    @property
    def step(self):
        return self.steps[self.number]

    def start(self):
        if self.over:
            return
        if self.socket is None:
            self.socket = socket.socket(self.worker.family, socket.SOCK_STREAM)
            self.socket.setblocking(False)
        error = self.socket.connect_ex(self.worker.address)
        if error == errno.EAGAIN:
            self.worker.at(time.monotonic() + BACKLOG_PAUSE, self.start)
        elif error in (0, errno.EINPROGRESS):
            self.watch(select.EPOLLOUT)
        else:
            self.fail(OSError(error, os.strerror(error)))

    def watch(self, events):
        self.worker.watch(self.socket.fileno(), events, self.handle)

    def expire(self, number):
        if not self.over and not self.waiting and self.number == number:
            self.finish("timeout")

    def handle(self, events):
        try:
            if not self.connected:
                error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error:
                    raise OSError(error, os.strerror(error))
                self.connected = True
                self.watch(select.EPOLLIN)
            elif events & select.EPOLLOUT:
                self.flush()
            if events & ~select.EPOLLOUT:
                self.receive(self.socket.recv(65536))
        except BlockingIOError:
            pass
        except OSError as error:
            self.fail(error)

    def flush(self):
        while self.unsent:
            try:
                self.unsent = self.unsent[self.socket.send(self.unsent) :]
            except BlockingIOError:
                self.watch(select.EPOLLIN | select.EPOLLOUT)
                return
        self.watch(select.EPOLLIN)

    def receive(self, data):
        step = self.step
        if not data:
            whole = step.closes and self.matched == len(step.expect) and not self.unsent
            if self.odd:
                self.finish("busy")
            elif whole and not self.waiting:
                self.worker.latency[step.name].append(time.monotonic() - self.since)
                self.finish("ok")
            else:
                self.finish("early_end")
            return
        expected = step.expect[self.matched : self.matched + len(data)]
        if self.waiting or self.odd or data != expected:
            self.odd += data
            if not b"Busy: ".startswith(self.odd[:6]):
                self.finish("wrong_text")
            return
        self.matched += len(data)
        if self.matched == len(step.expect) and not step.closes:
            self.complete()

    def complete(self):
        now = time.monotonic()
        self.worker.latency[self.step.name].append(now - self.since)
        self.waiting = True
        if self.number == 0 and self.worker.options.hold_until_all_connected:
            self.worker.hold(self)
        else:
            self.proceed()

    def proceed(self):
        think = self.worker.options.think
        if think:
            self.worker.at(time.monotonic() + self.worker.random.uniform(0, think), self.speak)
        else:
            self.speak()

    def speak(self):
        if self.over:
            return
        self.number += 1
        self.matched = 0
        self.waiting = False
        self.since = time.monotonic()
        self.worker.at(self.since + self.worker.options.timeout, self.expire, self.number)
        self.unsent = self.step.send
        try:
            self.flush()
        except OSError as error:
            self.fail(error)

    def fail(self, error):
        """Gives an error of the socket its class."""
        if error.errno in (errno.ECONNREFUSED, errno.ENOENT):
            self.finish("refused")
        elif error.errno in (errno.ECONNRESET, errno.EPIPE):
            self.finish("reset")
        elif error.errno == errno.ETIMEDOUT:
            self.finish("timeout")
        else:
            raise error

    def finish(self, verdict):
        self.over = True
        if self.socket is not None:
            self.worker.forget(self.socket.fileno())
            self.socket.close()
        failure = None
        if verdict != "ok":
            failure = {
                "session": self.index,
                "class": verdict,
                "step": f"{self.number}: {self.step.name}" + (", over" if self.waiting else ""),
                "sent": shown(self.step.send),
                "expected": shown(self.step.expect),
                "got": shown(self.step.expect[: self.matched] + self.odd),
            }
        self.worker.finish(self, verdict, failure)


class Worker:
    """The sessions of one process: an event loop with timers."""

    def __init__(self, options, family, address):
        self.options = options
        self.family = family
        self.address = address
        self.random = random.Random(os.getpid())
        self.epoll = select.epoll()
        self.handlers = {}  # by descriptor
        self.timers = []
        self.timer_count = 0
        self.latency = collections.defaultdict(list)
        self.counts = collections.Counter()
        self.failures = []
        self.late_start = 0.0
        self.unfinished = self.unconnected = 0
        self.held = []
        self.ready_pipe = None  # to the parent: all of ours are connected

    def at(self, when, function, *arguments):
        self.timer_count += 1  # no two alike: heapq shall not compare functions
        heapq.heappush(self.timers, (when, self.timer_count, function, arguments))

    def watch(self, fd, events, handler):
        if fd in self.handlers:
            self.epoll.modify(fd, events)
        else:
            self.handlers[fd] = handler
            self.epoll.register(fd, events)

    def forget(self, fd):
        if self.handlers.pop(fd, None):
            self.epoll.unregister(fd)

    def start(self, index, intended):
        self.late_start = max(self.late_start, time.monotonic() - intended)
        Session(self, index, intended).start()

    def hold(self, session):
        self.held.append(session)
        self.settle()

    def settle(self):
        """One session more is connected, or never will be."""
        self.unconnected -= 1
        if self.unconnected == 0:
            os.write(self.ready_pipe, b"!")

    def release(self, _events, go_pipe):
        """All sessions of all processes are connected."""
        self.forget(go_pipe)
        for session in self.held:
            if not session.over:
                session.proceed()

    def finish(self, session, verdict, failure):
        self.counts[verdict] += 1
        self.unfinished -= 1
        if failure and len(self.failures) < FAILURES_SHOWN:
            self.failures.append(failure)
        if session.number == 0 and not session.waiting:
            self.settle()

    def run_timers(self):
        """Calls what is due, not too much at once; returns the seconds to the next."""
        for _ in range(TIMERS_AT_ONCE):
            if not self.timers:
                return None
            wait = self.timers[0][0] - time.monotonic()
            if wait > 0:
                return wait
            _, _, function, arguments = heapq.heappop(self.timers)
            function(*arguments)
        return 0

    def run(self, schedule, ready_pipe, go_pipe):
        """Runs the sessions of a schedule: pairs of number and starting time."""
        self.unfinished = self.unconnected = len(schedule)
        self.ready_pipe = ready_pipe
        self.watch(go_pipe, select.EPOLLIN, lambda events: self.release(events, go_pipe))
        for index, intended in schedule:
            self.at(intended, self.start, index, intended)
        while self.unfinished:
            wait = self.run_timers()
            for fd, events in self.epoll.poll(wait if self.unfinished else 0):
                if fd in self.handlers:
                    self.handlers[fd](events)
        return {
            "counts": self.counts,
            "latency": self.latency,
            "failures": self.failures,
            "late_start": self.late_start,
        }
