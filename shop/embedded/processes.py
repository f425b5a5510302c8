"""Start, look at and end server processes that are nobody's children."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from shop.embedded.account import Account

PROC = Path("/proc")


def spawn(account: Account, arguments: list[str], log: Path) -> int:
    """Start a server that outlives us and return its process id.

    The shell in between makes the server an orphan at once, so that init reaps it and not we;
    a session of its own keeps Ctrl-C of our terminal away from it.
    """
    with log.open("ab") as output:
        started = subprocess.run(  # noqa: S603
            [
                "/bin/sh",
                "-c",
                '"$@" </dev/null >&2 & echo $!',
                "sh",
                *account.command(arguments),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
            cwd="/",
            check=True,
            user=account.uid,
            group=account.gid,
            extra_groups=account.groups,
        )
    return int(started.stdout)


def run(
    account: Account, arguments: list[str], *, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program of the wheel to its end; its output is merged into ``stdout``."""
    return subprocess.run(  # noqa: S603
        account.command(arguments),
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",
        check=False,
        user=account.uid,
        group=account.gid,
        extra_groups=account.groups,
    )


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        # The state follows the command's name, which may itself hold brackets.
        state = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        if PROC.joinpath("self").exists():
            return False
        state = _ps(pid, "state=")
    return state[:1] not in ("Z", "X", "")


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process is alive and stands in the folder, as our servers do in their data."""
    if not is_alive(pid):
        return False
    if not PROC.joinpath("self").exists():
        return "postgres" in (command := _ps(pid, "command=")) or "valkey" in command
    try:
        return PROC.joinpath(str(pid), "cwd").samefile(folder)
    except OSError:
        # A process of somebody else: our servers always let us look.
        return False


def all_working_in(folder: Path) -> list[int]:
    """Every live process that stands in the folder (Linux only, else none)."""
    return [pid for pid in _pids() if pid != os.getpid() and works_in(pid, folder)]


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds; False when the time ran out."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True


def end(pid: int, *signals: tuple[signal.Signals, float]) -> bool:
    """Send each signal in turn, with the seconds to wait after it, until the process is gone."""
    for number, seconds in signals:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        if wait_until(lambda: not is_alive(pid), seconds):
            return True
    return False


def _pids() -> Iterator[int]:
    if PROC.joinpath("self").exists():
        for entry in PROC.iterdir():
            if entry.name.isdigit():
                yield int(entry.name)


def _ps(pid: int, column: str) -> str:
    answer = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", column, "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip()
