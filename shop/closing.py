"""What an act writes last, in one statement.

Rows that nobody reads again before the commit need no statement each: inside
:func:`audit.recording.batch` they are gathered and written at its end, together with the entries of
the audit log, as one ``WITH`` statement. A batch inside a batch writes its own rows at its own end,
so whoever calls an act finds what it wrote; unless the outer batch says that it reads none of it.
Inside a savepoint that may still be rolled back, and outside a batch, rows are written at once.
Constraints and triggers speak up when it is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from shop import cache, insertion, prepared
from shop.making import Version
from shop.models import Row, Shown, StaleObject, Versioned, column_values, rows_written


@dataclass(frozen=True)
class _Part:
    """A statement that writes; ``refusal`` is raised unless it writes ``rows``, or any at all."""

    text: str
    values: tuple[Any, ...]
    rows: int | None = None
    refusal: Exception | None = None


@dataclass
class _Closing:
    """What waits; ``depth`` counts the savepoints around the batch.

    The connection is kept, because to find that of a thread takes longer than to ask it.
    """

    own: BaseDatabaseWrapper
    depth: int
    is_one: bool
    rows: list[models.Model] = field(default_factory=list)
    parts: list[_Part] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)

    def write(self) -> None:
        """Write all that waits. Raises StaleObject, and what the database raises."""
        if self.versions:
            cache.bump_versions(self.versions)
            self.versions = []
        inserts = [
            _Part(*insertion.statement(model, list(rows)))
            for model, rows in groupby(sorted(self.rows, key=_table), key=type)
        ]
        parts = [*inserts, *self.parts]
        self.rows, self.parts = [], []
        _run(parts)


_waiting: ContextVar[_Closing | None] = ContextVar("closing", default=None)


@contextmanager
def gathered(*, is_one: bool) -> Iterator[_Closing]:
    """Let what is added inside wait; the caller, in a transaction, writes it."""
    own = connections[DEFAULT_DB_ALIAS]
    waiting = _Closing(own, len(own.savepoint_ids), is_one)
    token = _waiting.set(waiting)
    try:
        yield waiting
    finally:
        _waiting.reset(token)


@contextmanager
def part(*, is_one: bool) -> Iterator[None]:
    """An act within another: what it added is written at its end, unless the outer one waits.

    With ``is_one`` the acts inside wait for the end of this one.
    """
    waiting = _waiting.get()
    if waiting is None or waiting.is_one:
        yield
        return
    waiting.is_one = is_one
    try:
        yield
    finally:
        waiting.is_one = False
    if _open() is waiting:
        waiting.write()


def add(*rows: models.Model) -> None:
    """Insert new rows, at the end if they may wait; announced as ``bulk_create`` does.

    What the database would fill in is not read back.
    """
    for model, group in groupby(rows, key=type):
        made = list(group)
        told: list[Row] = [(row.pk, {}, column_values(row)) for row in made]
        rows_written.send(sender=model, action="create", rows=told)
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        if isinstance(row, Shown):
            ends(row.own_versions({}))
    waiting = _open()
    if waiting is not None:
        waiting.rows.extend(rows)
        return
    _run(
        [
            _Part(*insertion.statement(model, list(group)))
            for model, group in groupby(rows, key=type)
        ]
    )


def add_now(row: models.Model) -> None:
    """Insert a new row at once and read back what the database fills in; announced like others."""
    left = insertion.filled_in(row)
    text, given = insertion.statement(type(row), [row])
    returned = ", ".join(f'"{one.column}"' for one in left) or "1"
    with prepared.cursor() as cursor:
        cursor.execute(f"{text} RETURNING {returned}", given)
        found = cursor.fetchone() or ()
    for one, value in zip(left, found, strict=False):
        setattr(row, one.name, value)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    values = column_values(row)
    rows_written.send(sender=type(row), action="create", rows=[(row.pk, {}, values)])
    row._loaded_values = values  # type: ignore[attr-defined]
    if isinstance(row, Shown):
        ends(row.own_versions({}))


def change(
    row: models.Model, *names: str, only_if: tuple[str, Sequence[Any]] | None = None
) -> None:
    """Write the fields ``names`` of ``row``, at the end if that may wait.

    Raises :class:`~shop.models.StaleObject` then when a versioned row was changed by others since
    it was read, or the condition ``only_if`` (text and values) does not hold for it; any other row
    must be locked, or its last writer be right.
    """
    model, known = type(row), getattr(row, "_loaded_values", None) or {}
    changed = insertion.columns_of(model, names)
    now = {one.name: getattr(row, one.name) for one in changed}
    values = [one.written(now[one.name]) for one in changed]
    columns = [one.column for one in changed]
    conditions, which = [f'"{_key(model)}" = %s'], [row.pk]
    refusal = None
    if isinstance(row, Versioned):
        refusal = StaleObject(row)
        conditions.append("version = %s")
        which.append(row.version)
        if only_if is not None:
            conditions.append(only_if[0])
            which += only_if[1]
        row.version += 1
        columns.append("version")
        values.append(row.version)
    sets = ", ".join(f'"{column}" = %s' for column in columns)
    text = f'UPDATE "{_table(row)}" SET {sets} WHERE {" AND ".join(conditions)}'  # noqa: S608
    params = [*values, *which]
    after = {**known, **now}
    rows_written.send(sender=model, action="update", rows=[(row.pk, known, after)])
    row._loaded_values = after  # type: ignore[attr-defined]
    if isinstance(row, Shown):
        ends(row.own_versions(known))
    run(text, params, rows=1, refusal=refusal)


def ends(versions: Iterable[Version]) -> None:
    """End what the cache holds under ``versions``, together with what else waits to be written.

    For what shows nothing but rows that are written by this module.
    """
    waiting = _open()
    if waiting is not None:
        waiting.versions.extend(versions)
    else:
        cache.bump_versions(versions)


def run(
    text: str,
    values: Sequence[Any],
    *,
    rows: int | None = None,
    refusal: Exception | None = None,
) -> None:
    """Run an INSERT, UPDATE or DELETE without RETURNING, at the end if that may wait.

    ``refusal`` is raised then unless it wrote exactly ``rows``; without ``rows``, any at all.
    """
    part = _Part(text, tuple(values), rows, refusal)
    waiting = _open()
    if waiting is not None:
        waiting.parts.append(part)
    else:
        _run([part])


def write_now() -> None:
    """Write what waits, for an act that goes on to read it."""
    waiting = _open()
    if waiting is not None:
        waiting.write()


def _open() -> _Closing | None:
    waiting = _waiting.get()
    if waiting is None or len(waiting.own.savepoint_ids) != waiting.depth:
        return None
    return waiting


def _table(row: models.Model) -> str:
    return row._meta.db_table


def _key(model: type[models.Model]) -> str:
    return model._meta.pk.column


def _run(parts: list[_Part]) -> None:
    if not parts:
        return
    guarded = [number for number, part in enumerate(parts) if part.refusal is not None]
    with prepared.cursor() as cursor:
        if len(parts) == 1 and not guarded:
            cursor.execute(parts[0].text, parts[0].values)
            return
        written = ", ".join(
            f"part{number} AS ({part.text} RETURNING 1)" for number, part in enumerate(parts)
        )
        counts = ", ".join(f"(SELECT count(*) FROM part{number})" for number in guarded)  # noqa: S608
        values = [value for part in parts for value in part.values]
        cursor.execute(f"WITH {written} SELECT {counts or '1'}", values)
        found = cursor.fetchone() or ()
    for number, count in zip(guarded, found, strict=False):
        part = parts[number]
        is_done = count == part.rows if part.rows is not None else count > 0
        if part.refusal is not None and not is_done:
            raise part.refusal
