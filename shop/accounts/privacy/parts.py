"""What the shop holds of people: one :class:`Part` for each table, with a word on each column.

Download, erasure, the term of the law and the test of markers all read this register. Each app
fills it in its ``privacy.py``, so no table below knows one above. A column without a word, or a
table that is neither registered nor declared :func:`impersonal`, fails a test by its name.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from shop.accounts.privacy.people import Person

#: Rows that a statement reads or changes at once.
BATCH = 500


@dataclass(frozen=True)
class Part:
    """What one table holds of a person.

    ``erased`` says what stands in a column afterwards: a value, an expression, or a function of
    the person. ``locked`` are columns that law keeps for its term, counted from the time in
    ``term``; they are erased with it. ``kept`` columns say nothing about the person by
    themselves. ``secret`` ones are not told in the download. ``files`` are the names in the ZIP
    with their bytes, ``remove_files`` deletes what lies outside the database, before the rows
    change. With ``is_deleted`` the rows go, and no column needs a word; rows that hang on them are
    a part before.
    """

    model: type[models.Model]
    of: Callable[[Person], Q]
    erased: Mapping[str, Any] = field(default_factory=dict)
    locked: Mapping[str, Any] = field(default_factory=dict)
    term: str = ""
    kept: Collection[str] = ()
    secret: Collection[str] = ()
    is_deleted: bool = False
    is_told: bool = True
    #: Columns with addresses by which rows of guests are found again after a restore.
    addresses: Collection[str] = ()
    files: Callable[[models.Model], Iterator[tuple[str, bytes]]] | None = None
    remove_files: Callable[[Sequence[Any]], None] | None = None
    #: What has to be done about rows, in their transaction, before they change.
    before: Callable[[Collection[Any]], None] | None = None
    #: What has to be done once the rows are changed, in that transaction, as for what caches show.
    changed: Callable[[Sequence[Any]], None] | None = None
    #: Takes the place of all that, for tables with an act of their own: erases the rows with these
    #: keys and returns rows of other tables that went along.
    erase: Callable[[Person, Collection[Any]], Iterable[models.Model]] | None = None

    @property
    def name(self) -> str:
        """``app.model``, as the audit log names the table."""
        return self.model._meta.label_lower

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def rows(self, person: Person) -> "models.QuerySet[Any]":
        """The rows of the person, deleted ones too; writes to them are not announced."""
        return models.QuerySet(self.model).filter(self.of(person)).order_by("pk")


_parts: dict[str, Part] = {}
_impersonal: dict[str, str] = {}


def register(*parts: Part) -> None:
    """Add parts, in the order in which they are erased: children before those they hang on."""
    for part in parts:
        _parts[part.name] = part


def impersonal(reason: str, *labels: str) -> None:
    """Declare tables, as ``app.Model``, that hold nothing of a customer, and say why."""
    for label in labels:
        _impersonal[label.lower()] = reason


def all_parts() -> list[Part]:
    """Every part: apps from the top floor down, the account itself last."""
    top_first = ("bookings", "operations", "payments", "orders", "catalog", "inventory")
    ranks = {app: rank for rank, app in enumerate(top_first)}
    order = {name: place for place, name in enumerate(_parts)}
    return sorted(
        _parts.values(),
        key=lambda part: (ranks.get(part.model._meta.app_label, len(ranks)), order[part.name]),
    )


def part_of(model: type[models.Model]) -> Part | None:
    return _parts.get(model._meta.label_lower)


def undecided() -> list[str]:
    """Tables and columns that nobody has said a word about, by name."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.label_lower
        part = _parts.get(name)
        if part is None:
            if model._meta.managed and name not in _impersonal:
                found.append(model._meta.label)
        elif not (part.is_deleted or part.erase):
            known = {*part.erased, *part.locked, *part.kept}
            found += [
                f"{model._meta.label}.{column.name}"
                for column in personal_columns(model)
                if column.name not in known
            ]
    return sorted(found)


def personal_columns(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """The columns of a table that could say something about a person: all but keys and figures."""
    plain = (
        models.AutoField,
        models.BooleanField,
        models.DateField,
        models.DurationField,
        models.FloatField,
        models.IntegerField,
        models.UUIDField,
    )
    return [
        column
        for column in model._meta.concrete_fields
        if not column.is_relation
        and not column.primary_key
        and not getattr(column, "generated", False)
        and not isinstance(column, plain)
        and not column.choices
    ]
