"""Why a cart or an order costs what it costs, for ``price_trace.html``."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.products.choices import read_choices
from orders import lines
from orders.models import Order, OrderItem
from orders.prices.pricing import Totals
from orders.promotions.trace import Step
from orders.promotions.words import Told, told


@dataclass(frozen=True)
class Reason:
    """How one line, or the whole, came to its amount."""

    title: str
    steps: tuple[Told, ...]


def reasons_of(totals: Totals, *, for_staff: bool = False) -> list[Reason]:
    """The reasons of a cart's amounts: each line, then the whole."""

    def reason(title: str, steps: list[Step]) -> Reason:
        return Reason(title, tuple(told(steps, currency=totals.currency, for_staff=for_staff)))

    choices = read_choices()
    reasons = [reason(lines.title_in_cart(line.item, choices), line.trace) for line in totals.lines]
    return [*reasons, reason(_("The whole order"), totals.trace)]


def reasons_of_order(
    order: Order, items: Iterable[OrderItem], *, names: Iterable[str], for_staff: bool = False
) -> list[Reason]:
    """The reasons as they were kept with the order; none for orders from before they were kept.

    ``names`` are those of the lines.
    """
    if not order.price_trace:
        return []

    def reason(title: str, steps: list[Step]) -> Reason:
        return Reason(title, tuple(told(steps, currency=order.currency, for_staff=for_staff)))

    reasons = [reason(name, item.price_trace) for name, item in zip(names, items, strict=True)]
    return [*reasons, reason(_("The whole order"), order.price_trace)]
