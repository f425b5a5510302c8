"""Filters of a listing: read from the URL, turned into conditions, written back as a URL.

The URL is the state. Whatever in it is not a filter we know is ignored, never an error.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from catalog.choices import Choices
from catalog.models import Product
from inventory.models import Reservation, Stock
from shop.money import InvalidAmount, to_major, to_minor

#: Values of one filter that are looked at.
MOST_VALUES = 20
SORTS = ("newest", "price", "price-desc")
_AMOUNT = re.compile(r"[0-9]{1,9}([.,][0-9]{1,4})?")

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Filters:
    """What a shopper narrowed the listing to. Slugs; prices in minor units, both included."""

    size: tuple[str, ...] = ()
    color: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    price_from: int | None = None
    price_to: int | None = None
    in_stock: bool = False
    #: One of SORTS, or "" for the listing's own order.
    sort: str = ""

    @property
    def pairs(self) -> Pairs:
        """The filters as names and values of a URL, in canonical order."""
        pairs = [("size", slug) for slug in self.size]
        pairs += [("color", slug) for slug in self.color]
        pairs += [("brand", slug) for slug in self.brand]
        if self.price_from is not None:
            pairs.append(("min", major(self.price_from)))
        if self.price_to is not None:
            pairs.append(("max", major(self.price_to)))
        return [*pairs, ("in_stock", "1")] if self.in_stock else pairs

    def without(self, name: str, value: str) -> "Filters":
        """The same filters but one, named as in :attr:`pairs`."""
        match name:
            case "size":
                return replace(self, size=_others(self.size, value))
            case "color":
                return replace(self, color=_others(self.color, value))
            case "brand":
                return replace(self, brand=_others(self.brand, value))
            case "min":
                return replace(self, price_from=None)
            case "max":
                return replace(self, price_to=None)
            case _:
                return replace(self, in_stock=False)

    def query(self, kept: Pairs, *, page: int = 1) -> str:
        """The part of the URL from "?" on; ``kept`` are pairs of others, such as ``q``."""
        pairs = [*kept, *self.pairs]
        if self.sort:
            pairs.append(("sort", self.sort))
        if page > 1:
            pairs.append(("page", str(page)))
        return f"?{urlencode(pairs)}" if pairs else ""

    def on_variants(self, *, but: str = "") -> Q:
        """What a variant must satisfy; ``but`` leaves one filter out, to count its values."""
        conditions = {
            "size": Q(option_values__size__in=self.size) if self.size else Q(),
            "color": Q(option_values__color__in=self.color) if self.color else Q(),
            "brand": Q(product__brand__slug__in=self.brand) if self.brand else Q(),
            "price": self._price(),
            "in_stock": for_sale_now() if self.in_stock else Q(),
        }
        met = Q()
        for name, condition in conditions.items():
            if name != but:
                met &= condition
        return met

    def _price(self) -> Q:
        price = Q()
        if self.price_from is not None:
            price &= Q(price__gte=self.price_from)
        if self.price_to is not None:
            price &= Q(price__lte=self.price_to)
        return price


def read_filters(query: QueryDict, choices: Choices, brands: Iterable[str]) -> Filters:
    """The filters of a URL; unknown values, doubles and what is no number are dropped."""
    known_brands = set(brands)
    return Filters(
        size=_known(query, "size", lambda slug: choices.knows("size", slug)),
        color=_known(query, "color", lambda slug: choices.knows("color", slug)),
        brand=_known(query, "brand", lambda slug: slug in known_brands),
        price_from=_amount(query.get("min", "")),
        price_to=_amount(query.get("max", "")),
        in_stock=query.get("in_stock") == "1",
        sort=query.get("sort", "") if query.get("sort") in SORTS else "",
    )


def for_sale_now() -> Q:
    """Variants of which a unit may be ordered now; a hold that ran out no longer counts."""
    shelves = Stock.objects.filter(variant=OuterRef("pk"), location__can_ship=True, available__gt=0)
    lapsed = Reservation.objects.filter(
        variant=OuterRef("pk"),
        stock__location__can_ship=True,
        status=Reservation.Status.ACTIVE,
        expires_at__lte=timezone.now(),
    )
    policy = Product.InventoryPolicy
    return ~Q(product__inventory_policy=policy.DENY) & (
        Q(product__inventory_policy=policy.CONTINUE) | Q(Exists(shelves)) | Q(Exists(lapsed))
    )


def major(amount: int) -> str:
    """An amount as number fields and URLs write it: 4990 is 49.9, 5000 is 50."""
    text = str(to_major(amount, settings.SHOP_CURRENCY))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _others(slugs: tuple[str, ...], slug: str) -> tuple[str, ...]:
    return tuple(other for other in slugs if other != slug)


def _known(query: QueryDict, name: str, is_known: Callable[[str], bool]) -> tuple[str, ...]:
    values = dict.fromkeys(query.getlist(name)[:MOST_VALUES])
    return tuple(sorted(filter(is_known, values)))


def _amount(text: str) -> int | None:
    # A number field sends a point in every language.
    if not _AMOUNT.fullmatch(text):
        return None
    try:
        return to_minor(Decimal(text.replace(",", ".")), settings.SHOP_CURRENCY)
    except InvalidAmount:
        return None
