"""Bringing a row back to what it was after an entry of the log."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from audit import history, recording
from audit.history import FieldChange
from audit.models import AuditLog
from shop.models import StaleObject, column_values

Action = AuditLog.Action
#: Kept by the database, by acts of their own, or by nobody.
_NEVER = frozenset({"id", "created_at", "updated_at", "version", "deleted_at"})
#: Under this name a restore says which entry it restored.
MARK = history.RESTORED


@dataclass(frozen=True)
class Step:
    """One field that would change back; ``refusal`` says why it may not."""

    field: "models.Field[Any, Any]"
    value: Any
    change: FieldChange
    refusal: str


def entries_about(row: models.Model) -> "models.QuerySet[AuditLog]":
    """What was written to the row, newest first."""
    written = (Action.CREATE, Action.UPDATE)
    return history.entries_of([row]).filter(action__in=written).order_by("-created_at", "-id")


def state_after(row: models.Model, entry: AuditLog) -> dict[str, Any]:
    """The column values of ``row`` right after ``entry``, as JSON holds them.

    Only columns that have changed since are told.
    """
    since: dict[str, Any] = {}
    for later in entries_about(row).filter(created_at__gte=entry.created_at):
        if later.pk == entry.pk:
            break
        since |= later.before
    return since


def steps(
    row: models.Model,
    entry: AuditLog,
    *,
    allowed: Collection[str],
    refusal_of: Callable[[str], str],
    amounts: Collection[str],
) -> list[Step]:
    """What restoring ``entry`` would change in ``row`` now: its ``allowed`` fields by name."""
    then = state_after(row, entry)
    now = recording.plain(column_values(row))
    fields = [field for field in restorable_fields(row) if field.name in allowed]
    changed = {
        field.attname: (field, then[field.attname])
        for field in fields
        if field.attname in then
        and then[field.attname] != now.get(field.attname)
        and then[field.attname] != recording.MASK
    }
    log = AuditLog(
        entity=row._meta.label_lower,
        entity_id=str(row.pk),
        before={name: now.get(name) for name in changed},
        after={name: value for name, (_field, value) in changed.items()},
    )
    [told] = history.told([log], {log.entity: amounts}, keep_empty=True)
    return [
        Step(field, value, change, refusal_of(field.name))
        for (field, value), change in zip(changed.values(), told.changes, strict=True)
    ]


def restorable_fields(row: models.Model) -> "Iterator[models.Field[Any, Any]]":
    """The columns of ``row`` that a person may set."""
    unsaved = getattr(row, "unsaved_columns", ())
    for field in row._meta.concrete_fields:
        is_plain = field.editable and not getattr(field, "generated", False)
        if is_plain and field.name not in _NEVER and field.attname not in unsaved:
            yield field


def restore(
    row: models.Model,
    entry: AuditLog,
    chosen: Collection[Step],
    *,
    seen: str,
    write: Callable[[models.Model, dict[str, Any]], None],
) -> None:
    """Give ``row`` the values of the ``chosen`` steps through ``write``, in one transaction.

    ``seen`` is the newest entry that the person saw. Raises :class:`~shop.models.StaleObject`
    when there is a newer one, ValidationError for values that no longer fit, and what ``write``
    refuses. An entry of its own names the one restored.
    """
    with recording.batch():
        locked = type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
        newest = entries_about(row).first()
        if newest is None or str(newest.pk) != seen:
            raise StaleObject(row)
        values = {step.field.attname: step.field.to_python(step.value) for step in chosen}
        write(locked, values)
        recording.record(Action.UPDATE, type(row), row.pk, {}, {MARK: str(entry.pk)})


def save(row: models.Model, values: dict[str, Any]) -> None:
    """Set columns and save, after the checks of the model."""
    for name, value in values.items():
        setattr(row, name, value)
    names = {field.name for field in row._meta.concrete_fields if field.attname in values}
    row.full_clean(exclude={field.name for field in row._meta.fields} - names)
    row.save()
