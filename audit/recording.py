"""Writing audit entries: from signals, one by one or gathered into one INSERT per act."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from audit.models import AuditLog
from shop.actor import current_actor

#: Columns whose values never reach the log; that they changed does.
SECRET_WORDS = ("password", "secret", "token", "recovery")
MASK = "[hidden]"
#: Columns that change with every write and say nothing.
UNTOLD = frozenset(
    {"updated_at", "version", "search_head", "search_vector", "brand_name", "last_login"}
)

_gathered: ContextVar[list[AuditLog] | None] = ContextVar("gathered", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """Write the entries of everything inside as one INSERT, in one transaction with the act.

    A batch inside a batch joins it. When the act fails its transaction takes the entries along.
    """
    if _gathered.get() is not None:
        yield
        return
    token = _gathered.set([])
    try:
        with transaction.atomic():
            yield
            entries = _gathered.get()
            if entries:
                AuditLog.objects.bulk_create(entries)
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
    if action == AuditLog.Action.UPDATE and not (old or new):
        return
    actor = current_actor()
    entry = AuditLog(
        actor_id=actor.user_id,
        actor_type=actor.type,
        action=action,
        entity=model._meta.label_lower,
        entity_id=str(pk),
        before=old,
        after=new,
        ip_address=actor.ip,
        user_agent=actor.user_agent,
        request_id=actor.request_id,
    )
    gathered = _gathered.get()
    if gathered is None:
        entry.save(force_insert=True)
    else:
        gathered.append(entry)


def _differences(
    before: dict[str, Any], after: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    old = {name: plain(value) for name, value in before.items() if name not in UNTOLD}
    new = {name: plain(value) for name, value in after.items() if name not in UNTOLD}
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    return (
        {name: _masked(name, old[name]) for name in old if name in changed},
        {name: _masked(name, new[name]) for name in new if name in changed},
    )


class _Encoder(DjangoJSONEncoder):
    """Values of our fields that JSON has no word for, as their text."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def plain(value: Any) -> Any:
    """``value`` as JSON holds it, so that before and after compare alike."""
    if type(value) in (bool, int, str, type(None)):
        return value
    return json.loads(json.dumps(value, cls=_Encoder))


def _masked(name: str, value: Any) -> Any:
    if value and any(word in name for word in SECRET_WORDS):
        return MASK
    if isinstance(value, dict):
        return {key: _masked(key, inner) for key, inner in value.items()}
    return value
