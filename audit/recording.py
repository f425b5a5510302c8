"""Writing audit entries: from signals, one by one or gathered into one statement per act."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from itertools import chain
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.models import AuditLog
from shop import closing
from shop.actor import current_actor
from shop.models import new_id

#: Columns whose values never reach the log; that they changed does.
SECRET_WORDS = ("password", "secret", "token", "recovery", "code_hash")
#: Further columns that never do, by entity.
HIDDEN: dict[str, frozenset[str]] = {
    "mfa.authenticator": frozenset({"data"}),
    "account.emailconfirmation": frozenset({"key"}),
}
MASK = "[hidden]"
#: Columns that change with every write and say nothing.
UNTOLD = frozenset(
    {"updated_at", "version", "search_head", "search_vector", "brand_name", "last_login"}
)

# Without the ORM: an import writes hundreds of thousands of entries.
_TABLE = f"""
    {AuditLog._meta.db_table} (
        id, actor_id, actor_type, action, entity, entity_id, before, after,
        ip_address, user_agent, request_id
    )
"""
#: Characters of a list's filters that are written down.
_QUERY_LENGTH = 300
#: Entries above which COPY is quicker than INSERT.
_FEW = 50
#: Values in the order of ``_TABLE``.
Entry = tuple[Any, ...]


@dataclass
class _Gathered:
    """Entries that wait for the end of an act; ``depth`` counts the savepoints around it.

    An entry of an inner savepoint has a mark among the hooks of the commit, from where Django takes
    it when that savepoint is rolled back.
    """

    own: BaseDatabaseWrapper
    depth: int
    entries: list[tuple[Entry, Callable[[], object] | None]] = field(default_factory=list)
    marks: dict[tuple[str, ...], Callable[[], object]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        inner = tuple(filter(None, self.own.savepoint_ids[self.depth :]))
        self.entries.append((entry, self._mark(inner) if inner else None))

    def _mark(self, inner: tuple[str, ...]) -> Callable[[], object]:
        if inner not in self.marks:
            self.marks[inner] = partial(tuple)
            transaction.on_commit(self.marks[inner])
        return self.marks[inner]

    def write(self) -> None:
        """Write the entries of what was not rolled back."""
        left = {id(hook[1]) for hook in self.own.run_on_commit} if self.marks else set()
        entries = [entry for entry, mark in self.entries if mark is None or id(mark) in left]
        self.entries = []
        if entries:
            _write(entries)


_gathered: ContextVar[_Gathered | None] = ContextVar("gathered", default=None)


@contextmanager
def batch(*, is_one: bool = False) -> Iterator[None]:
    """Write the entries of everything inside at once, in one transaction with the act.

    What was left to :mod:`shop.closing` goes into the same statement; with ``is_one`` also what
    acts inside left to it, which nobody then reads before the end. A batch inside a batch joins it.
    When the act fails its transaction takes the entries along, and so does a savepoint inside.
    """
    if _gathered.get() is not None:
        with closing.part(is_one=is_one):
            yield
        return
    with transaction.atomic(), closing.gathered(is_one=is_one) as last:
        mine = _Gathered(last.own, last.depth)
        token = _gathered.set(mine)
        try:
            yield
            mine.write()
            last.write()
        finally:
            _gathered.reset(token)


def write_now() -> None:
    """Write what waits for the end of an act that goes on to read it, unless in a savepoint."""
    waiting = _gathered.get()
    if waiting is not None and waiting.depth == len(waiting.own.savepoint_ids):
        waiting.write()
    closing.write_now()


def record(
    action: AuditLog.Action,
    model: type[models.Model],
    pk: Any,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """Log one change; ``before`` and ``after`` are column values by attribute name.

    Only columns that differ are kept. A change of nothing leaves no entry.
    """
    old, new = _differences(before, after)
    entity = model._meta.label_lower
    for name in HIDDEN.get(entity, ()):
        for values in (old, new):
            if name in values:
                values[name] = MASK
    if action == AuditLog.Action.UPDATE and not (old or new):
        return
    actor = current_actor()
    entry = (
        new_id(),
        actor.user_id,
        actor.type.value,
        action.value,
        entity,
        str(pk),
        json.dumps(old) if old else "{}",
        json.dumps(new) if new else "{}",
        actor.ip,
        actor.user_agent,
        actor.request_id,
    )
    gathered = _gathered.get()
    if gathered is None:
        _write([entry])
    else:
        gathered.add(entry)


def written_down(query: str) -> str:
    """What a list was narrowed by, as its entry tells it; ``query`` as an address has it.

    In plain text: an erasure looks for addresses, and would not find one with "%40" in it.
    """
    return unquote_plus(query).replace("\0", "")[:_QUERY_LENGTH]


def _write(entries: list[Entry]) -> None:
    if len(entries) <= _FEW:
        row = f"({', '.join(['%s'] * len(entries[0]))})"
        rows = ", ".join([row] * len(entries))
        closing.run(f"INSERT INTO {_TABLE} VALUES {rows}", list(chain(*entries)))  # noqa: S608
        return
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {_TABLE} FROM STDIN") as copy,
    ):
        for entry in entries:
            copy.write_row(entry)


def _differences(
    before: dict[str, Any], after: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    if not before:
        # What an empty column held is not told; a list of nothing is.
        return {}, {
            name: value
            if type(value) in _AS_IT_IS and not _is_secret(name)
            else _masked(name, plain(value))
            for name, value in after.items()
            if value is not None and name not in UNTOLD
        }
    old, new = {}, {}
    for name in _differing(before, after):
        was, becomes = plain(before.get(name)), plain(after.get(name))
        if was != becomes:
            if name in before:
                old[name] = _masked(name, was)
            if name in after:
                new[name] = _masked(name, becomes)
    return old, new


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Columns that may have changed; of the others it is clear without JSON."""
    found = [name for name in before if name not in after and name not in UNTOLD]
    for name, new in after.items():
        old = before.get(name)
        if old is new or name in UNTOLD or (type(old) is type(new) and old == new):
            continue
        found.append(name)
    return found


class _Encoder(DjangoJSONEncoder):
    """Values of our fields that JSON has no word for, as their text."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


_ENCODER = _Encoder()
#: Types of values that JSON holds as they are.
_AS_IT_IS = frozenset({bool, int, str, type(None)})


def plain(value: Any) -> Any:
    """``value`` as JSON holds it, so that before and after compare alike."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is UUID:
        return str(value)
    if kind is datetime:
        return _ENCODER.default(value)
    if isinstance(value, str):
        # A choice, or a text marked as safe.
        return str.__str__(value)
    return json.loads(json.dumps(value, cls=_Encoder))


def _masked(name: str, value: Any) -> Any:
    if value and _is_secret(name):
        return MASK
    return _masked_inside(value) if isinstance(value, (dict, list)) else value


def _masked_inside(value: Any) -> Any:
    if isinstance(value, dict):
        return masked(value)
    return [_masked_inside(one) for one in value] if isinstance(value, list) else value


def masked(values: dict[str, Any]) -> dict[str, Any]:
    """``values`` with their secrets hidden, also those of dictionaries and lists inside."""
    return {name: _masked(name, value) for name, value in values.items()}


@lru_cache(maxsize=5_000)
def _is_secret(name: str) -> bool:
    return any(word in name for word in SECRET_WORDS)
