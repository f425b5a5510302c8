"""Reading the log: what happened to an object, field by field, in words."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import unified_diff
from itertools import islice
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext

from audit.models import AuditLog
from shop.money import format_money

#: Columns that say nothing to a person.
_SILENT = frozenset({"id", "version", "created_at"})
_SHOWN_CHARACTERS = 300
#: Under this name an entry says which earlier one it brought back.
RESTORED = "restored_from"
#: Under this name, which earlier one it took back.
UNDONE = "undo_of"
#: Longer texts, and those of several lines, are compared line by line.
_LINE_CHARACTERS = 120
_SHOWN_LINES = 200


@dataclass(frozen=True)
class Line:
    """A line of a long text: ``sign`` is "+" for an added, "-" for a removed one, else ""."""

    sign: str
    text: str


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as text; an empty side says that there was nothing.

    Long texts come as ``lines`` too: what was removed and added, with the lines around it.
    """

    label: str
    old: str
    new: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class HistoryEntry:
    """An entry of the log with its changes told."""

    log: AuditLog
    subject: str
    changes: list[FieldChange]
    #: Where this version can be brought back, if it can.
    restore_url: str = ""

    @property
    def is_whole_row(self) -> bool:
        """Whether every field is told, because the row came or went."""
        return self.log.action in (AuditLog.Action.CREATE, AuditLog.Action.DELETE)


def entries_of(objects: Iterable[models.Model]) -> QuerySet[AuditLog]:
    """The history of ``objects`` together, newest first."""
    keys: dict[str, list[str]] = defaultdict(list)
    for item in objects:
        keys[item._meta.label_lower].append(str(item.pk))
    about = Q(pk__in=[])
    for entity, ids in keys.items():
        about |= Q(entity=entity, entity_id__in=ids)
    return AuditLog.objects.filter(about).select_related("actor")


def told(
    entries: Iterable[AuditLog],
    amounts: dict[str, Collection[str]],
    *,
    keep_empty: bool = False,
) -> list[HistoryEntry]:
    """The entries with field labels, choices and names of rows instead of columns and keys.

    ``amounts`` names, for each entity, the columns that hold minor units of money. Fields that
    are empty on both sides are left out unless ``keep_empty``. One query for each kind of row.
    """
    logs = list(entries)
    names = _names_of_rows(logs)
    return [
        HistoryEntry(
            log=log,
            subject=f"{entity_name(log.entity)} {names.get((log.entity, log.entity_id), '')}",
            changes=_changes(log, names, amounts.get(log.entity, ()), keep_empty=keep_empty),
        )
        for log in logs
    ]


def entity_name(entity: str) -> str:
    """The entity as staff call it: "catalog.product" is "Product"."""
    model = model_of(entity)
    return capfirst(str(model._meta.verbose_name)) if model else entity


def _changes(
    log: AuditLog,
    names: dict[tuple[str, str], str],
    amounts: Collection[str],
    *,
    keep_empty: bool,
) -> list[FieldChange]:
    model = model_of(log.entity)
    columns = [*log.before, *(name for name in log.after if name not in log.before)]
    changes = []
    for column in columns:
        if column in _SILENT:
            continue
        if column in (RESTORED, UNDONE):
            label = gettext("Restored the version of") if column == RESTORED else gettext("Undid")
            changes.append(FieldChange(label, "", _time_of(log.after[column])))
            continue
        field = _field(model, column)
        name = field.verbose_name if field else getattr(model, "logged", {}).get(column, column)
        label = capfirst(str(name))
        old, new = (
            _text(values.get(column), field, names, is_amount=column in amounts)
            for values in (log.before, log.after)
        )
        if old or new or keep_empty:
            lines = _lines(log.before.get(column), log.after.get(column))
            changes.append(FieldChange(label, old, new, lines))
    return changes


def _time_of(entry_id: str) -> str:
    """When an entry was written: its key tells (UUIDv7)."""
    milliseconds = UUID(entry_id).int >> 80
    moment = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    return date_format(localtime(moment), "DATETIME_FORMAT")


def _lines(old: Any, new: Any) -> tuple[Line, ...]:
    """Line by line, where both sides are text and one of them is long; else nothing."""
    if not (isinstance(old, str) and isinstance(new, str) and old and new):
        return ()
    if all(len(text) <= _LINE_CHARACTERS and "\n" not in text for text in (old, new)):
        return ()
    compared = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
    # The first three lines are the heads of the files and of the first place.
    return tuple(
        Line("", "…") if line.startswith("@@") else Line(line[0].strip(), line[1:])
        for line in islice(compared, 3, _SHOWN_LINES)
    )


def _text(
    value: Any,
    field: "models.Field[Any, Any] | None",
    names: dict[tuple[str, str], str],
    *,
    is_amount: bool,
) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if is_amount and isinstance(value, int):
        return format_money(value, settings.SHOP_CURRENCY)
    if field is None:
        return str(value)[:_SHOWN_CHARACTERS]
    if isinstance(field, models.ForeignKey):
        return names.get((_related(field)._meta.label_lower, str(value)), str(value))
    if isinstance(field, models.DateTimeField):
        # What was written once stays in the log, be it a time that no clock shows.
        with suppress(ValueError, OverflowError):
            if moment := parse_datetime(str(value)):
                return date_format(localtime(moment), "DATETIME_FORMAT")
    choices = dict(field.flatchoices)
    return str(choices.get(value, value))[:_SHOWN_CHARACTERS]


def _names_of_rows(logs: list[AuditLog]) -> dict[tuple[str, str], str]:
    wanted: dict[type[models.Model], set[str]] = defaultdict(set)
    for log in logs:
        model = model_of(log.entity)
        if model is not None and _is_key(model, log.entity_id):
            wanted[model].add(log.entity_id)
        for values in (log.before, log.after):
            for column, value in values.items():
                field = _field(model, column)
                if value and isinstance(field, models.ForeignKey):
                    wanted[_related(field)].add(str(value))
    return {
        (model._meta.label_lower, str(row.pk)): str(row)
        for model, keys in wanted.items()
        # With what its name is made of: a stock row is called by its variant and location.
        for row in model._base_manager.filter(pk__in=keys).select_related()
    }


def _is_key(model: type[models.Model], text: str) -> bool:
    """Whether ``text`` can be the key of a row; looks at lists and reports have none."""
    try:
        return bool(text) and model._meta.pk.to_python(text) is not None
    except ValidationError:
        return False


def model_of(entity: str) -> type[models.Model] | None:
    """The table that ``entity`` names; None when there is none by that name any more."""
    try:
        return apps.get_model(entity)
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, column: str) -> "models.Field[Any, Any] | None":
    if model is None:
        return None
    name = column.removesuffix("_id")
    for candidate in (column, name):
        try:
            field = model._meta.get_field(candidate)
        except FieldDoesNotExist:
            continue
        if isinstance(field, models.Field):
            return field
    return None


def _related(field: "models.ForeignKey[Any, Any]") -> type[models.Model]:
    # Once the apps are loaded every relation is resolved, also one to "self".
    return cast("type[models.Model]", field.related_model)
