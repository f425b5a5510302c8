"""What of an order can still be given back, line by line.

A line is worth what was paid for it: its total after discounts, with the tax that came on top. Its
units are worth the same, but for the rounding: units given back one by one, in any split, add up
to the line exactly, because each amount is reckoned on all units given back so far.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from orders.models import Order
from shop.money import share


@dataclass(frozen=True)
class RefundableLine:
    """A line; amounts in minor units. ``worth`` is what was paid for all of its ``quantity``."""

    item_id: UUID
    quantity: int
    worth: int
    units_left: int
    amount_left: int

    def amount_for(self, quantity: int) -> int:
        """What the next ``quantity`` units are worth, never more than is left of the line.

        Raises ValueError for more units than are left.
        """
        if not 0 <= quantity <= self.units_left:
            raise ValueError(f"{quantity} units of {self.units_left}")
        gone = self.quantity - self.units_left
        nominal = self._first(gone + quantity) - self._first(gone)
        return min(nominal, self.amount_left)

    def _first(self, units: int) -> int:
        """What the first ``units`` of the line are worth, the remainder going to the last ones."""
        return self.worth * units // self.quantity


@dataclass(frozen=True)
class Refundable:
    """What is left of an order, in minor units of ``currency``."""

    currency: str
    lines: Mapping[UUID, RefundableLine]
    shipping: int
    shipping_left: int

    def amount_for(self, item_id: UUID, quantity: int) -> int:
        """See :meth:`RefundableLine.amount_for`. Raises KeyError for a line of another order."""
        return self.lines[item_id].amount_for(quantity)

    @property
    def goods_left(self) -> int:
        return sum(line.amount_left for line in self.lines.values())

    @property
    def amount_left(self) -> int:
        return self.goods_left + self.shipping_left


@dataclass(frozen=True)
class Taken:
    """What a refund takes of its order: units and minor units by line, and of delivery."""

    units: Mapping[UUID, int]
    amounts: Mapping[UUID, int]
    shipping: int


def taken_by(refund: Any) -> Taken:
    """What ``refund`` takes of its order.

    Of one that failed it is what had gone back before, shared by what each line was to get; its
    units may still be given back.
    """
    rows = list(refund.lines.all())
    wanted = [row.amount + row.extra for row in rows]
    units = {row.item_id: row.quantity for row in rows}
    shipping = refund.shipping
    if refund.status == "FAILED":
        *wanted, shipping = share(refund.given, [*wanted, shipping])
        units = dict.fromkeys(units, 0)
    return Taken(units, dict(zip(units, wanted, strict=True)), shipping)


def of_order(order: Any) -> Refundable:
    """What is left of ``order``; three queries at most, however much went back.

    A refund that failed counts as far as it went: one query more for all such, unless their
    ``parts`` are prefetched. Those that an edit of the order brought about do not count: what they
    gave back is no longer part of the order's lines.
    """
    refunds = [refund for refund in order.refunds.all() if refund.reason != "EDITED"]
    prefetch_related_objects(refunds, "lines")
    prefetch_related_objects([row for row in refunds if row.status == "FAILED"], "parts")
    taken = [taken_by(refund) for refund in refunds]
    units, amounts = _sums(taken)
    items = list(order.items.all())
    lines = {item.pk: _line(item, order.prices_include_tax, units, amounts) for item in items}
    shipping = shipping_worth(order, items)
    shipped_back = sum(row.shipping for row in taken)
    return Refundable(order.currency, lines, shipping, max(0, shipping - shipped_back))


def shipping_worth(order: Order, items: Iterable[Any]) -> int:
    """What was paid for delivery, with the tax that came on top of it."""
    if order.prices_include_tax:
        return order.shipping
    return order.shipping + order.tax - sum(item.tax for item in items)


def _line(
    item: Any, prices_include_tax: bool, units: Mapping[UUID, int], amounts: Mapping[UUID, int]
) -> RefundableLine:
    worth = item.line_total + (0 if prices_include_tax else item.tax)
    return RefundableLine(
        item_id=item.pk,
        quantity=item.quantity,
        worth=worth,
        units_left=max(0, item.quantity - units.get(item.pk, 0)),
        amount_left=max(0, worth - amounts.get(item.pk, 0)),
    )


def _sums(taken: Iterable[Taken]) -> tuple[Counter[UUID], Counter[UUID]]:
    """Units and amounts that were taken, by line."""
    units: Counter[UUID] = Counter()
    amounts: Counter[UUID] = Counter()
    for row in taken:
        units.update(row.units)
        amounts.update(row.amounts)
    return units, amounts
