"""What each process of the shop does before its first query."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


class ServersUnavailable(Exception):
    """The embedded servers cannot run; the message names the cause and what helps."""


def attach_embedded_servers() -> None:
    """Use the embedded PostgreSQL and Redis for what no URL was given.

    Safe to call again, also to bring back a server that died. Raises ServersUnavailable.
    """
    if settings.EMBEDDED_POSTGRES or settings.EMBEDDED_REDIS:
        # Imported only here: with the URLs set nothing embedded is loaded.
        from shop import embedded  # noqa: PLC0415

        try:
            embedded.attach(
                settings.DATA_DIR,
                postgres=settings.EMBEDDED_POSTGRES,
                redis=settings.EMBEDDED_REDIS,
            )
        except embedded.EmbeddedError as error:
            raise ServersUnavailable(f"The embedded servers cannot run. {error}") from error


@contextmanager
def keeping_no_statements() -> Iterator[None]:
    """Keep no text of statements in this process, as Django does where DEBUG is on.

    It keeps the last 9,000 of each thread, and one that writes many rows is megabytes long.
    """
    limit = BaseDatabaseWrapper.queries_limit
    logs = {one: one.queries_log for one in connections.all(initialized_only=True)}
    BaseDatabaseWrapper.queries_limit = 0
    for one in logs:
        one.queries_log = deque(maxlen=0)
    try:
        yield
    finally:
        BaseDatabaseWrapper.queries_limit = limit
        for one, log in logs.items():
            one.queries_log = log
