"""Writing audit entries: from signals, one by one or gathered into one statement per act."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

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
_gathered: ContextVar[list[Entry] | None] = ContextVar("gathered", default=None)


@contextmanager
def batch(*, is_one: bool = False) -> Iterator[None]:
    """Write the entries of everything inside at once, in one transaction with the act.

    What was left to :mod:`shop.closing` goes into the same statement; with ``is_one`` also what
    acts inside left to it, which nobody then reads before the end. A batch inside a batch joins it.
    When the act fails its transaction takes the entries along.
    """
    if _gathered.get() is not None:
        with closing.part(is_one=is_one):
            yield
        return
    token = _gathered.set([])
    try:
        with transaction.atomic(), closing.gathered(is_one=is_one) as last:
            yield
            entries = _gathered.get()
            if entries:
                _write(entries)
            last.write()
    finally:
        _gathered.reset(token)


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
    for name in HIDDEN.get(model._meta.label_lower, ()):
        for values in (old, new):
            if name in values:
                values[name] = MASK
    if action == AuditLog.Action.UPDATE and not (old or new):
        return
    actor = current_actor()
    entry = (
        new_id(),
        actor.user_id,
        str(actor.type),
        str(action),
        model._meta.label_lower,
        str(pk),
        json.dumps(old),
        json.dumps(new),
        actor.ip,
        actor.user_agent,
        actor.request_id,
    )
    gathered = _gathered.get()
    if gathered is None:
        _write([entry])
    else:
        gathered.append(entry)


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
        told = {name: plain(value) for name, value in after.items() if name not in UNTOLD}
        return {}, {name: _masked(name, value) for name, value in told.items() if value is not None}
    differing = {
        name
        for name in before.keys() | after.keys()
        if name not in UNTOLD and not _is_same(before.get(name), after.get(name))
    }
    old = {name: plain(value) for name, value in before.items() if name in differing}
    new = {name: plain(value) for name, value in after.items() if name in differing}
    changed = {name for name in differing if old.get(name) != new.get(name)}
    return (
        {name: _masked(name, old[name]) for name in old if name in changed},
        {name: _masked(name, new[name]) for name in new if name in changed},
    )


def _is_same(old: Any, new: Any) -> bool:
    """Whether it is clear without JSON that nothing changed."""
    return old is new or (type(old) is type(new) and bool(old == new))


class _Encoder(DjangoJSONEncoder):
    """Values of our fields that JSON has no word for, as their text."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


_ENCODER = _Encoder()


def plain(value: Any) -> Any:
    """``value`` as JSON holds it, so that before and after compare alike."""
    if type(value) in (bool, int, str, type(None)):
        return value
    if type(value) in (UUID, datetime):
        return _ENCODER.default(value)
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
