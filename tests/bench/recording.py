"""The statements of one act, written down so that pgbench can repeat them for new rows."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import ClientCursor

#: A text in quotes as PostgreSQL writes it; the ones with a backslash begin with E.
_LITERAL = re.compile(r"(\bE)?'((?:[^']|'')*)'")
#: As text, and as psycopg writes it.
_UUID = re.compile(r"\b[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}\b")
#: Read by pgbench as a variable, also in a text.
_COLON = re.compile(r":(?=[A-Za-z_])")


@contextmanager
def recorded() -> Iterator[list[str]]:
    """The statements inside transactions until the end of the block, with their values."""
    statements: list[str] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if connection.in_atomic_block:
            statements.append(ClientCursor(connection.connection).mogrify(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield statements


def script(statements: list[str], *, since: float, renewed: list[str]) -> str:
    """A script for pgbench that does the same with rows of its own each time.

    Keys made after ``since`` (seconds of the epoch) and the texts in ``renewed`` become new ones.
    """
    written = {found[0] for statement in statements for found in _UUID.finditer(statement)}
    fresh = {}
    for key in written:
        if _made_at(key) >= since - 0.001:
            new = f"md5(:k::text || '{key.replace('-', '')}')"
            fresh[key] = f"{new}::uuid::text" if "-" in key else new
    fresh |= {text: f"md5(:k::text || '{text[:8]}')" for text in renewed}
    lines = [_LITERAL.sub(lambda found: _renew(found, fresh), one) for one in statements]
    body = "\n".join(f"{' '.join(line.split())};" for line in lines)
    return f"\\set k random(1, 9000000000000000000)\nBEGIN;\n{body}\nCOMMIT;\n"


def _renew(found: re.Match[str], fresh: dict[str, str]) -> str:
    prefix, text = found.groups()
    is_cast = found.string.startswith(("::", ")::"), found.end())
    shielded = _COLON.sub(r"\\x3a", text)
    shown = f"E'{shielded}'" if prefix or shielded != text else f"'{text}'"
    for old, new in fresh.items():
        if old in text:
            shown = f"replace({shown}, '{old}', {new})"
    if shown.startswith("replace(") and text.startswith("{") and not is_cast:
        # A text made by a function is no longer taken for JSON by itself.
        return f"{shown}::jsonb"
    return shown


def _made_at(key: str) -> float:
    """When a UUIDv7 was made, in seconds of the epoch; other keys seem to be of old."""
    value = UUID(key)
    return (value.int >> 80) / 1000 if value.version == 7 else 0.0
