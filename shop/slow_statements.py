"""Statements that take longer than ``SLOW_QUERY_MS``: a line in the log says who ran them.

The line has the text with its placeholders and never the values, because these are people's names
and addresses. It carries the id of the request, as every line does.
"""

import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.sql import Composable

logger = structlog.get_logger(__name__)

#: Characters of a statement in the log.
MOST_TEXT = 2_000
#: Places of our code in the log: where the statement was run, and who called for it.
CALLERS = 3
_ROOT = f"{Path(__file__).resolve().parent.parent}/"


def watch() -> None:
    """Watch the statements of every connection that this process opens from now on."""
    connection_created.connect(_attend, dispatch_uid=__name__)


def timed(
    execute: Callable[..., Any], statement: Any, values: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run a statement, for Django's ``execute_wrappers``; those that fail are slow ones too."""
    started = time.perf_counter()
    try:
        return execute(statement, values, many, context)
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        if milliseconds > settings.SLOW_QUERY_MS > 0:
            logger.warning(
                "slow statement",
                milliseconds=round(milliseconds, 1),
                caller=" < ".join(islice(_places(sys._getframe(1)), CALLERS)),
                statement=_text(statement),
            )


def _attend(connection: BaseDatabaseWrapper, **_facts: Any) -> None:
    # A connection of the pool is opened anew for each request, behind the same object.
    if timed not in connection.execute_wrappers:
        # First: whoever wraps statements for a while takes away the last one at the end.
        connection.execute_wrappers.insert(0, timed)


def _places(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(_ROOT) and "site-packages" not in path and path != __file__:
            yield f"{Path(path).relative_to(_ROOT)}:{frame.f_lineno}"
        frame = frame.f_back


def _text(statement: Any) -> str:
    text = statement.as_string() if isinstance(statement, Composable) else str(statement)
    return " ".join(text.split())[:MOST_TEXT]
