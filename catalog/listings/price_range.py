"""Ranges of prices: the products of a place that have a price within, found from the price.

A listing walks along the index of its order until a page is full. Where few products are within
a range, that would be a walk through the whole place; they are looked up instead. A product is
*inside* if its lowest price is, and *across* if the range begins between two of its prices.
"""

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet

from catalog.listings.filters import Filters
from catalog.models import ListedProduct
from catalog.models.listed import HAS_PRICES, PRICES

#: Products up to which a range is narrow. In a place of a million products a wider one fills
#: a page within some thousand entries of an index.
NARROW = 2_000

Rows = QuerySet[ListedProduct]
#: Rows of which only the product is read.
Keys = QuerySet[ListedProduct, Any]


def on_prices(filters: Filters) -> Q:
    """Rows that may have a price within, as their lowest and highest say."""
    return filters.on_price("price_low", "price_high")


def has_one_within(filters: Filters) -> Q:
    """Rows :func:`on_prices` of a range with both ends whose lowest or highest price is within."""
    return Q(price_low__gte=filters.price_from) | Q(price_high__lte=filters.price_to)


def split(rows: Rows, place: UUID, filters: Filters, *, count: int) -> list[Rows]:
    """``rows`` of a place with ``filters`` in disjoint parts, whose first ``count`` are quick.

    One bounded query where the filters have a price.
    """
    if not filters.has_price:
        return [rows]
    here: Keys = ListedProduct.objects.filter(place_id=place).values("product_id")
    inside = here.filter(_inside(filters))
    parts = [inside]
    if filters.price_from:
        start = (filters.price_from - 1, filters.price_from + 1)
        across = here.filter(HAS_PRICES).alias(prices=PRICES).filter(prices__contains=start)
        parts.append(across)
    # Where most of what is there is wanted, looking it up is quicker as well.
    most = max(NARROW, 2 * count)
    if _bounded(parts, most) <= most:
        return [rows.filter(_is_among(part)) for part in parts]
    if filters.price_from and filters.sort in ("price", "price-desc"):
        # Along the prices, what is not inside lies before or behind all that is.
        return [rows.filter(_inside(filters)), rows.filter(_is_among(across))]
    return [rows]


def _inside(filters: Filters) -> Q:
    return filters.on_price("price_low", "price_low")


def _bounded(parts: list[Keys], most: int) -> int:
    """How many rows the parts have; stops at one more than ``most`` of each."""
    first, *others = (part[: most + 1] for part in parts)
    return first.union(*others, all=True).count()


def _is_among(keys: Keys) -> Func:
    """Not IN, which the planner may turn into a walk with a look at each."""
    return Func(
        F("product_id"),
        ArraySubquery(keys),
        template="%(expressions)s)",
        arg_joiner=" = ANY (",
        output_field=BooleanField(),
    )
