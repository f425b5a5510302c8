"""What the buy box says of a choice: the sizes, what is on the shelf, what the button does."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from catalog.cards import LOW_STOCK
from catalog.goods import Goods, Variant
from catalog.products.choices import Choices

#: Days within which a back-ordered piece is promised to leave the workshop.
BACKORDER_DAYS = 21


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


def stock_of(goods: Goods, variants: list[Variant]) -> StockLine:
    """What is on the shelf of all ``variants`` together."""
    if not any(map(goods.can_buy, variants)):
        return StockLine("sold-out")
    left = goods.units_of(variants)
    if left == 0:
        return StockLine(
            "backorder", ships_on=timezone.localdate() + timedelta(days=BACKORDER_DAYS)
        )
    return StockLine("low", left) if left <= LOW_STOCK else StockLine("in-stock", left)
