"""Child processes of ``manage.py up``: started, watched, restarted, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
#: A child that lived this long has recovered, and its failures are forgotten.
HEALTHY_SECONDS = 30.0
FAILURES_ALLOWED = 6
STOP_SECONDS = 8.0
POLL_SECONDS = 0.1

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildGaveUp(Exception):
    """A child kept ending soon after each start."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(name, status)
        self.name = name
        self.status = status


@dataclass
class Child:
    """One long-running process; ``write(name, line)`` gets each line that it prints."""

    name: str
    command: Sequence[str]
    write: Callable[[str, str], None]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    failures: int = 0
    started_at: float = 0.0
    due_at: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches it through the supervisor alone."""
        parent = os.getpid()
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
            # Safe here: the child calls one C function that was loaded beforehand.
            preexec_fn=lambda: _end_with(parent),  # noqa: PLW1509
        )
        self.started_at = time.monotonic()
        threading.Thread(target=self._pump, args=(self.process,), daemon=True).start()

    def watch(self) -> None:
        """Start again what has ended, after a growing pause; raises ChildGaveUp."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        _end_group(self.process)
        self.failures = 1 if now - self.started_at > HEALTHY_SECONDS else self.failures + 1
        if self.failures > FAILURES_ALLOWED:
            raise ChildGaveUp(self.name, status)
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (self.failures - 1), LONGEST_PAUSE_SECONDS)
        self.write(self.name, f"ended with status {status}; starting again in {pause:g} s")
        self.process = None
        self.due_at = now + pause

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def finish(self, deadline: float) -> None:
        """Wait for the end until the deadline, then force it, grandchildren included."""
        if self.process is None:
            return
        try:
            self.process.wait(max(deadline - time.monotonic(), 0.05))
        except subprocess.TimeoutExpired:
            self.write(self.name, "did not end in time and is killed")
        _end_group(self.process)
        self.process.wait()

    def _pump(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self.write(self.name, line.rstrip("\n"))


class Supervisor:
    """Keeps children alive until it is told to stop by SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self, each_round: Callable[[], None]) -> None:
        """Watch the children, and call ``each_round`` about ten times a second.

        Returns when a signal asked for the end and every child is gone; raises ChildGaveUp and
        whatever ``each_round`` raises, also with every child gone.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            while not self.stopping:
                for child in self.children:
                    child.watch()
                each_round()
                time.sleep(POLL_SECONDS)
        finally:
            self._stop()

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _stop(self) -> None:
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.finish(deadline)


def _end_group(process: subprocess.Popen[str]) -> None:
    """Kill what is left of a child's session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end_with(parent: int) -> None:
    """In a new child: ask the kernel for SIGTERM when the supervisor dies, even by kill -9."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
