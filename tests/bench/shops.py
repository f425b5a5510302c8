"""A shop in a data folder of its own: filled, opened as in production, closed again."""

import json
import os
import random
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from shop import embedded
from tests.bench import processes
from tests.bench.driver import HOST, Request
from tests.bench.facts import Facts

PROJECT = Path(__file__).resolve().parents[2]
#: Time for a server to answer its first request, in seconds.
OPENING_SECONDS = 180
#: Longest life of a server that nobody ends, in seconds: longer than any part.
LIFE_SECONDS = 3600
#: Below those that Linux, macOS and the registry of ports give to whoever asks for any.
PORTS = range(20_000, 30_000)
#: Requests that are counted one by one; their median is what the page costs.
COUNTED = 7


class BenchFailed(Exception):
    """A command or a server did not do its work; the message is the end of what it printed."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the web workers, PostgreSQL and Redis."""

    app: float
    postgres: float
    redis: float

    @property
    def total(self) -> float:
        return self.app + self.postgres + self.redis

    def since(self, start: "Cost", requests: int) -> "Cost":
        """The cost of one request."""
        return Cost(
            (self.app - start.app) / requests,
            (self.postgres - start.postgres) / requests,
            (self.redis - start.redis) / requests,
        )


@dataclass(frozen=True)
class Answer:
    status: int
    size: int
    sql: int | None
    redis: int | None


@dataclass(frozen=True)
class Web:
    """A web server with two workers."""

    port: int
    pid: int
    data_dir: Path

    def cost(self) -> Cost:
        postgres = int((self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        redis = int((self.data_dir / "redis" / "redis.pid").read_text())
        return Cost(*map(processes.cpu_seconds, (self.pid, postgres, redis)))

    def worker_bytes(self) -> int:
        """Memory of the largest process, which is a worker: the others do not load the shop."""
        return max(map(processes.resident_bytes, processes.tree_of(self.pid)))

    def ask(self, request: Request) -> Answer:
        """Send one request on a connection of its own and count what it costs."""
        with socket.create_connection((HOST, self.port), timeout=30) as wire:
            text = request.text(self.port, "X-Bench-Count: 1", "Connection: close")
            wire.sendall(text.encode())
            with wire.makefile("rb") as stream:
                head, _blank, body = stream.read().partition(b"\r\n\r\n")
        lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
        headers = {name.decode().lower(): value.strip().decode() for name, _, value in lines}
        counts = [headers.get(name) for name in ("x-bench-sql", "x-bench-redis")]
        sql, redis = (None if count is None else int(count) for count in counts)
        return Answer(int(head[9:12]), len(body), sql, redis)

    def count(self, request: Request) -> Answer:
        """What the request costs when warm: the median of several, size and status of the last."""
        answers = [self.ask(request) for _number in range(COUNTED)]
        sql = [answer.sql for answer in answers if answer.sql is not None]
        redis = [answer.redis for answer in answers if answer.redis is not None]
        return Answer(
            answers[-1].status,
            answers[-1].size,
            statistics.median_high(sql) if sql else None,
            statistics.median_high(redis) if redis else None,
        )


class Shop:
    """The data folder and the environment of everything that runs on it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.secret = secrets.token_urlsafe(64)

    @property
    def web_log(self) -> Path:
        return self.data_dir / "web.log"

    def last_error(self) -> str:
        """The end of the last line in which the web server tells of an error, or ""."""
        if not self.web_log.exists():
            return ""
        lines = self.web_log.read_text(errors="replace").splitlines()
        errors = [line for line in lines if '"level": "error"' in line or "Error" in line]
        return errors[-1][-600:] if errors else ""

    def environment(self, *, debug: bool, **more: str) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "DATA_DIR": str(self.data_dir),
            # Empty, not absent: a developer's .env must not lead to another database.
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "SECRET_KEY": self.secret,
            "DEBUG": str(debug).lower(),
            **more,
        }

    def manage(self, *words: str, debug: bool = True, seconds: int = LIFE_SECONDS) -> str:
        """Run a command of manage.py and give what it printed; raises BenchFailed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT,
            env=self.environment(debug=debug),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode != 0:
            raise BenchFailed(f"manage.py {words[0]}: {done.stderr[-600:] or done.stdout[-600:]}")
        return done.stdout

    def has(self, command: str) -> bool:
        return command in self.manage("help", "--commands").split()

    def prepare(self, products: int) -> Facts | None:
        """Fill the shop with at least so many products, if it can be; None for 0 products."""
        file = self.data_dir / "facts.json"
        self.manage("bench_prepare", "--products", str(products), "--facts", str(file))
        return Facts(**json.loads(file.read_text())) if products else None

    @contextmanager
    def open(self, *, page_cache: bool = True, **more: str) -> Iterator[Web]:
        """The web server of ``manage.py up`` with DEBUG off, until the end of the block.

        ``more`` are variables of its environment.
        """
        port = free_port()
        environment = self.environment(
            debug=False,
            DATABASE_POOL="true",
            BENCH_PAGE_CACHE="on" if page_cache else "off",
            **more,
        )
        serve = ["manage.py", "bench_serve", "--port", str(port)]
        with running([sys.executable, *serve], environment, self.web_log) as pid:
            wait_for(port, "/health/live")
            yield Web(port, pid, self.data_dir)


@contextmanager
def running(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """The process id of the command, which ends with the block and at the latest with its time."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["timeout", "--kill-after=20", str(LIFE_SECONDS), *command],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def new_shop(data_dir: Path | None) -> Iterator[Shop]:
    """A shop with its servers running, in a kept folder or in one that is removed afterwards."""
    folder = data_dir or Path(tempfile.mkdtemp(prefix="selvedge-bench-"))
    try:
        embedded.attach(folder, postgres=True, redis=True)
        try:
            yield Shop(folder.resolve())
        finally:
            embedded.detach(folder)
    finally:
        if data_dir is None:
            shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port of which the system gives none away by itself: a server takes seconds to come up.

    Meanwhile others on the machine may be given any port of those that it does give away.
    """
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return port
    raise BenchFailed("no port is free")


def wait_for(port: int, path: str, seconds: float = OPENING_SECONDS) -> float:
    """Ask until the answer is 200; the seconds that took. Raises BenchFailed."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        connection = HTTPConnection(HOST, port, timeout=10)
        with suppress(OSError, HTTPException):
            connection.request("GET", path, headers={"X-Forwarded-Proto": "https"})
            if connection.getresponse().status == 200:
                return time.monotonic() - started
        connection.close()
        time.sleep(0.02)
    raise BenchFailed(f"{path} was not there within {seconds:.0f} s")
