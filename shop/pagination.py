"""Pages of a list: by keyset, so that page 500 costs what page 1 does, or by bounded number.

A keyset page continues after the row that its cursor describes. The cursor is the row's sort
values in base64url JSON. It is not signed, because it grants nothing: it is validated as any
input, and the worst that a forged one does is to start the list somewhere else.
"""

import base64
import binascii
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.utils import timezone

M = TypeVar("M", bound=Model)

#: Longest cursor that is looked at, in characters.
MAX_CURSOR = 1024
_NEXT, _PREVIOUS = "n", "p"
_BIGINT = 2**63


class InvalidCursor(ValueError):
    """The cursor is not one that this list gave."""


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """One page; a cursor is None where the list ends."""

    items: list[M]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True)
class NumberedPage(Generic[M]):
    """One page of a list that is walked by number; no total is counted."""

    items: list[M]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1


@dataclass(frozen=True)
class _Column:
    name: str
    field: "Field[Any, Any]"
    is_descending: bool
    is_nullable: bool

    def value_of(self, row: Model) -> Any:
        return getattr(row, self.name if self.name != "pk" else self.field.attname)

    def reversed(self) -> "_Column":
        return _Column(self.name, self.field, not self.is_descending, self.is_nullable)

    def after(self, value: Any) -> Q | None:
        """Rows that come after ``value``; None when there are none.

        PostgreSQL counts NULL as the largest value, and its indexes are in that order.
        """
        if self.is_descending:
            if value is None:
                return Q(**{f"{self.name}__isnull": False})
            return Q(**{f"{self.name}__lt": value})
        if value is None:
            return None
        after = Q(**{f"{self.name}__gt": value})
        return after | Q(**{f"{self.name}__isnull": True}) if self.is_nullable else after

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True} if value is None else {self.name: value})


def keyset_page(
    queryset: QuerySet[M],
    *,
    order: Sequence[str],
    size: int,
    cursor: str | None = None,
    is_strict: bool = False,
) -> KeysetPage[M]:
    """The page of ``size`` rows that ``cursor`` points at, by default the first.

    ``order`` names own fields or annotations, each with "-" for descending; the last must be
    unique. NULL sorts as in PostgreSQL: last ascending, first descending. One query, two when
    going back reaches the start. A cursor that is not of this list means the first page, or
    InvalidCursor if ``is_strict``. Raises ValueError for an order that is not unique.
    """
    columns = _columns(queryset, order)
    direction, values = _NEXT, None
    if cursor:
        try:
            direction, values = _decode(cursor, columns)
        except InvalidCursor:
            if is_strict:
                raise
    if direction == _PREVIOUS and values is not None:
        backwards = [column.reversed() for column in columns]
        rows = list(_ordered(_after(queryset, backwards, values), backwards)[: size + 1])
        # A page with fewer rows than fit is the first one, which has more of its own to show.
        if len(rows) >= size:
            items = rows[:size][::-1]
            before = _cursor(_PREVIOUS, columns, items[0]) if len(rows) > size else None
            return KeysetPage(items, _cursor(_NEXT, columns, items[-1]), before)
        values = None
    rest = queryset if values is None else _after(queryset, columns, values)
    rows = list(_ordered(rest, columns)[: size + 1])
    items = rows[:size]
    more = _cursor(_NEXT, columns, items[-1]) if len(rows) > size else None
    before = _cursor(_PREVIOUS, columns, items[0]) if items and values is not None else None
    return KeysetPage(items, more, before)


def cursor_after(queryset: QuerySet[M], *, order: Sequence[str], row: M) -> str:
    """The cursor of the page that follows ``row``, for a first page that was read otherwise.

    ``order`` and its errors as with :func:`keyset_page`. No query.
    """
    return _cursor(_NEXT, _columns(queryset, order), row)


def numbered_page(
    queryset: QuerySet[M], *, number: str | int | None, size: int, most: int = 50
) -> NumberedPage[M]:
    """Page ``number`` from 1 to ``most`` of an ordered ``queryset``, in one query.

    OFFSET reads what it skips, hence the bound. What is no number means page 1.
    """
    wanted = str(number or "")
    page = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1
    page = min(max(page, 1), most)
    rows = list(queryset[(page - 1) * size : page * size + 1])
    return NumberedPage(rows[:size], page, has_next=len(rows) > size and page < most)


