"""The HTTP client: a process of its own that keeps connections busy and does little else.

Each connection sends its next request when the answer to the last one is complete. Bodies are
read into one buffer and thrown away, so that the client takes little of the machine it shares
with the server.
"""

import json
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any

HOST = "127.0.0.1"
#: Enough for both workers to be busy, however the kernel spreads connections over them.
CONNECTIONS = 16
#: A server that is silent for this long has failed, in seconds.
SILENCE_SECONDS = 60
BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True)
class Request:
    """What goes over the wire, without the headers that every request has."""

    path: str
    method: str = "GET"
    cookie: str = ""
    body: str = ""
    status: int = 200
    headers: tuple[str, ...] = ()

    def text(self, port: int, *extra: str) -> str:
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            f"Host: {HOST}:{port}",
            # The shop stands behind a proxy that ends TLS.
            "X-Forwarded-Proto: https",
            "Accept: text/html",
            *self.headers,
            *extra,
        ]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if self.method != "GET":
            lines += [
                f"Origin: https://{HOST}:{port}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(self.body)}",
            ]
        return "\r\n".join([*lines, "", self.body])


@dataclass(frozen=True)
class Load:
    """How a run of requests went. Times are in seconds."""

    requests: int
    seconds: float
    p50: float
    #: Answers with another status than expected, by status.
    unexpected: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class DriveFailed(Exception):
    """The server went silent, hung up or spoke something that is not HTTP."""


def drive(
    port: int,
    requests: Sequence[Request],
    *,
    seconds: float = 0,
    count: int = 0,
    connections: int = CONNECTIONS,
) -> Load:
    """Send the requests in turn for ``seconds`` or ``count`` times, from a process of its own.

    Raises DriveFailed.
    """
    job = {
        "port": port,
        "requests": [[request.text(port), request.status] for request in requests],
        "seconds": seconds,
        "count": count,
        "connections": connections,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.driver"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DriveFailed(done.stderr.strip().rpartition("\n")[2])
    return Load(**json.loads(done.stdout))


class Wire:
    """One kept-alive connection and what is known of the answer under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=SILENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = b""
        self.missing = -1
        self.status = self.expected = 0
        self.sent_at = 0.0

    def send(self, data: bytes, expected: int) -> None:
        self.head, self.missing, self.expected = b"", -1, expected
        self.sent_at = time.perf_counter()
        self.socket.sendall(data)

    def receive(self, buffer: memoryview) -> bool:
        """Take what has arrived; whether the answer is complete. Raises DriveFailed."""
        length = self.socket.recv_into(buffer)
        if not length:
            raise DriveFailed("the server hung up")
        if self.missing >= 0:
            self.missing -= length
            return self.missing <= 0
        self.head += bytes(buffer[:length])
        head, found, rest = self.head.partition(b"\r\n\r\n")
        if not found:
            return False
        self.status = int(head[9:12])
        self.missing = _content_length(head) - len(rest)
        return self.missing <= 0


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise DriveFailed(f"an answer without Content-Length: {head[:200]!r}")


def run(job: dict[str, Any]) -> Load:
    """Do the job in this process; raises DriveFailed."""
    todo = cycle([(text.encode(), status) for text, status in job["requests"]])
    left = job["count"] or sys.maxsize
    buffer = memoryview(bytearray(BUFFER_BYTES))
    times: list[float] = []
    unexpected: Counter[str] = Counter()
    with selectors.DefaultSelector() as selector:
        started = time.perf_counter()
        deadline = started + (job["seconds"] or 3600)
        for _number in range(min(job["connections"], left)):
            wire = Wire(job["port"])
            selector.register(wire.socket, selectors.EVENT_READ, wire)
            wire.send(*next(todo))
            left -= 1
        while selector.get_map():
            for wire in _ready(selector):
                if not wire.receive(buffer):
                    continue
                now = time.perf_counter()
                times.append(now - wire.sent_at)
                if wire.status != wire.expected:
                    unexpected[str(wire.status)] += 1
                if left and now < deadline:
                    left -= 1
                    wire.send(*next(todo))
                else:
                    selector.unregister(wire.socket)
                    wire.socket.close()
        ended = time.perf_counter()
    middle = statistics.median(times)
    return Load(len(times), ended - started, middle, dict(unexpected), max(times))


def _ready(selector: selectors.BaseSelector) -> Iterator[Wire]:
    events = selector.select(SILENCE_SECONDS)
    if not events:
        raise DriveFailed(f"no answer for {SILENCE_SECONDS} s")
    for key, _mask in events:
        yield key.data


if __name__ == "__main__":
    print(json.dumps(asdict(run(json.load(sys.stdin)))))
