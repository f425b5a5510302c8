"""Offers in force: what may be taken off, as plain values that the reckoning needs.

Promotions are held by each process, where they are never older than the last committed change; each
price judges their window by its own clock. Coupons are read from the database each time: they have
limits.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone

from orders.models import Promotion
from orders.models.promotions import PROMOTIONS, Terms
from shop.held import Shelf

#: Kinds, as the database has them.
PERCENTAGE = Promotion.Kind.PERCENTAGE.value
FIXED_AMOUNT = Promotion.Kind.FIXED_AMOUNT.value
FREE_SHIPPING = Promotion.Kind.FREE_SHIPPING.value
CHEAPEST_OFF = Promotion.Kind.CHEAPEST_OFF.value
SET_PRICE = Promotion.Kind.SET_PRICE.value
GROUPED = (CHEAPEST_OFF, SET_PRICE)

#: How long a process holds promotions, in seconds; a change ends it at once.
SECONDS = 300


class Refusal(StrEnum):
    """Why an offer takes nothing off."""

    UNKNOWN = "UNKNOWN"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    USED_UP = "USED_UP"
    USED_BY_YOU = "USED_BY_YOU"
    FIRST_ORDER = "FIRST_ORDER"
    MINIMUM = "MINIMUM"
    OTHER_GOODS = "OTHER_GOODS"
    SALE_ITEMS = "SALE_ITEMS"
    NOT_TOGETHER = "NOT_TOGETHER"
    TOO_FEW = "TOO_FEW"
    NOTHING_LEFT = "NOTHING_LEFT"
    FREE_ALREADY = "FREE_ALREADY"


@dataclass(frozen=True)
class Offer:
    """What is taken off, of what, under which conditions. Amounts in minor units.

    ``value`` is in basis points for PERCENTAGE and CHEAPEST_OFF. ``code`` is empty for
    promotions. Without ``products`` and ``places`` (ids of categories and collections) all goods
    count, else those in any of them.
    """

    id: str
    name: str
    kind: str
    value: int
    code: str = ""
    minimum_order: int = 0
    maximum_discount: int | None = None
    products: frozenset[str] = field(default_factory=frozenset)
    places: frozenset[str] = field(default_factory=frozenset)
    skips_sale_items: bool = False
    is_combinable: bool = True
    group_size: int = 0
    group_discounted: int = 0

    def is_for(self, product: str, places: frozenset[str]) -> bool:
        """Whether goods of ``product``, which is in ``places``, count."""
        is_for_all = not self.products and not self.places
        return is_for_all or product in self.products or bool(self.places & places)


@dataclass(frozen=True)
class Claim:
    """A code as typed in: its offer, or why there is none. ``coupon_id`` counts its uses."""

    code: str
    offer: Offer | None = None
    refusal: Refusal | None = None
    coupon_id: str = ""
    per_person_limit: int | None = None
    first_order_only: bool = False


@dataclass(frozen=True)
class _Running:
    """A promotion's offer, and when and for which prices it counts."""

    currency: str
    starts_at: datetime
    ends_at: datetime | None
    offer: Offer


_held: Shelf[str, list[_Running]] = Shelf(most=1, seconds=SECONDS)


def offer_of(terms: Terms, **facts: Any) -> Offer:
    """The offer of a coupon's or promotion's terms."""
    return Offer(
        id=str(terms.pk),
        name=terms.name,
        value=terms.value,
        minimum_order=terms.minimum_order,
        maximum_discount=terms.maximum_discount,
        products=frozenset(map(str, terms.product_ids)),
        places=frozenset(map(str, [*terms.category_ids, *terms.collection_ids])),
        skips_sale_items=terms.skips_sale_items,
        **facts,
    )


def promotion_offer(row: Promotion) -> Offer:
    return offer_of(
        row,
        kind=row.kind,
        is_combinable=row.is_combinable,
        group_size=row.group_size or 0,
        group_discounted=row.group_discounted or 0,
    )


def promotions(currency: str, now: datetime | None = None) -> list[Offer]:
    """Promotions in force for prices in ``currency``, in their order. No query while held."""
    at = now or timezone.now()
    return [
        one.offer
        for one in _held.one("", _read, versions=[PROMOTIONS])
        if one.currency == currency
        and one.starts_at <= at
        and (one.ends_at is None or at < one.ends_at)
    ]


def _read() -> list[_Running]:
    return [
        _Running(row.currency, row.starts_at, row.ends_at, promotion_offer(row))
        for row in Promotion.objects.filter(is_active=True)
    ]