def _columns(queryset: QuerySet[M], order: Sequence[str]) -> list[_Column]:
    columns = []
    for name in order:
        plain = name.removeprefix("-")
        annotation = queryset.query.annotations.get(plain)
        if annotation is not None:
            # What an expression gives may be NULL whatever its field says.
            field, is_nullable = annotation.output_field, True
        else:
            field = _field(queryset.model, plain)
            is_nullable = field.null
        columns.append(_Column(plain, field, name.startswith("-"), is_nullable))
    if not columns or not columns[-1].field.unique or columns[-1].is_nullable:
        raise ValueError(f"the last of {list(order)} must be unique and never NULL")
    return columns


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    try:
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist as error:
        raise ValueError(f"cannot order by {name}: annotate it first") from error
    if isinstance(field, Field):
        return field
    raise ValueError(f"cannot order by the relation {name}")


def _ordered(queryset: QuerySet[M], columns: list[_Column]) -> QuerySet[M]:
    return queryset.order_by(*(f"{'-' * column.is_descending}{column.name}" for column in columns))


def _after(queryset: QuerySet[M], columns: list[_Column], values: list[Any]) -> QuerySet[M]:
    directions = {column.is_descending for column in columns}
    if len(directions) == 1 and not any(column.is_nullable for column in columns):
        # A row comparison is one range of the index.
        compare = TupleLessThan if columns[0].is_descending else TupleGreaterThan
        row = Tuple(*(F(column.name) for column in columns))
        return queryset.filter(compare(row, values))
    condition = Q(pk__in=[])
    ties = Q()
    for column, value in zip(columns, values, strict=True):
        after = column.after(value)
        if after is not None:
            condition |= ties & after
        ties &= column.same(value)
    # Mixed directions cannot be one range; the first column alone still bounds the scan.
    first, value = columns[0], values[0]
    if value is not None and not (first.is_nullable and not first.is_descending):
        bound = "lte" if first.is_descending else "gte"
        condition &= Q(**{f"{first.name}__{bound}": value})
    return queryset.filter(condition)


def _cursor(direction: str, columns: list[_Column], row: Model) -> str:
    values = [_plain(column.value_of(row)) for column in columns]
    packed = json.dumps([direction, values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


def _decode(cursor: str, columns: list[_Column]) -> tuple[str, list[Any]]:
    if len(cursor) > MAX_CURSOR or not cursor.isascii():
        raise InvalidCursor("too long")
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        content = json.loads(packed)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidCursor("not readable") from error
    match content:
        case [("n" | "p") as direction, list() as values] if len(values) == len(columns):
            read = [_read(column, value) for column, value in zip(columns, values, strict=True)]
            return direction, read
    raise InvalidCursor("not a cursor")


def _read(column: _Column, value: Any) -> Any:
    if value is None:
        if column.is_nullable:
            return None
        raise InvalidCursor(f"{column.name} is never empty")
    if not isinstance(value, str | int | float) or (isinstance(value, str) and "\0" in value):
        raise InvalidCursor(f"{column.name} is not a value")
    try:
        read = column.field.to_python(value)
    except (ValidationError, ValueError, TypeError, OverflowError, ArithmeticError) as error:
        raise InvalidCursor(f"{column.name} is of another type") from error
    # Only what a row can hold, in the form in which a row is written.
    if _plain(read) != value or type(_plain(read)) is not type(value):
        raise InvalidCursor(f"{column.name} is of another type")
    if isinstance(read, int) and not -_BIGINT <= read < _BIGINT:
        raise InvalidCursor(f"{column.name} is out of bounds")
    if isinstance(read, float | Decimal) and not math.isfinite(read):
        raise InvalidCursor(f"{column.name} is not finite")
    if isinstance(read, datetime) and timezone.is_naive(read):
        raise InvalidCursor(f"{column.name} has no time zone")
    if isinstance(read, str):
        try:
            read.encode()
        except UnicodeEncodeError as error:
            raise InvalidCursor(f"{column.name} is not text") from error
    return read
