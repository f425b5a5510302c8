"""Why a cart or an order costs what it costs, for ``price_trace.html``."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

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

    lines = [reason(line.item.variant.product.title, line.trace) for line in totals.lines]
    return [*lines, reason(_("The whole order"), totals.trace)]


def reasons_of_order(
    order: Order, items: Iterable[OrderItem], *, for_staff: bool = False
) -> list[Reason]:
    """The reasons as they were kept with the order; none for orders from before they were kept."""
    if not order.price_trace:
        return []

    def reason(title: str, steps: list[Step]) -> Reason:
        return Reason(title, tuple(told(steps, currency=order.currency, for_staff=for_staff)))

    lines = [reason(item.title, item.price_trace) for item in items]
    return [*lines, reason(_("The whole order"), order.price_trace)]
