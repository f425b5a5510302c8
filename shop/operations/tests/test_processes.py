"""The supervisor behind ``manage.py up``, with real child processes."""

import os
import signal
import subprocess
import sys
import time

import pytest

from shop.embedded.processes import is_alive, wait_until
from shop.operations import processes
from shop.operations.processes import Child, ChildGaveUp, Supervisor

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PARENT = """
import subprocess, sys, time
from shop.operations.processes import Child
child = Child("sleep", ["sleep", "60"], print)
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def lines():
    return []


@pytest.fixture
def signals():
    kept = {number: signal.getsignal(number) for number in STOPS}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def child(lines, *command):
    return Child("child", command, lambda name, line: lines.append(f"{name}: {line}"))


def test_signal_ends_every_child_and_returns(lines, signals):
    sleeping = child(lines, "sleep", "60")

    def ask_to_stop():
        os.kill(os.getpid(), signal.SIGTERM)

    Supervisor([sleeping]).run(ask_to_stop)
    assert sleeping.process.returncode == -signal.SIGTERM


def test_child_that_ends_is_started_again(lines, monkeypatch):
    monkeypatch.setattr(processes, "FIRST_PAUSE_SECONDS", 0.01)
    short = child(lines, "echo", "hello")

    def said_twice():
        short.watch()
        # What it said is read by a thread, perhaps when it has been started once more.
        return lines.count("child: hello") >= 2

    assert wait_until(said_twice, 60)
    assert "child: ended with status 0; starting again in 0.01 s" in lines


def test_child_that_keeps_ending_is_given_up(lines, monkeypatch, signals):
    monkeypatch.setattr(processes, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(processes, "FAILURES_ALLOWED", 2)
    with pytest.raises(ChildGaveUp) as gave_up:
        Supervisor([child(lines, "false")]).run(lambda: None)
    assert (gave_up.value.name, gave_up.value.status) == ("child", 1)


def test_child_that_ignores_the_request_is_killed(lines, monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    stubborn = child(lines, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done")
    stubborn.start()
    assert wait_until(lambda: "child: ready" in lines, 60)
    stubborn.terminate()
    stubborn.finish(time.monotonic() + 0.2)
    assert stubborn.process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_child_ends_when_its_supervisor_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    assert wait_until(lambda: not is_alive(pid), 60)
