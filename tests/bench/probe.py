"""The outermost middleware of the bench: counts what one request costs, and nothing otherwise."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import get_ident
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from redis.connection import AbstractConnection

from tests.bench.baselines import page_of
from tests.bench.facts import BARE

ASKED = "HTTP_X_BENCH_COUNT"
#: The sandbox's ledger stands for a stranger's: with a real provider none of it is here. It counts
#: as CPU all the same.
STRANGERS = "payments_sandbox"
SQL_HEADER = "X-Bench-SQL"
REDIS_HEADER = "X-Bench-Redis"


class Counter:
    """Our SQL statements and Redis round trips; a pipeline is one round trip."""

    def __init__(self) -> None:
        self.sql = 0
        self.redis = 0

    def statement(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        self.sql += STRANGERS not in sql
        return execute(sql, *arguments)


class Probe:
    """Answers ``/bench/bare/<size>`` and counts for requests that carry ``X-Bench-Count``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(BARE):
            size = int(request.path_info.removeprefix(BARE))
            return HttpResponse(page_of(size), headers={"Content-Length": str(size)})
        if ASKED not in request.META:
            return self.get_response(request)
        with counting() as counter:
            response = self.get_response(request)
        response[SQL_HEADER] = str(counter.sql)
        response[REDIS_HEADER] = str(counter.redis)
        return response


@contextmanager
def counting() -> Iterator[Counter]:
    """Count what this thread asks until the end of the block; no other may count meanwhile."""
    counter = Counter()
    send = AbstractConnection.send_packed_command
    own = get_ident()

    def counted(self: AbstractConnection, *arguments: Any, **options: Any) -> None:
        # What people search for is brought to Redis by a thread of its own, at any moment.
        counter.redis += get_ident() == own
        send(self, *arguments, **options)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(counter.statement))
        AbstractConnection.send_packed_command = counted
        stack.callback(setattr, AbstractConnection, "send_packed_command", send)
        yield counter
