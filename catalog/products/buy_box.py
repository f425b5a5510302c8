"""What the buy box says of a choice: the sizes, what is on the shelf, what the button does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext

from catalog.cards import LOW_STOCK
from catalog.goods import Goods, Variant
from catalog.products.choices import Choices


@dataclass(frozen=True)
class Size:
    """A chip of the size picker."""

    value: str
    label: str
    note: str
    selected: bool
    sold_out: bool


@dataclass(frozen=True)
class StockLine:
    """Whether the choice can be bought, as ``components/stock_badge.html`` says it."""

    state: str
    left: int = 0
    ships_on: date | None = None


def sizes_of(goods: Goods, choices: Choices, variants: list[Variant], chosen: str) -> list[Size]:
    """The sizes of ``variants``, which are of one color, small to large."""
    by_size = {variant.size: variant for variant in variants if variant.size}
    sizes = []
    for choice in choices.ordered("size", list(by_size)):
        variant = by_size[choice.slug]
        left = variant.units
        is_low = 0 < left <= LOW_STOCK
        note = gettext("%(left)d left") % {"left": left} if is_low else ""
        sizes.append(
            Size(choice.slug, choice.name, note, choice.slug == chosen, not goods.can_buy(variant))
        )
    return sizes


def awaited(goods: Goods, variants: list[Variant]) -> list[UUID]:
    """Those of ``variants`` that are sold although none is there, if that is all of them."""
    if goods.units_of(variants) > 0:
        return []
    return [variant.id for variant in variants if goods.can_buy(variant)]


def stock_of(goods: Goods, variants: list[Variant], promised: Mapping[UUID, date]) -> StockLine:
    """What is on the shelf of all ``variants`` together, or when ``promised`` says it will be."""
    if not any(map(goods.can_buy, variants)):
        return StockLine("sold-out")
    if coming := awaited(goods, variants):
        return StockLine("backorder", ships_on=min(promised[variant_id] for variant_id in coming))
    left = goods.units_of(variants)
    return StockLine("low", left) if left <= LOW_STOCK else StockLine("in-stock", left)
