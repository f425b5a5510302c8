"""Reading the log: what happened to an object, field by field, in words."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
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


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as text; an empty side says that there was nothing."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class HistoryEntry:
    """An entry of the log with its changes told."""

    log: AuditLog
    subject: str
    changes: list[FieldChange]

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


def told(entries: Iterable[AuditLog], amounts: dict[str, Collection[str]]) -> list[HistoryEntry]:
    """The entries with field labels, choices and names of rows instead of columns and keys.

    ``amounts`` names, for each entity, the columns that hold minor units of money. One query
    for each kind of row.
    """
    logs = list(entries)
    names = _names_of_rows(logs)
    return [
        HistoryEntry(
            log=log,
            subject=f"{entity_name(log.entity)} {names.get((log.entity, log.entity_id), '')}",
            changes=_changes(log, names, amounts.get(log.entity, ())),
        )
        for log in logs
    ]


def entity_name(entity: str) -> str:
    """The entity as staff call it: "catalog.product" is "Product"."""
    model = _model(entity)
    return capfirst(str(model._meta.verbose_name)) if model else entity


def _changes(
    log: AuditLog, names: dict[tuple[str, str], str], amounts: Collection[str]
) -> list[FieldChange]:
    model = _model(log.entity)
    columns = [*log.before, *(name for name in log.after if name not in log.before)]
    changes = []
    for column in columns:
        if column in _SILENT:
            continue
        field = _field(model, column)
        label = capfirst(str(field.verbose_name)) if field else column
        old, new = (
            _text(values.get(column), field, names, is_amount=column in amounts)
            for values in (log.before, log.after)
        )
        if old or new:
            changes.append(FieldChange(label, old, new))
    return changes


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
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return date_format(localtime(moment), "DATETIME_FORMAT")
    choices = dict(field.flatchoices)
    return str(choices.get(value, value))[:_SHOWN_CHARACTERS]


def _names_of_rows(logs: list[AuditLog]) -> dict[tuple[str, str], str]:
    wanted: dict[type[models.Model], set[str]] = defaultdict(set)
    for log in logs:
        model = _model(log.entity)
        if model is not None:
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


def _model(entity: str) -> type[models.Model] | None:
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
