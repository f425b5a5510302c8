"""Finding what a customer asks for on the phone: by SKU, barcode or the words of its title."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from catalog.models import ProductVariant
from catalog.products.choices import read_choices
from inventory import availability
from orders import lines
from orders.carts import cart as carts

#: Hits of one search.
MOST = 12
_SHORTEST = 2


@dataclass(frozen=True)
class FoundVariant:
    """A variant with its price in minor units and the units that may be sold."""

    variant: ProductVariant
    choice: str
    units: int
    is_limited: bool
    is_for_sale: bool


def find(query: str) -> list[FoundVariant]:
    """What may be meant, exact codes first; nothing for less than two characters. Two queries."""
    words = query.strip()
    if len(words) < _SHORTEST:
        return []
    rows = ProductVariant.objects.filter(
        Q(sku__istartswith=words) | Q(barcode=words) | Q(product__title__icontains=words)
    )
    return described(rows.select_related("product__brand").order_by("sku")[:MOST])


def described(variants: Iterable[ProductVariant]) -> list[FoundVariant]:
    """``variants`` (with their products) and what can be sold of them. One query."""
    rows = list(variants)
    units = availability.available(row.pk for row in rows)
    choices = read_choices()
    return [
        FoundVariant(
            variant=row,
            choice=lines.choice(row.option_values, choices),
            units=max(units[row.pk], 0),
            is_limited=carts.is_limited_by_stock(row),
            is_for_sale=carts.is_for_sale(row),
        )
        for row in rows
    ]


def by_key(keys: Iterable[UUID]) -> list[FoundVariant]:
    """The variants of ``keys``, by SKU. Two queries, none without keys."""
    wanted = list(keys)
    if not wanted:
        return []
    rows = ProductVariant.objects.filter(pk__in=wanted).select_related("product__brand")
    return described(rows.order_by("sku"))
