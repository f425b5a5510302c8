"""Places of a listing, and the rows that a page of them shows.

A page is a range of an index: it starts after the row that the cursor in the URL describes, so
that page 500 costs what page 1 does. A cursor is the row's sort values in base64url JSON. It is
not signed, because it grants nothing; a forged one starts the list somewhere else.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import (
    BooleanField,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.utils import timezone

from catalog.listings import price_range
from catalog.listings.filters import Filters, Pairs
from catalog.listings.found import Found
from catalog.models import ListedProduct, ProductVariant
from catalog.models.listed import EVERYWHERE

#: Pages that can be opened by number alone; who walks on page by page gets further.
MOST_PAGES = 500
#: Pages from which on their starts are remembered, so that a number finds them again.
ANCHORED_FROM = 10
ANCHOR_SECONDS = 600
_MOST_CURSOR = 300
#: Columns of each order, all in one direction, and whether that is down.
_ORDERS: dict[str, tuple[Sequence[str], bool]] = {
    "": (("precedence", "published_at", "product_id"), True),
    "newest": (("published_at", "product_id"), True),
    "price": (("price_low", "product_id"), False),
    "price-desc": (("price_low", "product_id"), True),
    "rating": (("rating", "published_at", "product_id"), True),
    "best-selling": (("units_sold", "published_at", "product_id"), True),
}
#: A far greater value than any row has would not fit the column's type.
_MOST = {"precedence": 2**31, "units_sold": 2**31, "price_low": 2**63}


@dataclass(frozen=True)
class Place:
    """What is listed: a category (then with ``path``), a collection, a brand, or EVERYWHERE.

    ``order_label`` names the place's own order; ``kept`` are pairs that all its links keep.
    A search lists what it ``found``, of everywhere and best first; ``is_all`` says that no more
    match than these.
    """

    id: UUID
    url: str
    order_label: str
    path: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    found: Found | None = None
    is_all: bool = True

    @property
    def pairs(self) -> Pairs:
        return list(self.kept)


@dataclass(frozen=True)
class Slice:
    """A page of products, by their keys; ``next_cursor`` is "" on the last one.

    ``after`` is the cursor that it was read with, "" where a number or nothing led to it.
    """

    products: list[UUID]
    number: int
    next_cursor: str
    has_next: bool
    after: str = ""


def rows_of(place: Place) -> "QuerySet[ListedProduct]":
    """The rows of everything published in ``place``."""
    rows = ListedProduct.objects.filter(place_id=place.id, published_at__lte=timezone.now())
    return rows if place.found is None else rows.filter(_is_one_of(place.found))


def matching(place: Place, filters: Filters) -> "QuerySet[ListedProduct]":
    """The rows that meet all filters; for several filters on variants one variant meets them."""
    rows = rows_of(place)
    for terms in filters.terms.values():
        rows = rows.filter(terms__overlap=terms)
    rows = rows.filter(price_range.on_prices(filters))
    if filters.needs_one_variant:
        variants = ProductVariant.objects.filter(
            filters.on_variants(), product=OuterRef("product_id")
        )
        # Not EXISTS, which the planner would turn into a join with all variants there are.
        meets = Q(Subquery(variants.values(one=Value(True))[:1], output_field=BooleanField()))
        if not (filters.size or filters.color or filters.in_stock):
            meets = price_range.has_one_within(filters) | meets
        rows = rows.filter(meets)
    return rows


def read_slice(place: Place, filters: Filters, *, number: int, size: int, after: str = "") -> Slice:
    """Page ``number`` of ``size`` products, after the cursor ``after`` if that is one.

    One query, with a range of prices one more. Without a cursor the start of the page is looked
    up or counted off; ``number`` is at most MOST_PAGES then.
    """
    if place.found is not None and not filters.sort:
        return _read_found(place, filters, min(number, MOST_PAGES), size)
    columns, is_down = _ORDERS[filters.sort]
    values = _decoded(after, columns) if number > 1 else None
    used = after if values is not None else ""
    if values is None and number >= ANCHORED_FROM:
        values = _decoded(cache.get(_anchor(place, filters, size, number)) or "", columns)
    start = lead = 0
    if values is None:
        number = min(number, MOST_PAGES)
        start = (number - 1) * size
        # With the row before it, so that the next who opens this page needs not count it off.
        lead = int(number >= ANCHORED_FROM)
    stop = start + size + 1
    start -= lead
    if place.found is None and not filters.pairs:
        found = _all_in_order(place, columns, is_down, values, start, stop)
    else:
        rows = matching(place, filters)
        if values is not None:
            compare = TupleLessThan if is_down else TupleGreaterThan
            rows = rows.filter(compare(Tuple(*map(F, columns)), values))
        parts = [rows]
        if place.found is None:
            parts = price_range.split(rows, place.id, filters, count=stop)
        found = _in_order(parts, columns, is_down, start, stop)
    before, found = found[:lead], found[lead:]
    next_cursor = _cursor(found[size - 1]) if len(found) > size else ""
    if number >= ANCHORED_FROM:
        starts = [(number, _cursor(row)) for row in before]
        if next_cursor:
            starts.append((number + 1, next_cursor))
        _remember(place, filters, size, starts)
    keys = [row[columns.index("product_id")] for row in found[:size]]
    return Slice(keys, number, next_cursor, bool(next_cursor), used)


def first_products(place: Place, sort: str, count: int) -> list[UUID]:
    """The first products of a place. One query."""
    return read_slice(place, Filters(sort=sort), number=1, size=count).products


def newest_and_best_selling(count: int) -> tuple[list[UUID], list[UUID]]:
    """The newest products of the shop, and the best-selling of the others.

    One query. What was never sold sells not best.
    """
    rows = ListedProduct.objects.filter(place_id=EVERYWHERE, published_at__lte=timezone.now())
    newest = rows.order_by("-published_at", "-product_id").values("product_id")[:count]
    best = rows.filter(units_sold__gt=0).order_by("-units_sold", "-published_at", "-product_id")
    wanted = newest.union(best.values("product_id")[: 2 * count])
    columns = rows.values_list("published_at", "product_id", "units_sold")
    found = sorted(columns.filter(product_id__in=wanted), reverse=True)
    # Sorting keeps the newest first among equals.
    others = sorted(found[count:], key=lambda row: -row[2])
    return [row[1] for row in found[:count]], [row[1] for row in others if row[2]][:count]


def _all_in_order(
    place: Place,
    columns: Sequence[str],
    is_down: bool,
    values: list[Any] | None,
    start: int,
    stop: int,
) -> list[tuple[Any, ...]]:
    """Rows of the whole place, behind ``values`` if they are given.

    Written in SQL because most pages that are made ask this, and putting a queryset together
    takes longer than the answer.
    """
    direction, behind = ("DESC", "<") if is_down else ("ASC", ">")
    names = ", ".join(columns)
    order = ", ".join(f"{column} {direction}" for column in columns)
    cut = "" if values is None else f"AND ({names}) {behind} ({', '.join(['%s'] * len(columns))})"
    skip = " OFFSET %s" if start else ""
    statement = (
        f"SELECT {names} FROM catalog_listedproduct"  # noqa: S608 # names are those of _ORDERS
        f" WHERE place_id = %s AND published_at <= %s {cut} ORDER BY {order} LIMIT %s{skip}"
    )
    parameters = [place.id, timezone.now(), *(values or ()), stop - start]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, start] if start else parameters)
        return cursor.fetchall()


def _in_order(
    parts: "list[QuerySet[ListedProduct]]",
    columns: Sequence[str],
    is_down: bool,
    start: int,
    stop: int,
) -> list[tuple[Any, ...]]:
    """Rows of disjoint parts, put in order together."""
    order = [f"-{column}" if is_down else column for column in columns]
    first, *others = (part.order_by(*order).values_list(*columns) for part in parts)
    if others:
        first = first[:stop].union(*(other[:stop] for other in others), all=True).order_by(*order)
    return list(first[start:stop])


def _read_found(place: Place, filters: Filters, number: int, size: int) -> Slice:
    keys = place.found or Found()
    if filters.pairs and keys:
        met = set(matching(place, filters).values_list("product_id", flat=True))
        keys = Found.of(key for key in keys if key in met)
    start = (number - 1) * size
    return Slice(list(keys[start : start + size]), number, "", len(keys) > start + size)


def _is_one_of(keys: Found) -> Func:
    """Not IN, of which each value would be a parameter by itself."""
    return Func(
        F("product_id"),
        Value(keys.array),
        template="%(expressions)s::uuid[])",
        arg_joiner=" = ANY (",
        output_field=BooleanField(),
    )


def _anchor(place: Place, filters: Filters, size: int, number: int) -> str:
    state = repr((place.id, place.kept, filters.pairs, filters.sort, size))
    return f"listing:{hashlib.sha256(state.encode()).hexdigest()[:32]}:{number}"


def _remember(place: Place, filters: Filters, size: int, starts: Iterable[tuple[int, str]]) -> None:
    """Keep the cursors that pages start behind, with the pages' numbers."""
    anchors = {_anchor(place, filters, size, number): after for number, after in starts}
    if anchors:
        cache.set_many(anchors, ANCHOR_SECONDS)


def _cursor(row: Sequence[Any]) -> str:
    values = [value.isoformat() if isinstance(value, datetime) else str(value) for value in row]
    packed = json.dumps(values, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _decoded(cursor: str, columns: Sequence[str]) -> list[Any] | None:
    """The sort values of a cursor; None for what is not a cursor of this order."""
    if not cursor or len(cursor) > _MOST_CURSOR or not cursor.isascii():
        return None
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        texts = json.loads(packed)
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(texts, list) or len(texts) != len(columns):
        return None
    values = [_value(column, text) for column, text in zip(columns, texts, strict=True)]
    return None if None in values else values


def _value(column: str, text: Any) -> Any:
    if not isinstance(text, str) or not text.isascii() or not text.isprintable():
        return None
    try:
        field = ListedProduct._meta.get_field(column)
        value = field.clean(text, None)  # type: ignore[union-attr]
    except (ValidationError, ValueError, TypeError, OverflowError, ArithmeticError):
        return None
    if isinstance(value, datetime) and timezone.is_naive(value):
        return None
    if isinstance(value, int) and abs(value) >= _MOST[column]:
        return None
    return value
