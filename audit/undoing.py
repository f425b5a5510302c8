"""Taking back what a person did in one request: its changes, where nothing happened since.

Rows that came or went are not brought back, nor what nobody may type: those have acts of their own,
such as the revert of an import. What is written goes through the same page as a restore.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.http import HttpRequest
from django.utils.translation import gettext

from audit import history, recording, restoring
from audit.history import FieldChange
from audit.models import AuditLog
from audit.restore_pages import RestoringAdmin
from shop.models import StaleObject, column_values

#: Entries of an act that can be undone here; larger acts have a revert of their own.
MOST = 200
Action = AuditLog.Action
#: Actions that change nothing.
_HARMLESS = (Action.VIEW, Action.EXPORT, Action.REDACT)


class CannotUndo(Exception):
    """Nothing was changed; the text says why."""


@dataclass(frozen=True)
class Step:
    """A row with the values it would get back."""

    row: models.Model
    entries: tuple[AuditLog, ...]
    values: dict[str, Any]
    changes: tuple[FieldChange, ...]
    page: RestoringAdmin


@dataclass(frozen=True)
class Plan:
    """What undoing an act would do; ``refused`` says, for what stays, its name and why."""

    steps: list[Step] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def is_act(entry: AuditLog) -> bool:
    """Whether the entry belongs to something that a person of the staff did and that can change."""
    return bool(
        entry.request_id
        and entry.actor_type == AuditLog.ActorType.STAFF
        and entry.action not in _HARMLESS
    )


def pages_on(site: admin.AdminSite) -> dict[str, RestoringAdmin]:
    """The page that brings back rows of each kind."""
    pages: dict[str, RestoringAdmin] = {}
    for model, page in site._registry.items():
        if isinstance(page, RestoringAdmin):
            for entity in page.restorable:
                if entity not in pages or entity == model._meta.label_lower:
                    pages[entity] = page
    return pages


def plan(
    entry: AuditLog,
    *,
    request: HttpRequest,
    pages: Mapping[str, RestoringAdmin],
    amounts: dict[str, Collection[str]],
) -> Plan:
    """What undoing the act that ``entry`` belongs to would do for who asks."""
    made = Plan()
    if not is_act(entry):
        made.refused.append((str(entry), gettext("Only acts of staff are undone.")))
        return made
    # Whoever sends a request may choose its id, also that of another's.
    entries = list(
        AuditLog.objects.filter(
            request_id=entry.request_id, actor=entry.actor_id, actor_type=entry.actor_type
        )
        .exclude(action__in=_HARMLESS)
        .order_by("created_at", "id")[: MOST + 1]
    )
    if len(entries) > MOST:
        why = gettext("More than %d rows: undo it where it was done.") % MOST
        made.refused.append((entry.request_id, why))
        return made
    by_row: dict[tuple[str, str], list[AuditLog]] = defaultdict(list)
    for one in entries:
        by_row[one.entity, one.entity_id].append(one)
    for (entity, key), group in by_row.items():
        name = f"{history.entity_name(entity)} …{key[-8:]}"
        page = pages.get(entity)
        if any(one.action != Action.UPDATE for one in group):
            made.refused.append((name, gettext("It was made or deleted then.")))
        elif page is None:
            made.refused.append((name, gettext("Rows of this kind are not brought back.")))
        else:
            _add(made, page, request, name, group, amounts)
    return made


def _add(
    made: Plan,
    page: RestoringAdmin,
    request: HttpRequest,
    name: str,
    group: list[AuditLog],
    amounts: dict[str, Collection[str]],
) -> None:
    model = history.model_of(group[0].entity)
    row = model._base_manager.filter(pk=group[0].entity_id).first() if model else None
    if row is None:
        made.refused.append((name, gettext("It is gone.")))
        return
    name = f"{history.entity_name(group[0].entity)} {row}"
    values, changes = {}, []
    allowed = page.restorable[group[0].entity]
    fields = {
        one.attname: one
        for one in restoring.restorable_fields(row)
        if not allowed or one.name in allowed
    }
    before, after = _ends(group)
    for told in _told(group[0], before, after, amounts):
        column, change = told
        known = fields.get(column)
        if known is None:
            made.refused.append((f"{name}: {change.label}", gettext("This is not brought back.")))
            continue
        why = page.restore_refusal(request, row, known.name) or _refusal(row, column, before, after)
        if why:
            made.refused.append((f"{name}: {change.label}", why))
            continue
        values[column] = known.to_python(before.get(column))
        changes.append(change)
    if values:
        made.steps.append(Step(row, tuple(group), values, tuple(changes), page))


def undo(made: Plan) -> int:
    """Do it in one transaction; returns how many rows. Raises :class:`CannotUndo` for all of it.

    Rows are locked in key order and must still be as the act left them. An entry for each names
    the one that was undone.
    """
    try:
        with recording.batch():
            for step in sorted(made.steps, key=lambda one: (one.row._meta.label, str(one.row.pk))):
                kind = type(step.row)
                locked = kind._base_manager.select_for_update(of=("self",)).get(pk=step.row.pk)
                before, after = _ends(list(step.entries))
                if any(_refusal(locked, name, before, after) for name in step.values):
                    raise StaleObject(locked)
                step.page.write_restored(locked, step.values)
                mark = {history.UNDONE: str(step.entries[-1].pk)}
                recording.record(Action.UPDATE, kind, locked.pk, {}, mark)
    except StaleObject as stale:
        raise CannotUndo(gettext("%s has changed meanwhile.") % stale.instance) from stale
    except ValidationError as refused:
        raise CannotUndo(" ".join(refused.messages)) from refused
    except (IntegrityError, models.ObjectDoesNotExist) as problem:
        text = gettext("The earlier values no longer fit with the rest of the shop.")
        raise CannotUndo(text) from problem
    return len(made.steps)


def _ends(group: list[AuditLog]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of a row before its first and after its last entry of the act."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for one in group:
        before = {**one.before, **before}
        after |= one.after
    for mark in (history.RESTORED, history.UNDONE):
        after.pop(mark, None)
    return before, after


def _refusal(row: models.Model, column: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    if recording.MASK in (before.get(column), after.get(column)):
        return gettext("The log does not hold secrets.")
    if recording.plain(column_values(row)).get(column) != after.get(column):
        return gettext("It has changed since.")
    return ""


def _told(
    entry: AuditLog,
    before: dict[str, Any],
    after: dict[str, Any],
    amounts: dict[str, Collection[str]],
) -> list[tuple[str, FieldChange]]:
    """Each column with its way back in words."""
    told = []
    for column in sorted(before.keys() | after.keys()):
        log = AuditLog(
            entity=entry.entity,
            entity_id=entry.entity_id,
            before={column: after.get(column)},
            after={column: before.get(column)},
        )
        [one] = history.told([log], amounts, keep_empty=True)
        told += [(column, change) for change in one.changes]
    return told
