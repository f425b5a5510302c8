"""Filters of a listing: read from the URL, turned into conditions, written back as a URL.

The URL is the state. Whatever in it is not a filter we know is ignored, never an error.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from catalog.models import Product
from catalog.products.choices import Choices
from catalog.tree import Tree
from inventory.models import Reservation, Stock
from shop.money import InvalidAmount, to_major, to_minor

#: Values of one filter that are looked at.
MOST_VALUES = 20
SORTS = ("newest", "price", "price-desc", "rating", "best-selling")
#: Averages from which on a product counts as well rated.
RATINGS = ("4", "3")
#: Filters with several values, in canonical order, and how their terms begin.
TERMS = {
    "size": "size",
    "color": "color",
    "fit": "fit",
    "material": "material",
    "brand": "brand",
    "tag": "tag",
    "category": "in",
    "rating": "rating",
}
#: Filters that one and the same variant must meet.
OF_VARIANTS = ("size", "color", "price", "in_stock")
_AMOUNT = re.compile(r"[0-9]{1,9}([.,][0-9]{1,4})?")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,10}")

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Filters:
    """What a shopper narrowed the listing to. Slugs; prices in minor units, both included."""

    size: tuple[str, ...] = ()
    color: tuple[str, ...] = ()
    fit: tuple[str, ...] = ()
    material: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    #: Free words of staff, and so not slugs.
    tag: tuple[str, ...] = ()
    #: Paths of categories.
    category: tuple[str, ...] = ()
    #: Of RATINGS.
    rating: tuple[str, ...] = ()
    price_from: int | None = None
    price_to: int | None = None
    in_stock: bool = False
    sale: bool = False
    #: One of SORTS, or "" for the listing's own order.
    sort: str = ""

    @property
    def pairs(self) -> Pairs:
        """The filters as names and values of a URL, in canonical order."""
        pairs = [(name, value) for name in TERMS for value in getattr(self, name)]
        if self.price_from is not None:
            pairs.append(("min", major(self.price_from)))
        if self.price_to is not None:
            pairs.append(("max", major(self.price_to)))
        if self.in_stock:
            pairs.append(("in_stock", "1"))
        return [*pairs, ("sale", "1")] if self.sale else pairs

    @property
    def terms(self) -> dict[str, list[str]]:
        """Terms of listed products by how they begin; one of each group must be met."""
        terms = {
            start: [f"{start}:{value}" for value in getattr(self, name)]
            for name, start in TERMS.items()
            if getattr(self, name)
        }
        return terms | {"sale": ["sale"]} if self.sale else terms

    @property
    def has_price(self) -> bool:
        return self.price_from is not None or self.price_to is not None

    @property
    def needs_one_variant(self) -> bool:
        """Whether terms and prices of the product do not tell if one variant meets them all."""
        has_range = self.price_from is not None and self.price_to is not None
        kinds = bool(self.size) + bool(self.color) + self.has_price
        return self.in_stock or has_range or kinds > 1

    def without(self, name: str, value: str) -> "Filters":
        """The same filters but one, named as in :attr:`pairs`."""
        match name:
            case "min":
                return replace(self, price_from=None)
            case "max":
                return replace(self, price_to=None)
            case "in_stock":
                return replace(self, in_stock=False)
            case "sale":
                return replace(self, sale=False)
            case _:
                return self._with(name, {*getattr(self, name)} - {value})

    def without_group(self, group: str) -> "Filters":
        """The same filters but all of one group, called as its terms begin, or "price"."""
        match group:
            case "price":
                return replace(self, price_from=None, price_to=None)
            case "in_stock" | "sale":
                return self.without(group, "1")
            case _:
                [name] = [name for name, start in TERMS.items() if start == group]
                return self._with(name, set())

    def beside(self, name: str, value: str) -> "Filters":
        """The same filters and one more value of one that takes several."""
        return self._with(name, {*getattr(self, name), value})

    def _with(self, name: str, values: set[str]) -> "Filters":
        changed: dict[str, Any] = {name: tuple(sorted(values))}
        return replace(self, **changed)

    def query(self, kept: Pairs, *, page: int = 1, after: str = "") -> str:
        """The part of the URL from "?" on; ``kept`` are pairs of others, such as ``q``."""
        pairs = [*kept, *self.pairs]
        if self.sort:
            pairs.append(("sort", self.sort))
        if page > 1:
            pairs.append(("page", str(page)))
        if after:
            pairs.append(("after", after))
        return f"?{urlencode(pairs)}" if pairs else ""

    def on_variants(self) -> Q:
        """What a variant must satisfy."""
        met = Q(option_values__size__in=self.size) if self.size else Q()
        if self.color:
            met &= Q(option_values__color__in=self.color)
        if self.in_stock:
            met &= for_sale_now()
        return met & self.on_price()

    def on_price(self, lowest: str = "price", highest: str = "price") -> Q:
        """Rows whose prices from column ``lowest`` to column ``highest`` meet the range."""
        price = Q()
        if self.price_from is not None:
            price &= Q((f"{highest}__gte", self.price_from))
        if self.price_to is not None:
            price &= Q((f"{lowest}__lte", self.price_to))
        return price


def read_filters(
    query: QueryDict, choices: Choices, brands: Iterable[str], tree: Tree | None = None
) -> Filters:
    """The filters of a URL; unknown values, doubles and what is no number are dropped."""
    known_brands = set(brands)

    def is_known(name: str, value: str) -> bool:
        match name:
            case "size" | "color":
                return choices.knows(name, value)
            case "brand":
                return value in known_brands
            case "category":
                return tree is not None and tree.at(value) is not None
            case "rating":
                return value in RATINGS
            case "tag":
                return 0 < len(value) <= 50 and value.isprintable()
            case _:
                return len(value) <= 50 and _SLUG.fullmatch(value) is not None

    return Filters(
        **{name: _values(query, name, is_known) for name in TERMS},
        price_from=_amount(query.get("min", "")),
        price_to=_amount(query.get("max", "")),
        in_stock=query.get("in_stock") == "1",
        sale=query.get("sale") == "1",
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
        Q(product__inventory_policy__in=Product.UNLIMITED) | Q(Exists(shelves)) | Q(Exists(lapsed))
    )


def major(amount: int) -> str:
    """An amount as number fields and URLs write it: 4990 is 49.9, 5000 is 50."""
    text = str(to_major(amount, settings.SHOP_CURRENCY))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _values(query: QueryDict, name: str, is_known: Callable[[str, str], bool]) -> tuple[str, ...]:
    values = dict.fromkeys(query.getlist(name)[:MOST_VALUES])
    return tuple(sorted(value for value in values if is_known(name, value)))


def _amount(text: str) -> int | None:
    # A number field sends a point in every language.
    if not _AMOUNT.fullmatch(text):
        return None
    try:
        return to_minor(Decimal(text.replace(",", ".")), settings.SHOP_CURRENCY)
    except InvalidAmount:
        return None
