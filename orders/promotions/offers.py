"""Offers in force: what may be taken off, as plain values that the reckoning needs.

Promotions come from the cache, where they are never older than the last committed change; each
price judges their window by its own clock. Coupons are read from the database each time: they have
limits.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from orders.models import Promotion
from orders.models.promotions import PROMOTIONS, Terms
from shop import cache

#: Kinds, as the database has them.
PERCENTAGE = Promotion.Kind.PERCENTAGE.value
FIXED_AMOUNT = Promotion.Kind.FIXED_AMOUNT.value
FREE_SHIPPING = Promotion.Kind.FREE_SHIPPING.value
CHEAPEST_OFF = Promotion.Kind.CHEAPEST_OFF.value
SET_PRICE = Promotion.Kind.SET_PRICE.value
GROUPED = (CHEAPEST_OFF, SET_PRICE)

_SETS = ("products", "places")
#: How long promotions stay in the cache, in seconds.
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
    """Promotions in force for prices in ``currency``, in their order. No query when cached."""
    at = now or timezone.now()
    rows = cache.read_through(*PROMOTIONS, _load, seconds=SECONDS)
    return [
        Offer(**row["offer"] | {name: frozenset(row["offer"][name]) for name in _SETS})
        for row in rows
        if row["currency"] == currency
        and _at(row["starts_at"]) <= at
        and (row["ends_at"] is None or at < _at(row["ends_at"]))
    ]


def _load() -> list[dict[str, Any]]:
    return [
        {
            "currency": row.currency,
            "starts_at": row.starts_at.isoformat(),
            "ends_at": row.ends_at.isoformat() if row.ends_at else None,
            "offer": vars(offer) | {name: sorted(getattr(offer, name)) for name in _SETS},
        }
        for row in Promotion.objects.filter(is_active=True)
        for offer in [promotion_offer(row)]
    ]


def _at(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(text)
    return moment
